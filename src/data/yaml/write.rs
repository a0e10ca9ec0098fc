//! Values to text, as Go's libraries write it.

use std::borrow::Cow;

use super::decode::RAW_KEY;
use super::emit::{Emitter, Scalar, Wanted};
use super::order;
use super::read::{Duplicates, Reading, Resolver, go_text, read_value};
use super::resolve::{Scalar as Meaning, old_bool, plain};
use super::token::Version;
use crate::data::json::{self, Cycles, valid_utf8};
use crate::data::mark::{Mark, Marks, mark, mark_key};
use crate::data::number::{format_g, format_json};
use crate::data::{Kind, List, Map, Object, Origin, SourceFile, Str, Type, Value};

/// Whose bytes to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// sigs.k8s.io/yaml: through JSON, then go-yaml v2; lists not indented, folded at 80 columns, keys in natural order.
    Helm,
    /// go-yaml v3 with indent 2, as helmfile writes values and states (no folding).
    Helmfile,
    /// go-yaml v3's encoder on the raw value with indent 2: Helm's `toYamlPretty`.
    Pretty,
    /// go-yaml v2 on the raw value, as helm-diff normalises manifests: [`Style::Helm`] with floats that keep their exponents.
    Raw,
    /// The same with keys as they stand in the text that the value was read from (go-yaml v2's `MapSlice`). Only for values
    /// of a registered source, without aliases.
    RawAsWritten,
}

/// The value as a document, with a final newline.
///
/// # Errors
/// Go's text where a value can't be written: `error marshaling into JSON: json: unsupported value: NaN`, a key of more
/// than 1,024 characters under [`Style::Helm`], a value that holds itself or nests too deep.
pub fn write(value: &Value, style: Style) -> Result<Vec<u8>, String> {
    match Writer::of(style).write(value) {
        Err(Stop::Error(message)) => Err(message),
        Err(Stop::Reread) => write_reread(value),
        Ok((text, _)) => Ok(text),
    }
}

/// As [`write()`], and where in the text each part of the value begins, in the text's order. No marks where the text had to
/// be read again from JSON.
///
/// # Errors
/// As [`write()`].
pub fn write_marked(value: &Value, style: Style) -> Result<(Vec<u8>, Vec<Mark>), String> {
    match (Writer { marks: Some(Vec::new()), ..Writer::of(style) }).write(value) {
        Err(Stop::Error(message)) => Err(message),
        Err(Stop::Reread) => write_reread(value).map(|text| (text, Vec::new())),
        Ok(written) => Ok(written),
    }
}

/// parity: sigs.k8s.io/yaml reads its own JSON with go-yaml v2, which refuses long keys and some characters and folds
/// lines at others. Where that can matter, so do we.
fn write_reread(value: &Value) -> Result<Vec<u8>, String> {
    let json = json::write(value, true, "").map_err(|message| format!("error marshaling into JSON: {message}"))?;
    let source = SourceFile { name: Str::default(), base: Origin::NONE, text: json.into() };
    let reading = Reading { resolver: Resolver::Typed, duplicates: Duplicates::LastWins };
    let value = read_value(&source, reading).map_err(|errors| go_text(&errors))?;
    match Writer::new(Version::V2, false).write(&value) {
        Ok((text, _)) => Ok(text),
        Err(Stop::Error(message)) => Err(message),
        Err(Stop::Reread) => Ok(Vec::new()),
    }
}

/// Why a value is not written.
enum Stop {
    /// Go's words.
    Error(String),
    /// It has text that go-yaml v2 does not read from JSON as it is.
    Reread,
}

struct Writer {
    emitter: Emitter,
    version: Version,
    cycles: Cycles,
    /// Whether text still has to go through JSON.
    through_json: bool,
    /// Whether go-yaml v2 gets the value itself and not JSON.
    raw: bool,
    /// Whether keys keep the order of their source.
    as_written: bool,
    marks: Marks,
}

/// Where a node stands.
#[derive(Clone, Copy)]
struct Place {
    /// Indentation of the collection round it; none for the root.
    indent: Option<usize>,
    in_mapping: bool,
}

impl Place {
    fn deeper(self) -> usize {
        self.indent.map_or(0, |indent| indent.saturating_add(2))
    }
}

