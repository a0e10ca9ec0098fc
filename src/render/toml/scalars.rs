//! Strings, numbers, booleans and times.

use super::cursor::{Cursor, Fault, Scanned, quoted};
use crate::data::Value;
use crate::golang::strconv;
use crate::golang::time::{Time, Zone};

/// The value that starts with this character, which is no bracket.
pub(super) fn scalar(cursor: &mut Cursor<'_>, first: Option<char>) -> Scanned<Value> {
    match first {
        Some('"' | '\'') => Ok(string(cursor, true)?.into()),
        Some('.') => {
            cursor.next()?;
            cursor.fault("floats must start with a digit, not '.'")
        }
        Some('-' | '+') => signed(cursor),
        Some('0'..='9') => unsigned(cursor),
        Some(letter) if letter.is_alphabetic() => word(cursor),
        Some('\n' | '\r') => {
            cursor.next()?;
            if cursor.since(cursor.at.saturating_sub(1)) == "\n" {
                return cursor.fault_before(format!("expected value but found {} instead", quoted(first)));
            }
            cursor.fault(format!("expected value but found {} instead", quoted(first)))
        }
        None => cursor.fault("unexpected EOF; expected value"),
        other => {
            cursor.next()?;
            cursor.fault(format!("expected value but found {} instead", quoted(other)))
        }
    }
}

/// `true`, `false`, `inf`, `nan`.
fn word(cursor: &mut Cursor<'_>) -> Scanned<Value> {
    for (name, number) in [("inf", f64::INFINITY), ("nan", f64::NAN)] {
        if cursor.text[cursor.at..].starts_with(name.as_bytes()) {
            cursor.at += name.len();
            return Ok(number.into());
        }
    }
    match cursor.take_while(char::is_alphabetic)? {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        other => cursor.fault(format!("expected value but found {} instead", strconv::quote(other.as_bytes()))),
    }
}

/// A number with a sign before it.
fn signed(cursor: &mut Cursor<'_>) -> Scanned<Value> {
    let start = cursor.at;
    let negative = cursor.next()? == Some('-');
    let first = cursor.next()?;
    match first {
        Some(letter @ ('i' | 'n')) => {
            let rest: &[char] = if letter == 'i' { &['n', 'f'] } else { &['a', 'n'] };
            for wanted in rest {
                if !cursor.accept(*wanted)? {
                    let found = cursor.peek()?.map(String::from).unwrap_or_default();
                    return cursor
                        .fault(format!("invalid float: '{}{found}'", cursor.since(start)))
                        .map_err(|fault| Fault { message: format!("invalid float: '{}'", cursor.since(start)), ..fault });
                }
            }
            let number = if letter == 'i' { f64::INFINITY } else { f64::NAN };
            return Ok(if negative { -number } else { number }.into());
        }
        Some('0') if matches!(cursor.peek()?, Some('b' | 'o' | 'x')) => {
            let base = cursor.peek()?.map(String::from).unwrap_or_default();
            return cursor.fault(format!("cannot use sign with non-decimal numbers: '{}{base}'", cursor.since(start)));
        }
        Some('.') => return cursor.fault("floats must start with a digit, not '.'"),
        Some('0'..='9') => {}
        other => return cursor.fault(format!("expected a digit but got {}", quoted(other))),
    }
    decimal(cursor, start)
}

/// The rest of a decimal number.
fn decimal(cursor: &mut Cursor<'_>, start: usize) -> Scanned<Value> {
    cursor.take_while(|digit| digit.is_ascii_digit() || digit == '_')?;
    if matches!(cursor.peek()?, Some('.' | 'e' | 'E')) {
        cursor.take_while(|part| part.is_ascii_digit() || "_.-+eE".contains(part))?;
        return float(cursor, start);
    }
    integer(cursor, start)
}

/// A number without sign, a date or a time.
fn unsigned(cursor: &mut Cursor<'_>) -> Scanned<Value> {
    let start = cursor.at;
    if cursor.next()? == Some('0')
        && let Some(base @ ('b' | 'o' | 'x')) = cursor.peek()?
    {
        cursor.next()?;
        let (radix, what) = match base {
            'b' => (2, "a binary"),
            'o' => (8, "an octal"),
            _ => (16, "a hexadecimal"),
        };
        let next = cursor.peek()?;
        if !next.is_some_and(|digit| digit.is_digit(radix)) {
            let next = next.unwrap_or('\0');
            return cursor.fault(format!("not {what} number: '{}{next}'", cursor.since(start)));
        }
        cursor.take_while(|digit| digit.is_digit(radix) || digit == '_')?;
        return integer(cursor, start);
    }
    cursor.take_while(|digit| digit.is_ascii_digit())?;
    if matches!(cursor.peek()?, Some('-' | ':')) {
        cursor.take_while(|part| part.is_ascii_digit() || "-:Tt .Zz+".contains(part))?;
        return time(cursor, start);
    }
    decimal(cursor, start)
}

