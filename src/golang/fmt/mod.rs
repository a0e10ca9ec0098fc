//! Go's `fmt`: `Sprint`, `Sprintf` and what `%v` makes of every kind of value.
//!
//! A value that holds itself would never end, so that nesting stops at [`MAX_DEPTH`], and a call starts
//! nothing new after [`MAX_OUTPUT`].

mod directive;
mod layout;
mod printer;

use std::ops::Range;

use crate::data::{GoKind, Kind, Str, Value};
use printer::Printer;

/// After so many bytes elements of lists and maps, and the rest of a format, are left out.
pub const MAX_OUTPUT: usize = 256 << 20;
/// Lists and maps deeper than this are cut short.
pub const MAX_DEPTH: usize = 1_000;

/// `fmt.Sprintf`.
pub fn sprintf(format: &[u8], arguments: &[Value]) -> Str {
    let mut printer = Printer::default();
    directive::run(&mut printer, format, arguments, &mut None);
    Str::from(printer.out)
}

/// Where what [`sprintf`] gives has its arguments, in the text's order: the number of each and its bytes.
pub fn sprintf_parts(format: &[u8], arguments: &[Value]) -> Vec<(usize, Range<usize>)> {
    let mut parts = Some(Vec::new());
    directive::run(&mut Printer::default(), format, arguments, &mut parts);
    parts.unwrap_or_default()
}

/// `fmt.Sprint`: a space between operands when neither is a string.
pub fn sprint(arguments: &[Value]) -> Str {
    if let [Value { kind: Kind::String(text), .. }] = arguments {
        return text.clone();
    }
    let mut printer = Printer::default();
    let mut after_string = true;
    for argument in arguments {
        let string = argument.go_type().is_some_and(|of| of.kind() == GoKind::String);
        if !string && !after_string {
            printer.out.push(b' ');
        }
        printer.argument(argument, 'v');
        after_string = string;
    }
    Str::from(printer.out)
}

/// `fmt.Sprintln`: a space between all operands, a newline at the end.
pub fn sprintln(arguments: &[Value]) -> Str {
    let mut printer = Printer::default();
    for (at, argument) in arguments.iter().enumerate() {
        if at > 0 {
            printer.out.push(b' ');
        }
        printer.argument(argument, 'v');
    }
    printer.out.push(b'\n');
    Str::from(printer.out)
}

/// Appends what `fmt.Fprint` of the one value writes (`%v`). nil is `<nil>`. (A template's action takes a struct's address,
/// and with it methods such as `String()` that only a pointer has: [`crate::data::Object::text`].)
pub fn append_value(out: &mut Vec<u8>, value: &Value) {
    match &value.kind {
        Kind::String(text) => out.extend_from_slice(text),
        Kind::Int(number, _) => append_int(out, *number),
        // most numbers of values files: from 1e6 on, and for -0, Go writes more than digits
        Kind::Float(number) if number.fract() == 0.0 && number.abs() < 1e6 && (*number != 0.0 || number.is_sign_positive()) => {
            append_int(out, *number as i64);
        }
        Kind::Bool(true) => out.extend_from_slice(b"true"),
        Kind::Bool(false) => out.extend_from_slice(b"false"),
        Kind::Nil => out.extend_from_slice(b"<nil>"),
        Kind::Object(object) if object.underlying().is_none() => out.extend_from_slice(object.plain_text().as_bytes()),
        _ => {
            let mut printer = Printer::default();
            std::mem::swap(out, &mut printer.out);
            printer.argument(value, 'v');
            *out = printer.out;
        }
    }
}

fn append_int(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    let start = out.len();
    let mut rest = number.unsigned_abs();
    loop {
        out.push(b'0' | (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.get_mut(start..).unwrap_or_default().reverse();
}

#[cfg(test)]
mod tests;