impl Writer {
    fn new(version: Version, through_json: bool) -> Self {
        let (emitter, cycles) = (Emitter::new(version), Cycles::default());
        Self { emitter, version, cycles, through_json, raw: false, as_written: false, marks: None }
    }

    fn of(style: Style) -> Self {
        let version = match style {
            Style::Helm | Style::Raw | Style::RawAsWritten => Version::V2,
            Style::Helmfile | Style::Pretty => Version::V3,
        };
        let raw = matches!(style, Style::Raw | Style::RawAsWritten);
        Self { raw, as_written: style == Style::RawAsWritten, ..Self::new(version, style == Style::Helm) }
    }

    fn write(mut self, value: &Value) -> Result<(Vec<u8>, Vec<Mark>), Stop> {
        self.node(value, Place { indent: None, in_mapping: false })?;
        self.emitter.write_indent(0);
        Ok((self.emitter.out, self.marks.unwrap_or_default()))
    }

    fn node(&mut self, value: &Value, place: Place) -> Result<(), Stop> {
        let at = self.emitter.out.len();
        self.any_node(value, place)?;
        mark(&mut self.marks, at, self.emitter.out.len(), value);
        Ok(())
    }

    fn any_node(&mut self, value: &Value, place: Place) -> Result<(), Stop> {
        match &value.kind {
            Kind::Nil => self.emitter.write_bare(b"null"),
            Kind::Bool(truth) => self.emitter.write_bare(if *truth { b"true" } else { b"false" }),
            Kind::Int(number, _) => self.emitter.write_bare(number.to_string().as_bytes()),
            Kind::Uint(number, _) => self.emitter.write_bare(number.to_string().as_bytes()),
            Kind::Float(number) => self.float(*number)?,
            Kind::Complex(..) => return Err(self.unsupported("complex128")),
            Kind::String(text) => self.text(text, place)?,
            Kind::Bytes(bytes) if self.version == Version::V2 => {
                self.text(data_encoding::BASE64.encode(bytes).as_bytes(), place)?;
            }
            Kind::Bytes(bytes) => {
                let numbers: List = bytes.iter().map(|byte| Value::int((*byte).into())).collect();
                self.list(&numbers, place)?;
            }
            Kind::List(list) if list.is_nil() && self.version == Version::V2 => self.emitter.write_bare(b"null"),
            Kind::List(list) => self.list(list, place)?,
            Kind::Map(map) => self.map(map, place)?,
            Kind::Object(object) => self.object(object.as_ref(), place)?,
        }
        Ok(())
    }

    fn unsupported(&self, go_type: &str) -> Stop {
        Stop::Error(match self.version {
            Version::V2 => format!("error marshaling into JSON: json: unsupported type: {go_type}"),
            Version::V3 => format!("cannot marshal type: {go_type}"),
        })
    }

    fn float(&mut self, number: f64) -> Result<(), Stop> {
        let text = match self.version {
            Version::V2 if !self.raw && !number.is_finite() => {
                let message = format!("error marshaling into JSON: json: unsupported value: {}", format_g(number));
                return Err(Stop::Error(message));
            }
            // JSON's digits read again by go-yaml v2
            Version::V2 if !self.raw => {
                let json = format_json(number);
                match plain(json.as_bytes(), Version::V2) {
                    Meaning::Int(number) => number.to_string(),
                    Meaning::Uint(number) => number.to_string(),
                    Meaning::Float(number) => format_g(number),
                    _ => json,
                }
            }
            _ => match format_g(number) {
                text if text == "+Inf" => ".inf".to_owned(),
                text if text == "-Inf" => "-.inf".to_owned(),
                text if text == "NaN" => ".nan".to_owned(),
                text => text,
            },
        };
        self.emitter.write_bare(text.as_bytes());
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, place: Place) -> Result<(), Stop> {
        if self.version == Version::V3 {
            match object.go_type().name() {
                "time.Duration" => return self.text(object.text().as_bytes(), place),
                // a timestamp needs no quotes
                "time.Time" => {
                    if let Some(text) = object.marshal().as_str() {
                        self.emitter.write_bare(text);
                        return Ok(());
                    }
                }
                _ => {}
            }
            // the names of JSON and what it leaves out are not for go-yaml v3
            if let Some(fields) = object.json_fields() {
                let exported = object.fields().into_iter().filter(|(name, _)| name.starts_with(|first: char| first.is_ascii_uppercase()));
                let exported: Vec<_> = exported.collect();
                return self.structure(if exported.is_empty() { &fields } else { &exported }, place);
            }
            // a nil map is an empty one here, where JSON has null
            if let Some(Kind::Map(map)) = object.underlying().map(|value| value.kind)
                && map.is_empty()
            {
                self.emitter.write_bare(b"{}");
                return Ok(());
            }
        }
        self.cycles.enter(None).map_err(|message| self.cycle(message))?;
        self.node(&object.marshal(), place)?;
        self.cycles.leave();
        Ok(())
    }

