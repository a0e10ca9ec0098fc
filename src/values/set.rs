//! The `--set` family: `argument text → changes in a map`, with helm's typing and error texts
//! (helm pkg/strvals/parser.go, literal_parser.go).

use crate::data::{Kind as Is, List, Map, Origin, SourceFile, Sources, Type, Value, json};
use crate::diag::{Error, Kind, Place, Result};
use crate::golang::strconv;

/// Whose rules: they differ in two corners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `--set-json` takes a whole object; an index cut short is ignored.
    Helm4,
    /// Neither.
    Helm3,
}

/// Which flag of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// `--set`: typed values.
    Set,
    /// `--set-string`: always strings.
    SetString,
    /// `--set-json`: JSON values.
    SetJson,
    /// `--set-file`: values are paths of files whose text is taken.
    SetFile,
    /// `--set-literal`: the rest of the argument as it stands.
    SetLiteral,
}

impl Flag {
    /// As typed: `--set-json`.
    pub fn name(self) -> &'static str {
        match self {
            Flag::Set => "--set",
            Flag::SetString => "--set-string",
            Flag::SetJson => "--set-json",
            Flag::SetFile => "--set-file",
            Flag::SetLiteral => "--set-literal",
        }
    }
}

/// One argument of one flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The flag.
    pub flag: Flag,
    /// Its argument: `a.b=1,c[0]=x`.
    pub argument: String,
}

/// What reading settings needs beside them.
pub struct Settings<'a> {
    /// Whose rules.
    pub dialect: Dialect,
    /// Where arguments are registered as sources, so that their values have origins.
    pub sources: &'a Sources,
    /// Gives the bytes behind the value of a `--set-file`.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>>,
}

const MAX_INDEX: i64 = 65_536;
const MAX_NESTED_NAMES: usize = 30;

