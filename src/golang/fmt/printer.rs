//! Values by verb.

use std::sync::Arc;

use super::layout::{Base, Flags, Layout};
use super::{MAX_DEPTH, MAX_OUTPUT};
use crate::data::{GoKind, Kind, List, Map, Object, Type, Value};
use crate::golang::time::Time;

/// Where a directive's text goes, and its flags.
pub(super) struct Printer {
    pub(super) out: Vec<u8>,
    pub(super) flags: Flags,
    /// Inside `%!verb(…)`, where `String()` is not called.
    erroring: bool,
    /// How much may be written before the rest is left out.
    limit: usize,
}

impl Default for Printer {
    fn default() -> Self {
        Self::with_limit(MAX_OUTPUT)
    }
}

impl Printer {
    pub(super) fn with_limit(limit: usize) -> Self {
        Self { out: Vec::new(), flags: Flags::default(), erroring: false, limit }
    }

    /// Whether no more should be written.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() > self.limit
    }

    fn layout(&mut self) -> Layout<'_> {
        Layout { flags: self.flags, out: &mut self.out }
    }

    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// `%!verb(BADINDEX)` and the like.
    pub(super) fn complain(&mut self, verb: char, what: &str) {
        self.text(&format!("%!{verb}({what})"));
    }

    /// One operand.
    pub(super) fn argument(&mut self, value: &Value, verb: char) {
        match (&value.kind, verb) {
            (Kind::Nil, 'T' | 'v') => self.layout().pad(b"<nil>"),
            (_, 'T') => self.layout().string(type_name(value).as_bytes()),
            (Kind::Nil, _) => self.complain(verb, "<nil>"),
            // Only Errorf knows %w.
            (Kind::List(_) | Kind::Map(_) | Kind::Object(_), 'w') => self.bad_verb(value, verb),
            (Kind::Bytes(bytes), 'v') if self.flags.sharp_v => {
                self.text("[]byte");
                self.bytes(bytes, verb, 0);
            }
            _ => self.value(value, verb, 0),
        }
    }

    /// A value at some depth.
    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH {
            return self.text("<nested too deep>");
        }
        match &value.kind {
            Kind::Nil if self.flags.sharp_v => self.text("interface {}(nil)"),
            Kind::Nil => self.text("<nil>"),
            Kind::Bytes(bytes) if matches!(verb, 's' | 'q' | 'x' | 'X') => self.string(bytes, verb, value),
            Kind::Bytes(bytes) => {
                self.text(if self.flags.sharp_v { "[]uint8" } else { "" });
                self.bytes(bytes, verb, depth);
            }
            Kind::List(list) => self.slice(list, list.go_type(), verb, depth),
            Kind::Map(map) => self.map(map, map.go_type(), verb, depth),
            Kind::Object(object) => self.object(object, verb, depth),
            _ => self.scalar(value, verb),
        }
    }

    fn scalar(&mut self, value: &Value, verb: char) {
        match (&value.kind, verb) {
            (Kind::Bool(truth), 't' | 'v') => self.layout().pad(truth.to_string().as_bytes()),
            (Kind::Int(number, _), _) => self.integer(*number < 0, number.unsigned_abs(), true, verb, value),
            (Kind::Uint(number, _), _) => self.integer(false, *number, false, verb, value),
            (Kind::Float(number), _) if is_float_verb(verb) => self.float(*number, verb),
            (Kind::Complex(real, imaginary), _) if is_float_verb(verb) => {
                let plus = self.flags.plus;
                self.out.push(b'(');
                self.float(*real, verb);
                self.flags.plus = true;
                self.float(*imaginary, verb);
                self.flags.plus = plus;
                self.text("i)");
            }
            (Kind::String(text), 'v' | 's' | 'q' | 'x' | 'X') => self.string(text, verb, value),
            _ => self.bad_verb(value, verb),
        }
    }

    fn integer(&mut self, negative: bool, magnitude: u64, signed: bool, verb: char, value: &Value) {
        // What a negative number is as an unsigned one; characters beyond Unicode are all the same.
        let character = if negative { u64::MAX } else { magnitude };
        let bits = if negative { magnitude.wrapping_neg() } else { magnitude };
        let mut layout = self.layout();
        match verb {
            'v' if layout.flags.sharp_v && !signed => {
                layout.flags.sharp = true;
                layout.integer(negative, magnitude, Base::Hex, false);
            }
            'v' | 'd' => layout.integer(negative, magnitude, Base::Decimal, false),
            'b' => layout.integer(negative, magnitude, Base::Binary, false),
            'o' => layout.integer(negative, magnitude, Base::Octal, false),
            'O' => layout.integer(negative, magnitude, Base::Octal, true),
            'x' => layout.integer(negative, magnitude, Base::Hex, false),
            'X' => layout.integer(negative, magnitude, Base::UpperHex, false),
            'c' => layout.character(character),
            'q' => layout.quoted_character(character),
            'U' => layout.unicode(bits),
            _ => self.bad_verb(value, verb),
        }
    }

    fn float(&mut self, number: f64, verb: char) {
        let (format, precision) = match verb {
            'v' => (b'g', -1),
            'F' => (b'f', 6),
            'f' | 'e' | 'E' => (verb as u8, 6),
            _ => (verb as u8, -1),
        };
        self.layout().float(number, format, precision);
    }

    fn string(&mut self, text: &[u8], verb: char, value: &Value) {
        let mut layout = self.layout();
        match verb {
            'v' if layout.flags.sharp_v => layout.quoted(text),
            'v' | 's' => layout.string(text),
            'q' => layout.quoted(text),
            'x' => layout.hex_text(text, false),
            'X' => layout.hex_text(text, true),
            _ => self.bad_verb(value, verb),
        }
    }

    fn bytes(&mut self, bytes: &[u8], verb: char, depth: usize) {
        self.list(bytes.iter().map(|byte| Kind::Uint(u64::from(*byte), GoKind::Uint8).into()), verb, depth);
    }

    fn slice(&mut self, list: &List, name: Type, verb: char, depth: usize) {
        if self.flags.sharp_v {
            self.text(name.name());
            if list.is_nil() {
                return self.text("(nil)");
            }
        }
        self.list(list.iter().cloned(), verb, depth);
    }

    fn list(&mut self, items: impl Iterator<Item = Value>, verb: char, depth: usize) {
        self.open(b'[');
        for (at, item) in items.enumerate() {
            if self.is_full() {
                break;
            }
            if at > 0 {
                self.comma();
            }
            self.value(&item, verb, depth.saturating_add(1));
        }
        self.close(b']');
    }

    fn map(&mut self, map: &Map, name: Type, verb: char, depth: usize) {
        self.text(if self.flags.sharp_v { name.name() } else { "map" });
        self.open(b'[');
        for (at, (key, value)) in map.snapshot().into_iter().enumerate() {
            if self.is_full() {
                break;
            }
            if at > 0 {
                self.comma();
            }
            self.scalar(&Value::from(key), verb);
            self.out.push(b':');
            self.value(&value, verb, depth.saturating_add(1));
        }
        self.close(b']');
    }

    fn open(&mut self, bracket: u8) {
        self.out.push(if self.flags.sharp_v { b'{' } else { bracket });
    }
    fn close(&mut self, bracket: u8) {
        self.out.push(if self.flags.sharp_v { b'}' } else { bracket });
    }
    fn comma(&mut self) {
        self.text(if self.flags.sharp_v { ", " } else { " " });
    }

    fn object(&mut self, object: &Arc<dyn Object>, verb: char, depth: usize) {
        if !self.erroring {
            if self.flags.sharp_v {
                if let Some(time) = object.as_any().downcast_ref::<Time>() {
                    return self.layout().string(time.go_syntax().as_bytes());
                }
            } else if matches!(verb, 'v' | 's' | 'q' | 'x' | 'X') && object.is_stringer() {
                let text = object.plain_text();
                return self.string(text.as_bytes(), verb, &Value::NIL);
            }
        }
        let of = object.go_type();
        match object.underlying().map(|value| value.kind) {
            Some(Kind::List(list)) => self.slice(&list, of, verb, depth),
            Some(Kind::Map(_)) if self.flags.sharp_v && object.marshal().is_nil() => {
                self.text(of.name());
                self.text("(nil)");
            }
            Some(Kind::Map(map)) => self.map(&map, of, verb, depth),
            Some(kind) => {
                let before = self.out.len();
                let value = Value::from(kind);
                self.value(&value, verb, depth);
                self.rename_complaint(before, &value, of, verb);
            }
            None => self.fields(object, verb, depth),
        }
    }

    /// The value behind a named type was printed; a complaint about it has to name that type.
    fn rename_complaint(&mut self, start: usize, value: &Value, of: Type, verb: char) {
        let written = format!("%!{verb}({}=", type_name(value));
        let rest = self.out.get(start..).unwrap_or_default();
        if let Some(rest) = rest.strip_prefix(written.as_bytes()).map(<[u8]>::to_vec) {
            self.out.truncate(start);
            self.out.extend_from_slice(format!("%!{verb}({}=", of.name()).as_bytes());
            self.out.extend(rest);
        }
    }

    /// A struct, field by field.
    fn fields(&mut self, object: &Arc<dyn Object>, verb: char, depth: usize) {
        let fields = object.fields();
        if fields.is_empty() && !self.erroring && verb == 'v' {
            return self.text(&object.plain_text());
        }
        let name = object.go_type().name();
        let (pointer, name) = name.strip_prefix('*').map_or(("", name), |name| ("&", name));
        // parity: a pointer inside something is printed as an address, which other verbs refuse
        if !pointer.is_empty() && depth > 0 && !matches!(verb, 'v' | 'p' | 'b' | 'o' | 'd' | 'x' | 'X') {
            return self.bad_verb(&Value::from(Kind::Object(object.clone())), verb);
        }
        self.text(pointer);
        if self.flags.sharp_v {
            self.text(name);
        }
        self.out.push(b'{');
        for (at, (name, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.comma();
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.text(name);
                self.out.push(b':');
            }
            self.value(value, verb, depth.saturating_add(1));
        }
        self.out.push(b'}');
    }

    /// `%!verb(type=value)`
    fn bad_verb(&mut self, value: &Value, verb: char) {
        let outer = std::mem::replace(&mut self.erroring, true);
        self.text(&format!("%!{verb}({}=", type_name(value)));
        self.argument(value, 'v');
        self.out.push(b')');
        self.erroring = outer;
    }
}

fn is_float_verb(verb: char) -> bool {
    matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E')
}

fn type_name(value: &Value) -> &'static str {
    value.go_type().map_or("<nil>", Type::name)
}
