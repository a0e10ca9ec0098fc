//! Text → map.

use std::collections::{HashMap, HashSet};

use super::cursor::{Cursor, Fault, Scanned, named, quoted};
use super::scalars::{scalar, string};
use super::write::quoted_key;
use crate::data::{Kind as Is, List, Map, Type, Value};
use crate::golang::strconv;

/// How deep values may nest.
const MAX_DEPTH: usize = 1000;

/// Reads a document.
///
/// # Errors
/// `toml: line 1 (last key "a"): …`
pub(in crate::render) fn read(text: &[u8]) -> Result<Map, String> {
    let text = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text);
    if text.iter().take(6).any(|byte| *byte == 0) {
        return Err("toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8".into());
    }
    let mut reader = Reader {
        cursor: Cursor::new(text),
        root: Map::new(),
        context: Vec::new(),
        key: None,
        key_line: 1,
        implicit: HashSet::new(),
        arrays: HashMap::new(),
    };
    match reader.document() {
        Ok(()) => Ok(reader.root),
        Err(Fault { line, message }) => Err(match reader.last_key() {
            key if key.is_empty() => format!("toml: line {line}: {message}"),
            key => format!("toml: line {line} (last key {}): {message}", strconv::quote(key.as_bytes())),
        }),
    }
}

struct Reader<'t> {
    cursor: Cursor<'t>,
    root: Map,
    /// The table that keys go into.
    context: Vec<String>,
    key: Option<String>,
    /// Line of the key or table name read last.
    key_line: usize,
    /// Tables that came into being on the way to others.
    implicit: HashSet<String>,
    /// What a key was last said to be: an array or not.
    arrays: HashMap<String, bool>,
}

fn joined(key: &[String]) -> String {
    let parts: Vec<Vec<u8>> = key.iter().map(|part| quoted_key(part.as_bytes())).collect();
    String::from_utf8_lossy(&parts.join(&b'.')).into_owned()
}

