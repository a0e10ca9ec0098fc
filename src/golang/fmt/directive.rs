//! A format's directives: flags, width, precision, argument indexes, verb.

use std::ops::Range;

use super::layout::Flags;
use super::printer::Printer;
use crate::data::{Kind, Value};
use crate::golang::{bytes, utf8};

/// Widths and precisions beyond this are not numbers to Go's fmt.
const TOO_LARGE: i64 = 1_000_000;

/// The format being read: how far, which argument is next, and what went wrong with indexes.
struct Reader<'a> {
    /// What is not read yet.
    rest: &'a [u8],
    arguments: &'a [Value],
    next: usize,
    /// An index such as `[3]` was just read.
    after_index: bool,
    /// All indexes of this directive name arguments.
    good_index: bool,
    /// Some index was used, so left-over arguments are no mistake.
    reordered: bool,
}

/// Which argument was written where.
pub(super) type Parts = Vec<(usize, Range<usize>)>;

/// `fmt.Sprintf` into the printer; notes the parts where somebody wants them.
pub(super) fn run(printer: &mut Printer, format: &[u8], arguments: &[Value], parts: &mut Option<Parts>) {
    let mut reader = Reader { rest: format, arguments, next: 0, after_index: false, good_index: true, reordered: false };
    while !reader.rest.is_empty() && !printer.is_full() {
        let (text, rest) = bytes::span(reader.rest, |byte| byte != b'%');
        printer.out.extend_from_slice(text);
        reader.rest = rest;
        if reader.eat(b'%') {
            let (start, argument) = (printer.out.len(), reader.next);
            reader.directive(printer);
            // An index moves on before its argument is taken: the argument is the one before the next.
            if let Some(parts) = parts.as_mut().filter(|_| reader.next != argument || reader.reordered) {
                parts.push((reader.next.saturating_sub(1), start..printer.out.len()));
            }
        }
    }
    match arguments.get(reader.next..) {
        Some(left @ [_, ..]) if !reader.reordered => extra(printer, left),
        _ => {}
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
        self.rest.first().copied()
    }

    fn advance(&mut self) {
        self.rest = bytes::skip(self.rest, 1);
    }

    /// Takes the byte if it stands here.
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance();
        }
        found
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
            self.advance();
        }
        self.index();
        self.width(printer);
        self.precision(printer);
        if !self.after_index {
            self.index();
        }
        let Some((verb, _, rest)) = utf8::split_first(self.rest) else {
            printer.out.extend_from_slice(b"%!(NOVERB)");
            return;
        };
        self.rest = rest;
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
            self.next = self.next.saturating_add(1);
        } else {
            printer.complain(verb, "MISSING");
        }
    }

    fn width(&mut self, printer: &mut Printer) {
        if self.eat(b'*') {
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
        // A point that ends the format is its verb.
        if self.rest.len() < 2 || !self.eat(b'.') {
            return;
        }
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.eat(b'*') {
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
        self.next = self.next.saturating_add(1);
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
        let (number, rest) = digits(self.rest);
        self.rest = rest;
        number
    }

    /// An argument index such as `[2]`, if one stands here.
    fn index(&mut self) {
        if self.peek() != Some(b'[') {
            self.after_index = false;
            return;
        }
        self.reordered = true;
        let inside = bytes::skip(self.rest, 1);
        let Some((inside, after)) = bytes::cut(inside, b']').filter(|_| self.rest.len() >= 3) else {
            self.advance();
            self.good_index = false;
            self.after_index = false;
            return;
        };
        self.rest = after;
        let (number, left) = digits(inside);
        let number = number.filter(|_| left.is_empty());
        self.after_index = number.is_some();
        let index = number.and_then(|number| usize::try_from(number.checked_sub(1)?).ok());
        match index.filter(|index| *index < self.arguments.len()) {
            Some(index) => self.next = index,
            None => self.good_index = false,
        }
    }
}

/// Decimal digits at the start of a text: the number, if any, and what follows; nothing does where it is too large.
fn digits(text: &[u8]) -> (Option<i64>, &[u8]) {
    let mut rest = text;
    let mut number = None;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        let before = number.unwrap_or(0i64);
        if before > TOO_LARGE {
            return (None, &[]);
        }
        number = Some(before.saturating_mul(10).saturating_add(i64::from(digit & 0x0F)));
        rest = after;
    }
    (number, rest)
}