/// Puts one argument into `values`; what an argument sets before it fails stays set.
///
/// # Errors
/// `failed parsing --set data: …` in helm's words.
pub fn parse_into(values: &Map, setting: &Setting, settings: &Settings<'_>) -> Result<()> {
    let shown = format!("{} {}", setting.flag.name(), setting.argument);
    let source = settings.sources.add(shown.clone(), setting.argument.as_str());
    let failed = |message: String, offset: usize| {
        Error::new(Kind::Values, message).at(Place::in_text(shown.clone(), setting.argument.as_bytes(), offset))
    };
    if setting.flag == Flag::SetJson && settings.dialect == Dialect::Helm4 && setting.argument.trim_start().starts_with('{') {
        let object = trimmed(&source);
        return match json::read(&object).map(|value| value.kind) {
            Ok(Is::Map(given)) => {
                merge_maps(values, &given);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err((_, offset)) => Err(failed(format!("failed parsing --set-json data JSON: {}", setting.argument), offset)),
        };
    }
    let mut parser = Parser { text: &setting.argument, at: 0, flag: setting.flag, source: &source, settings };
    let Err((stop, offset)) = parser.all(values) else { return Ok(()) };
    let message = match (setting.flag, stop) {
        (Flag::SetJson, _) => format!("failed parsing --set-json data {}", setting.argument),
        (flag, Stop::Text(text)) => format!("failed parsing {} data: {text}", flag.name()),
        (flag, Stop::CutIndex) => format!("failed parsing {} data: error parsing index: EOF", flag.name()),
        (_, Stop::End) => return Ok(()),
    };
    Err(failed(message, offset))
}

/// Merges `over` into `base` deeply, maps only, as helm merges values files (helm pkg/chart/v2/loader/load.go:MergeMaps).
pub fn merge_maps(base: &Map, over: &Map) {
    for (key, value) in over.snapshot() {
        if let Some(inner) = value.as_map()
            && let Some(below) = base.get(&key)
            && let Some(below) = below.as_map()
        {
            merge_maps(below, inner);
            continue;
        }
        base.insert(key, value);
    }
}

/// The source without white space around it; origins stay those of the whole.
fn trimmed(source: &SourceFile) -> SourceFile {
    let text = source.text.to_text();
    let start = text.len() - text.trim_start().len();
    SourceFile { name: source.name.clone(), base: source.base.plus(start), text: text.trim().into() }
}

/// Why parsing ended.
enum Stop {
    /// The text is used up: no error.
    End,
    /// It was used up inside an index.
    CutIndex,
    /// Helm's words.
    Text(String),
}

type Parsed<T> = Result<T, Stop>;

fn refuse<T>(text: impl Into<String>) -> Parsed<T> {
    Err(Stop::Text(text.into()))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    flag: Flag,
    source: &'a SourceFile,
    settings: &'a Settings<'a>,
}

/// Text up to a stop character, escapes undone, and the stop; `None` at the end of the argument.
struct Word {
    text: String,
    stop: Option<char>,
}

impl Parser<'_> {
    fn all(&mut self, values: &Map) -> Result<(), (Stop, usize)> {
        loop {
            match self.key(values, 0) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                // parity: helm 4 asks errors.Is(err, io.EOF), which a wrapped EOF satisfies.
                Err(Stop::CutIndex) if self.settings.dialect == Dialect::Helm4 => return Ok(()),
                Err(stop) => return Err((stop, self.at)),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let character = self.text[self.at..].chars().next()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn word(&mut self, stops: &[char]) -> Word {
        let mut text = String::new();
        while let Some(character) = self.next() {
            if stops.contains(&character) {
                return Word { text, stop: Some(character) };
            }
            if character == '\\' && self.flag != Flag::SetLiteral {
                match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => break,
                }
            } else {
                text.push(character);
            }
        }
        Word { text, stop: None }
    }

    fn origin(&self, at: usize) -> Origin {
        self.source.base.plus(at)
    }

    fn key(&mut self, values: &Map, level: usize) -> Parsed<()> {
        let stops: &[char] = if self.flag == Flag::SetLiteral { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let start = self.at;
        let Word { text: key, stop } = self.word(stops);
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None => refuse(format!("key {} has no value", strconv::quote(key.as_bytes()))),
            Some('[') => {
                let index = self.index()?;
                let mut list = match values.get(&key) {
                    None => List::from(Vec::new()),
                    Some(Value { kind: Is::List(list), .. }) => list,
                    Some(other) => return refuse(not_a("[]interface {}", &other)),
                };
                let result = self.item(&mut list, index, level);
                set(values, &key, Value::from(list).from_origin(self.origin(start)));
                result
            }
            Some('=') => self.value_of_key(values, &key, start),
            Some(',') => {
                set(values, &key, Value::string("").from_origin(self.origin(start)));
                refuse(format!("key {} has no value (cannot end with ,)", strconv::quote(key.as_bytes())))
            }
            Some(_) => {
                let level = level + 1;
                if level > MAX_NESTED_NAMES {
                    return refuse(format!("value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAMES}"));
                }
                let inner = match values.get(&key) {
                    None => Map::new(),
                    Some(Value { kind: Is::Map(map), .. }) => map,
                    Some(other) => return refuse(not_a("map[string]interface {}", &other)),
                };
                let result = self.key(&inner, level);
                if result.is_ok() && inner.is_empty() {
                    return refuse(format!("key map {} has no value", strconv::quote(key.as_bytes())));
                }
                if !inner.is_empty() && values.get(&key).is_none() {
                    set(values, &key, Value::from(inner).from_origin(self.origin(start)));
                }
                result
            }
        }
    }

    fn value_of_key(&mut self, values: &Map, key: &str, start: usize) -> Parsed<()> {
        if self.flag == Flag::SetJson {
            let value = self.json()?;
            set(values, key, value);
            return self.blanks_and_comma();
        }
        match self.value() {
            Ok(value) => {
                set(values, key, value);
                Ok(())
            }
            Err(Stop::End) => {
                set(values, key, Value::string("").from_origin(self.origin(start)));
                Err(Stop::End)
            }
            Err(stop) => Err(stop),
        }
    }

    /// `n]` of `key[n]`.
    fn index(&mut self) -> Parsed<i64> {
        let word = self.word(&[']']);
        if word.stop.is_none() {
            return Err(Stop::CutIndex);
        }
        strconv::atoi(word.text.as_bytes()).map_err(|error| Stop::Text(format!("error parsing index: {error}")))
    }

    /// What follows `]`.
    fn item(&mut self, list: &mut List, index: i64, level: usize) -> Parsed<()> {
        if index < 0 {
            return refuse(format!("negative {index} index not allowed"));
        }
        let start = self.at;
        let Word { text, stop } = self.word(&['[', '.', '=']);
        if !text.is_empty() {
            let runes: Vec<String> = text.chars().map(|rune| strconv::quote_rune(rune as u32)).collect();
            return refuse(format!("unexpected data at end of array index: [{}]", runes.join(" ")));
        }
        match stop {
            None => Err(Stop::End),
            Some('=') => {
                if self.flag == Flag::SetJson {
                    let value = self.json()?;
                    set_index(list, index, value)?;
                    return self.blanks_and_comma();
                }
                let value = match self.value() {
                    Err(Stop::End) => Value::string("").from_origin(self.origin(start)),
                    other => other?,
                };
                set_index(list, index, value)
            }
            Some('[') => {
                let next = self.index()?;
                let mut inner = match list.get(index as usize).map(|value| &value.kind) {
                    None | Some(Is::Nil) => List::from(Vec::new()),
                    Some(Is::List(inner)) => inner.clone(),
                    Some(_) => return refuse(not_a("[]interface {}", &list[index as usize])),
                };
                self.item(&mut inner, next, level)?;
                set_index(list, index, Value::from(inner).from_origin(self.origin(start)))
            }
            Some(_) => {
                let inner = match list.get(index as usize).map(|value| &value.kind) {
                    Some(Is::Map(inner)) => inner.clone(),
                    _ => Map::new(),
                };
                self.key(&inner, level)?;
                set_index(list, index, Value::from(inner).from_origin(self.origin(start)))
            }
        }
    }

    /// The value after `=`: a list in braces, or text up to a comma. [`Stop::End`] where nothing follows.
    fn value(&mut self) -> Parsed<Value> {
        let start = self.at;
        if self.flag == Flag::SetLiteral {
            self.at = self.text.len();
            return Ok(Value::string(&self.text[start..]).from_origin(self.origin(start)));
        }
        match self.peek() {
            None => Err(Stop::End),
            Some('{') => {
                self.next();
                self.list(start)
            }
            Some(_) => {
                let word = self.word(&[',']);
                self.typed(word.text, start)
            }
        }
    }

    /// The rest of `{a,b}`.
    fn list(&mut self, open: usize) -> Parsed<Value> {
        let mut items = Vec::new();
        loop {
            let start = self.at;
            let Word { text, stop } = self.word(&[',', '}']);
            match stop {
                None => return refuse("list must terminate with '}'"),
                Some('}') => {
                    if self.peek() == Some(',') {
                        self.next();
                    }
                    items.push(self.typed(text, start)?);
                    return Ok(Value::from(items).from_origin(self.origin(open)));
                }
                Some(_) => items.push(self.typed(text, start)?),
            }
        }
    }

    fn typed(&self, text: String, start: usize) -> Parsed<Value> {
        let value = match self.flag {
            Flag::SetFile => match (self.settings.read)(&text) {
                Ok(bytes) => Value::from(crate::data::Str::from(bytes)),
                Err(error) => return refuse(error.to_string()),
            },
            Flag::Set => typed_value(text),
            Flag::SetString | Flag::SetJson | Flag::SetLiteral => Value::from(text),
        };
        Ok(value.from_origin(self.origin(start)))
    }

    /// A JSON value after `=`; nil where there is none before the comma.
    fn json(&mut self) -> Parsed<Value> {
        let start = self.at;
        loop {
            match self.peek() {
                Some(',') => {
                    self.next();
                    return Ok(Value::NIL.from_origin(self.origin(start)));
                }
                None => return Ok(Value::NIL.from_origin(self.origin(start))),
                Some(blank) if blank.is_whitespace() => {
                    self.next();
                }
                Some(_) => break,
            }
        }
        let rest = &self.text[self.at..];
        let length = json_length(rest.as_bytes());
        let source = SourceFile { name: self.source.name.clone(), base: self.origin(self.at), text: rest.as_bytes()[..length].into() };
        let value = json::read(&source).map_err(|(text, _)| Stop::Text(text))?;
        self.at += length;
        Ok(value)
    }

    fn blanks_and_comma(&mut self) -> Parsed<()> {
        while let Some(next) = self.peek() {
            if next == ',' {
                self.next();
                break;
            }
            if !next.is_whitespace() {
                break;
            }
            self.next();
        }
        Ok(())
    }
}

fn set(values: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        values.insert(key, value);
    }
}

