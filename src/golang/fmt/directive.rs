//! A format's directives: flags, width, precision, argument indexes, verb.

use super::layout::Flags;
use super::printer::Printer;
use crate::data::{Kind, Value};
use crate::golang::utf8;

/// Widths and precisions beyond this are not numbers to Go's fmt.
const TOO_LARGE: i64 = 1_000_000;

/// The format being read: how far, which argument is next, and what went wrong with indexes.
struct Reader<'a> {
    format: &'a [u8],
    arguments: &'a [Value],
    at: usize,
    next: usize,
    /// An index such as `[3]` was just read.
    after_index: bool,
    /// All indexes of this directive name arguments.
    good_index: bool,
    /// Some index was used, so left-over arguments are no mistake.
    reordered: bool,
}

/// `fmt.Sprintf` into the printer.
pub(super) fn run(printer: &mut Printer, format: &[u8], arguments: &[Value]) {
    let mut reader = Reader { format, arguments, at: 0, next: 0, after_index: false, good_index: true, reordered: false };
    while reader.at < format.len() && !printer.is_full() {
        let rest = &format[reader.at..];
        let text = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
        printer.out.extend_from_slice(&rest[..text]);
        reader.at += text;
        if reader.at < format.len() {
            reader.at += 1;
            reader.directive(printer);
        }
    }
    if !reader.reordered && reader.next < arguments.len() {
        extra(printer, &arguments[reader.next..]);
    }
}

fn extra(printer: &mut Printer, arguments: &[Value]) {
    printer.flags = Flags::default();
    printer.out.extend_from_slice(b"%!(EXTRA ");
    for (at, argument) in arguments.iter().enumerate() {
        if at > 0 {
            printer.out.extend_from_slice(b", ");
        }
        match argument.go_type() {
            None => printer.out.extend_from_slice(b"<nil>"),
            Some(of) => {
                printer.out.extend_from_slice(of.name().as_bytes());
                printer.out.push(b'=');
                printer.argument(argument, 'v');
            }
        }
    }
    printer.out.push(b')');
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// One directive, after its `%`.
    fn directive(&mut self, printer: &mut Printer) {
        printer.flags = Flags::default();
        self.good_index = true;
        self.after_index = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => printer.flags.sharp = true,
                b'0' => printer.flags.zero = true,
                b'+' => printer.flags.plus = true,
                b'-' => printer.flags.minus = true,
                b' ' => printer.flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        self.index();
        self.width(printer);
        self.precision(printer);
        if !self.after_index {
            self.index();
        }
        let (verb, length) = utf8::decode(&self.format[self.at.min(self.format.len())..]);
        if length == 0 {
            printer.out.extend_from_slice(b"%!(NOVERB)");
            return;
        }
        self.at += length;
        let verb = char::from_u32(verb).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.verb(printer, verb);
    }

    fn verb(&mut self, printer: &mut Printer, verb: char) {
        if verb == '%' {
            printer.out.push(b'%');
        } else if !self.good_index {
            printer.complain(verb, "BADINDEX");
        } else if let Some(argument) = self.arguments.get(self.next) {
            if matches!(verb, 'v' | 'w') {
                let flags = &mut printer.flags;
                (flags.sharp_v, flags.sharp) = (flags.sharp, false);
                (flags.plus_v, flags.plus) = (flags.plus, false);
            }
            printer.argument(argument, verb);
            self.next += 1;
        } else {
            printer.complain(verb, "MISSING");
        }
    }

    fn width(&mut self, printer: &mut Printer) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.integer() {
                Some(width) => {
                    printer.flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        printer.flags.minus = true;
                        printer.flags.zero = false;
                    }
                }
                None => printer.out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            self.after_index = false;
            return;
        }
        let width = self.number();
        printer.flags.width = width.map(|width| width as usize);
        if self.after_index && width.is_some() {
            self.good_index = false;
        }
    }

    fn precision(&mut self, printer: &mut Printer) {
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            let given = self.integer();
            printer.flags.precision = given.and_then(|given| usize::try_from(given).ok());
            if printer.flags.precision.is_none() {
                printer.out.extend_from_slice(b"%!(BADPREC)");
            }
            self.after_index = false;
            return;
        }
        printer.flags.precision = Some(self.number().unwrap_or(0) as usize);
    }

    /// The value of the next argument for a `*`; `None` where it is no integer or too large.
    fn integer(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        let behind = match &argument.kind {
            Kind::Object(object) => object.underlying().unwrap_or_default(),
            _ => argument.clone(),
        };
        let number = match behind.kind {
            Kind::Int(number, _) => number,
            Kind::Uint(number, _) => i64::try_from(number).ok()?,
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&number).then_some(number)
    }

    /// The digits that stand here. Too many of them swallow the rest of the format, as in Go.
    fn number(&mut self) -> Option<i64> {
        let (number, at) = digits(self.format, self.at, self.format.len());
        self.at = at;
        number
    }

    /// An argument index such as `[2]`, if one stands here.
    fn index(&mut self) {
        if self.peek() != Some(b'[') {
            self.after_index = false;
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = if rest.len() < 3 { None } else { rest.iter().position(|byte| *byte == b']') };
        let Some(close) = close else {
            self.at += 1;
            self.good_index = false;
            self.after_index = false;
            return;
        };
        let (number, end) = digits(rest, 1, close);
        self.at += close + 1;
        self.after_index = number.is_some() && end == close;
        let index = number.filter(|_| end == close).and_then(|number| usize::try_from(number - 1).ok());
        match index.filter(|index| *index < self.arguments.len()) {
            Some(index) => self.next = index,
            None => self.good_index = false,
        }
    }
}

/// Decimal digits from `start` up to `end`: the number, if any, and where they stop.
fn digits(text: &[u8], start: usize, end: usize) -> (Option<i64>, usize) {
    let mut at = start;
    let mut number = None;
    while at < end {
        let Some(digit) = text.get(at).filter(|byte| byte.is_ascii_digit()) else { break };
        let before = number.unwrap_or(0);
        if before > TOO_LARGE {
            return (None, end);
        }
        number = Some(before * 10 + i64::from(digit - b'0'));
        at += 1;
    }
    (number, at)
}
