//! Values to text.

use std::borrow::Cow;

use crate::data::mark::{Mark, Marks, mark, mark_key};
use crate::data::number::{format_g, format_json};
use crate::data::{Kind, Map, Value};

/// How deep values may nest.
const MAX_DEPTH: usize = 10_000;

/// Writes a value as `json.Marshal` does: keys in byte order, `<`, `>`, `&` escaped where `escape_html`, U+2028 and
/// U+2029 always; indented by `indent` where that is not empty (`json.MarshalIndent`).
///
/// # Errors
/// Go's text: `json: unsupported value: NaN`, also for a value that holds itself.
pub fn write(value: &Value, escape_html: bool, indent: &str) -> Result<Vec<u8>, String> {
    let mut writer = Writer::new(escape_html, indent, None);
    writer.value(value)?;
    Ok(writer.out)
}

/// As [`write()`], and where in the text each part of the value begins, in the text's order.
///
/// # Errors
/// As [`write()`].
pub fn write_marked(value: &Value, escape_html: bool, indent: &str) -> Result<(Vec<u8>, Vec<Mark>), String> {
    let mut writer = Writer::new(escape_html, indent, Some(Vec::new()));
    writer.value(value)?;
    Ok((writer.out, writer.marks.unwrap_or_default()))
}

/// Finds values that hold themselves while a writer goes down into them.
#[derive(Default)]
pub(in crate::data) struct Cycles {
    depth: usize,
    /// A map passed on the way and its depth, moved on in ever longer steps.
    anchor: Option<(Map, usize)>,
}

impl Cycles {
    /// From here on one map on the way is remembered; Go starts at 1,000.
    const START: usize = 64;

    /// Goes one level down, into a map if it is one.
    pub(in crate::data) fn enter(&mut self, map: Option<&Map>) -> Result<(), String> {
        self.depth = self.depth.saturating_add(1);
        if self.depth < Self::START {
            return Ok(());
        }
        let seen = matches!((&self.anchor, map), (Some((anchor, _)), Some(map)) if anchor.is(map));
        if seen || self.depth > MAX_DEPTH {
            let of = map.map_or("[]interface {}", |map| map.go_type().name());
            return Err(format!("json: unsupported value: encountered a cycle via {of}"));
        }
        if let Some(map) = map
            && self.anchor.as_ref().is_none_or(|(_, depth)| self.depth >= depth.saturating_mul(2))
        {
            self.anchor = Some((map.clone(), self.depth));
        }
        Ok(())
    }

    /// Comes back up.
    pub(in crate::data) fn leave(&mut self) {
        if self.anchor.as_ref().is_some_and(|(_, depth)| *depth >= self.depth) {
            self.anchor = None;
        }
        self.depth = self.depth.saturating_sub(1);
    }
}

struct Writer<'t> {
    out: Vec<u8>,
    escape_html: bool,
    indent: &'t [u8],
    level: usize,
    cycles: Cycles,
    marks: Marks,
}

impl<'t> Writer<'t> {
    fn new(escape_html: bool, indent: &'t str, marks: Marks) -> Self {
        let (out, indent) = (Vec::with_capacity(256), indent.as_bytes());
        Self { out, escape_html, indent, level: 0, cycles: Cycles::default(), marks }
    }
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Result<(), String> {
        let at = self.out.len();
        self.any_value(value)?;
        mark(&mut self.marks, at, self.out.len(), value);
        Ok(())
    }