fn set_index(list: &mut List, index: i64, value: Value) -> Parsed<()> {
    if index > MAX_INDEX {
        return refuse(format!("index of {index} is greater than maximum supported index of {MAX_INDEX}"));
    }
    let index = index as usize;
    if list.go_type() != Type::List || list.is_nil() {
        *list = List::from(list.items().to_vec());
    }
    let items = list.make_mut();
    if items.len() <= index {
        items.resize(index + 1, Value::NIL);
    }
    items[index] = value;
    Ok(())
}

/// Go's text for a failed type assertion, as helm lets it through.
fn not_a(wanted: &str, value: &Value) -> String {
    let found = value.go_type().map_or("nil", Type::name);
    format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")
}

fn typed_value(text: String) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return true.into();
    }
    if text.eq_ignore_ascii_case("false") {
        return false.into();
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::NIL;
    }
    if text == "0" {
        return Value::int64(0);
    }
    if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::int64(number);
    }
    text.into()
}

/// How many bytes the JSON value at the start of `text` takes (Go's Decoder reads one value and leaves the rest).
/// Where there is no value, all of it: reading that then gives the error.
fn json_length(text: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => {
                at += 1;
                while let Some(inside) = text.get(at) {
                    match inside {
                        b'\\' => at += 1,
                        b'"' => break,
                        _ => {}
                    }
                    at += 1;
                }
                if depth == 0 {
                    return (at + 1).min(text.len());
                }
            }
            b't' | b'n' if depth == 0 => return 4.min(text.len()),
            b'f' if depth == 0 => return 5.min(text.len()),
            _ if depth == 0 => {
                let rest = &text[at..];
                let end = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
                return at + end.unwrap_or(rest.len()).max(1);
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}