    fn cycle(&self, message: String) -> Stop {
        Stop::Error(match self.version {
            Version::V2 => format!("error marshaling into JSON: {message}"),
            Version::V3 => "yaml: value holds itself or nests too deep".to_owned(),
        })
    }

    // ---- text

    fn text(&mut self, text: &[u8], place: Place) -> Result<(), Stop> {
        if self.through_json && is_bent_by_yaml(text) {
            return Err(Stop::Reread);
        }
        let (bytes, wanted, binary) = self.style(text);
        let scalar = Scalar { text: &bytes, wanted, binary };
        let indent = place.indent.map_or(2, |indent| indent.saturating_add(2));
        self.emitter.write_scalar(scalar, indent, false);
        Ok(())
    }

    /// The text to write and how (`encode.go:stringv`).
    fn style<'t>(&self, text: &'t [u8]) -> (Cow<'t, [u8]>, Wanted, bool) {
        let valid = valid_utf8(text);
        let (text, plain, binary) = match valid {
            Cow::Owned(_) if self.version == Version::V3 => (base64_lines(text).into(), true, true),
            valid => {
                let plain = self.is_plain_text(&valid);
                (valid, plain, false)
            }
        };
        let wanted = match text.contains(&b'\n') {
            true => Wanted::Literal,
            false if plain => Wanted::Plain,
            false => Wanted::DoubleQuoted,
        };
        (text, wanted, binary)
    }

    /// Whether go-yaml would read the text back as text.
    fn is_plain_text(&self, text: &[u8]) -> bool {
        let date = self.version == Version::V2 && super::Timestamp::parse(text).is_some();
        let old = self.version == Version::V3 && old_bool(text).is_some();
        matches!(plain(text, self.version), Meaning::Text(_)) && !date && !old && !is_base_60(text)
    }

    // ---- collections

    fn list(&mut self, list: &List, place: Place) -> Result<(), Stop> {
        if list.is_empty() {
            self.emitter.write_indicator(b"[]", true);
            return Ok(());
        }
        self.cycles.enter(None).map_err(|message| self.cycle(message))?;
        // v2 does not indent a list below its key
        let level = place.in_mapping && self.version == Version::V2 && !self.emitter.indention;
        let indent = if level { place.indent.unwrap_or(0) } else { place.deeper() };
        for item in list.iter() {
            self.emitter.write_indent(indent);
            self.emitter.write_line_indicator(b'-');
            self.node(item, Place { indent: Some(indent), in_mapping: false })?;
        }
        self.cycles.leave();
        Ok(())
    }

    fn map(&mut self, map: &Map, place: Place) -> Result<(), Stop> {
        let entries = map.read();
        if entries.is_empty() {
            self.emitter.write_indicator(b"{}", true);
            return Ok(());
        }
        self.cycles.enter(Some(map)).map_err(|message| self.cycle(message))?;
        let mut sorted: Vec<(&Str, &Value)> = entries.iter().collect();
        if self.as_written {
            sorted.sort_by_key(|(_, value)| value.origin);
        } else {
            order::sort(&mut sorted, |(key, _)| key.as_bytes(), self.version);
            if self.raw {
                // stable: text stays in its order behind the rest
                let rank = |entry: &(&Str, &Value)| raw_rank(entry.0);
                sorted.sort_by(|one, other| rank(one).partial_cmp(&rank(other)).unwrap_or(std::cmp::Ordering::Equal));
            }
        }
        let typed = !matches!(map.go_type(), Type::Named("map[interface {}]interface {}", _));
        let indent = place.deeper();
        for (key, value) in sorted {
            self.emitter.write_indent(indent);
            let at = self.emitter.out.len();
            self.key(key, indent, typed)?;
            mark_key(&mut self.marks, at, self.emitter.out.len(), value);
            self.node(value, Place { indent: Some(indent), in_mapping: true })?;
        }
        self.cycles.leave();
        Ok(())
    }

    /// A Go struct for v3: fields in their order, under their names in lower case.
    fn structure(&mut self, fields: &[(&str, Value)], place: Place) -> Result<(), Stop> {
        if fields.is_empty() {
            self.emitter.write_indicator(b"{}", true);
            return Ok(());
        }
        self.cycles.enter(None).map_err(|message| self.cycle(message))?;
        let indent = place.deeper();
        for (name, value) in fields {
            self.emitter.write_indent(indent);
            self.key(&name.to_lowercase().into(), indent, true)?;
            self.node(value, Place { indent: Some(indent), in_mapping: true })?;
        }
        self.cycles.leave();
        Ok(())
    }

    /// A key and its `:`. Where the map is not `typed`, keys that look like numbers were numbers.
    fn key(&mut self, key: &Str, indent: usize, typed: bool) -> Result<(), Stop> {
        if let Some(bare) = key.strip_prefix(&[RAW_KEY]).filter(|_| self.raw) {
            self.emitter.write_bare(bare);
            self.emitter.write_indicator(b":", false);
            return Ok(());
        }
        let (text, mut wanted, binary) = self.style(key);
        if self.through_json && (is_bent_by_yaml(&text) || text.len() >= LONG_KEY) {
            return Err(Stop::Reread);
        }
        if !typed && wanted == Wanted::DoubleQuoted && old_bool(&text).is_none() {
            wanted = Wanted::Plain;
        }
        let key = Scalar { text: &text, wanted, binary };
        if self.emitter.is_simple_key(key) {
            self.emitter.write_scalar(key, indent.saturating_add(2), true);
            self.emitter.write_indicator(b":", false);
        } else {
            self.emitter.write_line_indicator(b'?');
            self.emitter.write_scalar(key, indent.saturating_add(2), false);
            self.emitter.write_indent(indent);
            self.emitter.write_line_indicator(b':');
        }
        Ok(())
    }
}