fn underscores_ok(text: &str) -> bool {
    if ["nan", "+nan", "-nan", "inf", "-inf", "+inf"].contains(&text) {
        return true;
    }
    let mut accept = false;
    for part in text.chars() {
        if part == '_' && !accept {
            return false;
        }
        accept = part.is_ascii_hexdigit();
    }
    accept
}

fn leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', next, ..] => !matches!(next, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

fn integer(cursor: &Cursor<'_>, start: usize) -> Scanned<Value> {
    let text = cursor.since(start);
    let shown = strconv::quote(text.as_bytes());
    if !underscores_ok(text) {
        return cursor.fault(format!("Invalid integer {shown}: underscores must be surrounded by digits"));
    }
    if leading_zero(text) {
        return cursor.fault(format!("Invalid integer {shown}: cannot have leading zeroes"));
    }
    match strconv::parse_int(text.as_bytes(), 0, 64) {
        Ok(number) => Ok(Value::int64(number)),
        Err(_) => cursor.fault(format!("{text} is out of range for int64")),
    }
}

fn float(cursor: &Cursor<'_>, start: usize) -> Scanned<Value> {
    let text = cursor.since(start);
    let shown = strconv::quote(text.as_bytes());
    let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).peekable();
    let first = parts.peek().copied().unwrap_or_default();
    if !parts.all(underscores_ok) {
        return cursor.fault(format!("Invalid float {shown}: underscores must be surrounded by digits"));
    }
    if leading_zero(first) {
        return cursor.fault(format!("Invalid float {shown}: cannot have leading zeroes"));
    }
    let mut period = false;
    for part in text.chars() {
        if period && !part.is_ascii_digit() {
            break;
        }
        period = part == '.';
    }
    if period {
        return cursor.fault(format!("Invalid float {shown}: '.' must be followed by one or more digits"));
    }
    match strconv::parse_float(text.replace('_', "").as_bytes()) {
        Ok(number) => Ok(number.into()),
        Err(error) if error.cause == strconv::Cause::Range => cursor.fault(format!("{text} is out of range for float64")),
        Err(_) => cursor.fault(format!("Invalid float value: {shown}")),
    }
}

/// Layouts of times and the name of the zone that marks what is missing in them.
const LAYOUTS: [(&str, &str); 7] = [
    ("2006-01-02T15:04:05.999999999Z07:00", ""),
    ("2006-01-02T15:04:05.999999999", "datetime-local"),
    ("2006-01-02", "date-local"),
    ("15:04:05.999999999", "time-local"),
    ("2006-01-02T15:04Z07:00", ""),
    ("2006-01-02T15:04", "datetime-local"),
    ("15:04", "time-local"),
];

fn time(cursor: &Cursor<'_>, start: usize) -> Scanned<Value> {
    let text = cursor.since(start).trim().replace('z', "Z").replace(['t', ' '], "T");
    for (layout, zone) in LAYOUTS {
        let zone = if zone.is_empty() { Zone::utc() } else { Zone::fixed(zone, 0) };
        if let Ok(time) = Time::parse_in(layout.as_bytes(), text.as_bytes(), &zone) {
            if short_of_zeros(&text, layout) {
                break;
            }
            return Ok(Value::object(time));
        }
    }
    cursor.fault(format!("invalid datetime: {}", strconv::quote(text.as_bytes())))
}

/// Go's parser takes `7:32` for `07:32`; TOML does not.
fn short_of_zeros(text: &str, layout: &str) -> bool {
    let before = layout.bytes().take_while(|byte| *byte != b'.' && *byte != b'Z');
    before.enumerate().any(|(position, byte)| !byte.is_ascii_digit() && text.as_bytes().get(position) != Some(&byte))
}

/// A time as TOML writes it.
pub(super) fn show_time(time: &Time) -> String {
    let layout = match time.format(b"MST").as_slice() {
        b"datetime-local" => LAYOUTS[1].0,
        b"date-local" => LAYOUTS[2].0,
        b"time-local" => LAYOUTS[3].0,
        _ => LAYOUTS[0].0,
    };
    String::from_utf8_lossy(&time.format(layout.as_bytes())).into_owned()
}