impl Reader<'_> {
    fn last_key(&self) -> String {
        let context = joined(&self.context);
        match self.key.as_deref() {
            None | Some("") => context,
            Some(key) if context.is_empty() => key.to_owned(),
            Some(key) => format!("{context}.{key}"),
        }
    }

    /// A fault at the key that was read last.
    fn refuse<T>(&self, message: String) -> Scanned<T> {
        Err(Fault { line: self.key_line, message })
    }

    fn document(&mut self) -> Scanned<()> {
        loop {
            self.cursor.skip_lines()?;
            match self.cursor.peek()? {
                None => return Ok(()),
                Some('[') => self.header()?,
                Some(_) => {
                    let outer = self.context.clone();
                    self.pair(0)?;
                    self.context = outer;
                    self.key = None;
                }
            }
            self.cursor.skip_blanks()?;
            match self.cursor.next()? {
                None => return Ok(()),
                Some('\n' | '\r') => {}
                Some('#') => self.cursor.comment()?,
                other => {
                    let words = "expected a top-level item to end with a newline, comment, or EOF, but got";
                    return self.cursor.fault(format!("{words} {} instead", quoted(other)));
                }
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`
    fn header(&mut self) -> Scanned<()> {
        self.cursor.next()?;
        let array = self.cursor.accept('[')?;
        let mut key = Vec::new();
        loop {
            self.cursor.skip_blanks()?;
            let part = match self.cursor.peek()? {
                None | Some(']') => return self.cursor.fault("unexpected end of table name (table names cannot be empty)"),
                Some('.') => return self.cursor.fault("unexpected table separator (table names cannot be empty)"),
                Some('"' | '\'') => string(&mut self.cursor, false)?,
                Some(_) => self.bare()?.to_owned(),
            };
            if key.is_empty() {
                self.key_line = self.cursor.line;
            }
            key.push(part);
            if key.len() > MAX_DEPTH {
                return self.cursor.fault(format!("values nest deeper than {MAX_DEPTH} levels"));
            }
            self.cursor.skip_blanks()?;
            match self.cursor.next()? {
                Some('.') => {}
                Some(']') => break,
                other => {
                    return self.cursor.fault(format!("expected '.' or ']' to end table name, but got {} instead", quoted(other)));
                }
            }
        }
        if array && !self.cursor.accept(']')? {
            let found = self.cursor.next()?;
            return self.cursor.fault(format!("expected end of table array name delimiter ']', but got {} instead", quoted(found)));
        }
        self.enter(&key, array)?;
        self.arrays.insert(joined(&self.context), false);
        Ok(())
    }

    fn bare(&mut self) -> Scanned<&str> {
        self.cursor.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
    }

    /// `a.b =`
    fn dotted_key(&mut self) -> Scanned<Vec<String>> {
        self.cursor.skip_blanks()?;
        match self.cursor.peek()? {
            None | Some('=') => return self.cursor.fault("unexpected '=': key name appears blank"),
            Some('.') => return self.cursor.fault("unexpected '.': keys cannot start with a '.'"),
            Some(_) => {}
        }
        let mut key = Vec::new();
        loop {
            self.cursor.skip_blanks()?;
            let part = match self.cursor.peek()? {
                Some('"' | '\'') => string(&mut self.cursor, false)?,
                None | Some('=') => return self.cursor.fault("unexpected '='"),
                Some('.') => return self.cursor.fault("unexpected '.'"),
                Some(_) => self.bare()?.to_owned(),
            };
            if key.is_empty() {
                self.key_line = self.cursor.line;
            }
            key.push(part);
            if key.len() > MAX_DEPTH {
                return self.cursor.fault(format!("values nest deeper than {MAX_DEPTH} levels"));
            }
            self.cursor.skip_blanks()?;
            match self.cursor.next()? {
                Some('.') => {}
                Some('=') => return Ok(key),
                None => return self.cursor.fault("unexpected EOF; expected key separator '='"),
                found => {
                    let message = format!("expected '.' or '=', but got {} instead", quoted(found));
                    return if found == Some('\n') { self.cursor.fault_before(message) } else { self.cursor.fault(message) };
                }
            }
        }
    }

    /// `a.b = value`, put where it belongs. Gives the path of tables on the way, the name and the value.
    fn pair(&mut self, depth: usize) -> Scanned<(Vec<String>, String, Value)> {
        let mut path = self.dotted_key()?;
        let name = path.pop().unwrap_or_default();
        self.key = Some(name.clone());
        for part in &path {
            let mut whole = self.context.clone();
            whole.push(part.clone());
            self.implicit.insert(joined(&whole));
            self.enter(&whole, false)?;
        }
        let value = self.value(depth, false)?;
        self.set(&name, value.clone())?;
        self.note_type(matches!(value.kind, Is::List(_)));
        Ok((path, name, value))
    }

    /// Remembers whether the current key is an array.
    fn note_type(&mut self, array: bool) {
        let mut whole = self.context.clone();
        whole.extend(self.key.clone());
        self.arrays.insert(joined(&whole), array);
    }

    fn value(&mut self, depth: usize, in_array: bool) -> Scanned<Value> {
        if depth > MAX_DEPTH {
            return self.cursor.fault(format!("values nest deeper than {MAX_DEPTH} levels"));
        }
        self.cursor.skip_blanks()?;
        match self.cursor.peek()? {
            Some('[') => self.array(depth),
            Some('{') => self.inline_table(depth, in_array),
            first => scalar(&mut self.cursor, first),
        }
    }

    fn array(&mut self, depth: usize) -> Scanned<Value> {
        self.cursor.next()?;
        self.note_type(true);
        let mut items = Vec::new();
        loop {
            self.cursor.skip_lines()?;
            match self.cursor.peek()? {
                Some(',') => {
                    self.cursor.next()?;
                    return self.cursor.fault("unexpected comma");
                }
                Some(']') => break,
                _ => items.push(self.value(depth + 1, true)?),
            }
            self.cursor.skip_lines()?;
            match self.cursor.peek()? {
                Some(',') => {
                    self.cursor.next()?;
                }
                Some(']') => break,
                found => {
                    self.cursor.next()?;
                    return self.cursor.fault(format!("expected a comma (',') or array terminator (']'), but got {}", named(found)));
                }
            }
        }
        self.cursor.next()?;
        Ok(items.into())
    }

    fn inline_table(&mut self, depth: usize, in_array: bool) -> Scanned<Value> {
        self.cursor.next()?;
        let table = Map::new();
        let (outer, outer_key) = (self.context.clone(), self.key.clone());
        let mut inner = outer.clone();
        inner.extend(self.key.take());
        self.implicit.insert(joined(&inner));
        self.enter(&inner, in_array)?;
        loop {
            self.cursor.skip_lines()?;
            match self.cursor.peek()? {
                Some(',') => {
                    self.cursor.next()?;
                    return self.cursor.fault("unexpected comma");
                }
                Some('}') => break,
                _ => {}
            }
            let (path, name, value) = self.pair(depth + 1)?;
            let mut into = table.clone();
            for part in path {
                into = match into.get(&part).map(|value| value.kind) {
                    Some(Is::Map(map)) => map,
                    Some(_) => return self.refuse(format!("{} is not a table", strconv::quote(joined(&self.context).as_bytes()))),
                    None => {
                        let map = Map::new();
                        into.insert(part, map.clone());
                        map
                    }
                };
            }
            into.insert(name, value);
            self.context.clone_from(&inner);
            self.cursor.skip_lines()?;
            match self.cursor.peek()? {
                Some(',') => {
                    self.cursor.next()?;
                }
                Some('}') => break,
                found => {
                    self.cursor.next()?;
                    let words = "expected a comma or an inline table terminator '}', but got";
                    return self.cursor.fault(format!("{words} {} instead", named(found)));
                }
            }
        }
        self.cursor.next()?;
        self.context = outer;
        self.key = outer_key;
        Ok(table.into())
    }

    /// Makes a table the context, with all tables on the way; `array` adds one to an array of tables.
    fn enter(&mut self, key: &[String], array: bool) -> Scanned<()> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut at = self.root.clone();
        for (position, part) in parents.iter().enumerate() {
            if !at.contains(part) {
                self.implicit.insert(joined(&key[..=position]));
                at.insert(part.as_str(), Map::new());
            }
            at = match at.get(part).map(|value| value.kind) {
                Some(Is::Map(map)) => map,
                Some(Is::List(list)) if list.go_type() == Type::Maps => last_table(&list),
                _ => return self.refuse(format!("Key '{}' was already created as a hash.", joined(&key[..=position]))),
            };
        }
        self.context = parents.to_vec();
        if array {
            match at.remove(last).map(|value| value.kind) {
                None => {
                    at.insert(last.as_str(), List::typed(Type::Maps, vec![Map::new().into()]));
                }
                Some(Is::List(mut list)) if list.go_type() == Type::Maps => {
                    list.make_mut().push(Map::new().into());
                    at.insert(last.as_str(), list);
                }
                Some(_) => {
                    return self.refuse(format!("Key '{}' was already created and cannot be used as an array.", joined(key)));
                }
            }
        } else {
            self.set(last, Map::new().into())?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Puts a value into the table of the context.
    fn set(&mut self, name: &str, value: Value) -> Scanned<()> {
        let mut at = self.root.clone();
        for (position, part) in self.context.iter().enumerate() {
            at = match at.get(part).map(|value| value.kind) {
                Some(Is::Map(map)) => map,
                Some(Is::List(list)) if list.go_type() == Type::Maps => last_table(&list),
                _ => return self.refuse(format!("Key '{}' has already been defined.", joined(&self.context[..=position]))),
            };
        }
        let mut whole = self.context.clone();
        whole.push(name.to_owned());
        let whole = joined(&whole);
        if at.contains(name) {
            if !self.implicit.remove(&whole) {
                return self.refuse(format!("Key '{whole}' has already been defined."));
            }
            if self.arrays.get(&whole) == Some(&true) {
                at.insert(name, value);
            }
            return Ok(());
        }
        at.insert(name, value);
        Ok(())
    }
}

fn last_table(list: &List) -> Map {
    list.last().and_then(Value::as_map).cloned().unwrap_or_default()
}