/// Where a key of a raw map stands: booleans and numbers by their number, then null, then text.
fn raw_rank(key: &[u8]) -> (u8, f64) {
    match key.strip_prefix(&[RAW_KEY]) {
        None => (2, 0.0),
        Some(b"null") => (1, 0.0),
        Some(b"false") => (0, 0.0),
        Some(b"true") => (0, 1.0),
        Some(b".inf") => (0, f64::INFINITY),
        Some(b"-.inf") => (0, f64::NEG_INFINITY),
        Some(digits) => (0, std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(f64::NAN)),
    }
}

/// Keys from here on may be longer than 1,024 characters in JSON, where go-yaml v2 takes them for none.
const LONG_KEY: usize = 170;

/// Whether a text has characters that JSON leaves as they are and go-yaml v2 refuses or takes for line breaks.
fn is_bent_by_yaml(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, 0x7F | 0xC2 | 0xEF))
        && text.windows(3).any(|window| matches!(window, [0x7F, ..] | [0xC2, 0x80..=0x9F, _] | [0xEF, 0xBF, 0xBE | 0xBF]))
        || matches!(text, [.., 0x7F] | [.., 0x7F, _] | [.., 0xC2, 0x80..=0x9F])
}

/// Base64 in lines of 70, as go-yaml breaks it.
fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let text = data_encoding::BASE64.encode(bytes);
    if text.len() < 70 {
        return text.into_bytes();
    }
    text.as_bytes().chunks(70).flat_map(|line| line.iter().copied().chain([b'\n'])).collect()
}

/// `1:30`, a number to the base 60 in YAML 1.1: `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`.
fn is_base_60(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    if !text.first().is_some_and(u8::is_ascii_digit) || !text.contains(&b':') {
        return false;
    }
    let digits = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_');
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(dot) => text.split_at(dot),
        None => (text, &b"."[..]),
    };
    let mut parts = whole.split(|byte| *byte == b':');
    parts.next().is_some_and(digits)
        && parts.all(|part| match part {
            [one] => one.is_ascii_digit(),
            [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
            _ => false,
        })
        && digits(fraction.get(1..).unwrap_or_default())
}