    fn any_value(&mut self, value: &Value) -> Result<(), String> {
        match &value.kind {
            Kind::Nil => self.out.extend_from_slice(b"null"),
            Kind::Bool(truth) => self.out.extend_from_slice(if *truth { b"true" } else { b"false" }),
            Kind::Int(number, _) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Kind::Uint(number, _) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Kind::Float(number) if !number.is_finite() => {
                return Err(format!("json: unsupported value: {}", format_g(*number)));
            }
            Kind::Float(number) => self.out.extend_from_slice(format_json(*number).as_bytes()),
            Kind::Complex(..) => return Err("json: unsupported type: complex128".to_owned()),
            Kind::String(text) => self.string(text),
            Kind::Bytes(bytes) => self.string(data_encoding::BASE64.encode(bytes).as_bytes()),
            Kind::List(list) if list.is_nil() => self.out.extend_from_slice(b"null"),
            Kind::List(list) => {
                self.cycles.enter(None)?;
                self.out.push(b'[');
                for (number, item) in list.iter().enumerate() {
                    self.start_item(number == 0);
                    self.value(item)?;
                }
                self.end_items(list.is_empty(), b']');
            }
            Kind::Map(map) => {
                self.cycles.enter(Some(map))?;
                self.out.push(b'{');
                let entries = map.read();
                for (number, (key, item)) in entries.iter().enumerate() {
                    self.start_item(number == 0);
                    let at = self.out.len();
                    self.string(key);
                    mark_key(&mut self.marks, at, self.out.len(), item);
                    self.out.extend_from_slice(if self.indent.is_empty() { b":" } else { b": " });
                    self.value(item)?;
                }
                self.end_items(entries.is_empty(), b'}');
            }
            Kind::Object(object) => {
                self.cycles.enter(None)?;
                match object.json_fields() {
                    Some(fields) => self.fields(&fields)?,
                    None => {
                        self.value(&object.marshal())?;
                        self.cycles.leave();
                    }
                }
            }
        }
        Ok(())
    }

    /// A struct: its members in the order given.
    fn fields(&mut self, fields: &[(&str, Value)]) -> Result<(), String> {
        self.out.push(b'{');
        for (number, (name, item)) in fields.iter().enumerate() {
            self.start_item(number == 0);
            self.string(name.as_bytes());
            self.out.extend_from_slice(if self.indent.is_empty() { b":" } else { b": " });
            self.value(item)?;
        }
        self.end_items(fields.is_empty(), b'}');
        Ok(())
    }

    /// The comma and the line break before an item.
    fn start_item(&mut self, first: bool) {
        if first {
            self.level = self.level.saturating_add(1);
        } else {
            self.out.push(b',');
        }
        self.new_line();
    }

    fn end_items(&mut self, empty: bool, bracket: u8) {
        if !empty {
            self.level = self.level.saturating_sub(1);
            self.new_line();
        }
        self.out.push(bracket);
        self.cycles.leave();
    }

    fn new_line(&mut self) {
        if !self.indent.is_empty() {
            self.out.push(b'\n');
            for _ in 0..self.level {
                self.out.extend_from_slice(self.indent);
            }
        }
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for chunk in text.utf8_chunks() {
            self.characters(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                self.out.extend_from_slice(b"\\ufffd");
            }
        }
        self.out.push(b'"');
    }

    fn characters(&mut self, mut text: &[u8]) {
        let html = self.escape_html;
        let special = |byte: &u8| match byte {
            0..=0x1F | b'"' | b'\\' | 0xE2 => true,
            b'<' | b'>' | b'&' => html,
            _ => false,
        };
        while let Some(run) = text.iter().position(special) {
            let (plain, rest) = text.split_at(run);
            self.out.extend_from_slice(plain);
            let short: &[u8] = match rest {
                [b'"', ..] => b"\\\"",
                [b'\\', ..] => b"\\\\",
                [b'\n', ..] => b"\\n",
                [b'\r', ..] => b"\\r",
                [b'\t', ..] => b"\\t",
                [0x08, ..] => b"\\b",
                [0x0C, ..] => b"\\f",
                [0xE2, 0x80, 0xA8, ..] => b"\\u2028",
                [0xE2, 0x80, 0xA9, ..] => b"\\u2029",
                [0xE2, ..] => b"\xE2",
                _ => b"",
            };
            self.out.extend_from_slice(short);
            if let (b"", Some(byte)) = (short, rest.first()) {
                self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            }
            let taken = if matches!(rest, [0xE2, 0x80, 0xA8 | 0xA9, ..]) { 3 } else { 1 };
            text = rest.get(taken..).unwrap_or_default();
        }
        self.out.extend_from_slice(text);
    }
}

/// Text with U+FFFD for every byte that is no UTF-8, as encoding/json writes it.
pub(in crate::data) fn valid_utf8(text: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(text).is_ok() {
        return text.into();
    }
    let mut valid = Vec::with_capacity(text.len().saturating_add(8));
    for chunk in text.utf8_chunks() {
        valid.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            valid.extend_from_slice("\u{FFFD}".as_bytes());
        }
    }
    valid.into()
}