/// A quoted string; three quotes where the place allows a text of several lines.
pub(super) fn string(cursor: &mut Cursor<'_>, several_lines: bool) -> Scanned<String> {
    let quote = if cursor.next()? == Some('\'') { '\'' } else { '"' };
    let three: &[u8] = if quote == '"' { b"\"\"" } else { b"''" };
    if several_lines && cursor.text[cursor.at..].starts_with(three) {
        cursor.at += 2;
        return long_string(cursor, quote);
    }
    let mut out = String::new();
    loop {
        match cursor.next()? {
            None if quote == '"' => return cursor.fault("unexpected EOF; expected '\"'"),
            None => return cursor.fault("unexpected EOF; expected \"'\""),
            Some('\n') => return cursor.fault_before("strings cannot contain newlines"),
            Some('\r') => return cursor.fault_before("strings cannot contain newlines"),
            Some(found) if found == quote => return Ok(out),
            Some('\\') if quote == '"' => escape(cursor, &mut out)?,
            Some(other) => out.push(other),
        }
    }
}

/// What follows three quotes.
fn long_string(cursor: &mut Cursor<'_>, quote: char) -> Scanned<String> {
    let mut out = String::new();
    let after_quotes = &cursor.text[cursor.at..];
    let line_end = if after_quotes.starts_with(b"\r\n") { 2 } else { usize::from(after_quotes.starts_with(b"\n")) };
    for _ in 0..line_end {
        cursor.next()?;
    }
    loop {
        match cursor.next()? {
            None if quote == '"' => return cursor.fault("unexpected EOF; expected '\"\"\"'"),
            None => return cursor.fault("unexpected EOF; expected \"'''\""),
            Some('\\') if quote == '"' => {
                if !skip_line_end(cursor)? {
                    escape(cursor, &mut out)?;
                }
            }
            Some(found) if found == quote => {
                let mut quotes = 1;
                while quotes < 6 && cursor.accept(quote)? {
                    quotes += 1;
                }
                match quotes {
                    1 | 2 => out.extend(std::iter::repeat_n(quote, quotes)),
                    6 if quote == '"' => return cursor.fault("unexpected '\"\"\"\"\"\"'"),
                    6 => return cursor.fault("unexpected \"''''''\""),
                    _ => {
                        out.extend(std::iter::repeat_n(quote, quotes - 3));
                        return Ok(out);
                    }
                }
            }
            Some(other) => out.push(other),
        }
    }
}

/// Behind a backslash: blanks up to and beyond a line end are dropped with it.
fn skip_line_end(cursor: &mut Cursor<'_>) -> Scanned<bool> {
    let mut ahead = *cursor;
    ahead.skip_blanks()?;
    if !matches!(ahead.peek()?, Some('\n' | '\r')) {
        return Ok(false);
    }
    while matches!(ahead.peek()?, Some(' ' | '\t' | '\n' | '\r')) {
        ahead.next()?;
    }
    *cursor = ahead;
    Ok(true)
}

fn escape(cursor: &mut Cursor<'_>, out: &mut String) -> Scanned<()> {
    let start = cursor.at;
    let letter = cursor.next()?;
    let (digits, words) = match letter {
        Some('b') => return push(out, '\x08'),
        Some('t') => return push(out, '\t'),
        Some('n') => return push(out, '\n'),
        Some('f') => return push(out, '\x0c'),
        Some('r') => return push(out, '\r'),
        Some('e') => return push(out, '\x1b'),
        Some(same @ ('"' | '\\')) => return push(out, same),
        Some(blank @ (' ' | '\t')) => return cursor.fault(format!("invalid escape: '\\{blank}'")),
        Some('x') => (2, "two hexadecimal digits after '\\x'"),
        Some('u') => (4, "four hexadecimal digits after '\\u'"),
        Some('U') => (8, "eight hexadecimal digits after '\\U'"),
        None => return cursor.fault_before("invalid escape in string '\\\0'"),
        Some(other) => return cursor.fault(format!("invalid escape in string '\\{other}'")),
    };
    for _ in 0..digits {
        if !cursor.next()?.is_some_and(|digit| digit.is_ascii_hexdigit()) {
            // parity: the library shows the text from the string's start.
            let shown = strconv::quote(whole_string(cursor, start).as_bytes());
            return cursor.fault(format!("expected {words}, but got {shown} instead"));
        }
    }
    let hex = &cursor.since(start)[1..];
    match u32::from_str_radix(hex, 16).ok().and_then(char::from_u32) {
        Some(character) => push(out, character),
        None => cursor.fault(format!("Escaped character '\\u{hex}' is not valid UTF-8.")),
    }
}

/// The string's text up to here, from behind its opening quote.
fn whole_string(cursor: &Cursor<'_>, escape: usize) -> String {
    let before = &cursor.text[..escape.saturating_sub(1)];
    let mut open = before.len();
    while open > 0 && before[open - 1] != b'"' {
        open -= 1;
    }
    cursor.since(open).to_owned()
}

fn push(out: &mut String, character: char) -> Scanned<()> {
    out.push(character);
    Ok(())
}
