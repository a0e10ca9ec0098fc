//! Numbers and text laid out by flags, width and precision.

use crate::golang::{bytes, strconv, utf8};

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`: struct fields with their names.
    pub(super) plus_v: bool,
    /// `%#v`: Go syntax.
    pub(super) sharp_v: bool,
}

/// Text to lay out, by the flags of the directive.
pub(super) struct Layout<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) flags: Flags,
}

/// A number's base, with the case of its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Binary,
    Octal,
    Decimal,
    Hex,
    UpperHex,
}

impl Layout<'_> {
    fn padding(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.extend(std::iter::repeat_n(byte, count));
    }

    /// Writes text padded to the width.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let width = self.flags.width.unwrap_or(0);
        let missing = if width == 0 { 0 } else { width.saturating_sub(utf8::count(text)) };
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.padding(missing);
        } else {
            self.padding(missing);
            self.out.extend_from_slice(text);
        }
    }

    /// Writes text padded with spaces, whatever the zero flag says.
    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }

    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.flags.precision else { return text };
        utf8::runes(text).nth(precision).map_or(text, |(at, _)| bytes::split(text, at).0)
    }

    /// `%s`
    pub(super) fn string(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        self.pad(text);
    }

    /// `%q`
    pub(super) fn quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        let mut quoted = Vec::new();
        if self.flags.sharp && strconv::can_backquote(text) {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else if self.flags.plus {
            strconv::append_quote_to_ascii(&mut quoted, text);
        } else {
            strconv::append_quote(&mut quoted, text);
        }
        self.pad(&quoted);
    }

    /// `%x` and `%X` of text. A nil `[]byte` is empty text.
    pub(super) fn hex_text(&mut self, text: &[u8], upper: bool) {
        let text = self.flags.precision.map_or(text, |precision| bytes::split(text, precision).0);
        if text.is_empty() {
            return self.padding(self.flags.width.unwrap_or(0));
        }
        let prefix: &[u8] = if upper { b"0X" } else { b"0x" };
        let digit = |value: u8| {
            let digit = char::from_digit(u32::from(value), 16).unwrap_or_default() as u8;
            if upper { digit.to_ascii_uppercase() } else { digit }
        };
        let mut hex = Vec::with_capacity(text.len().saturating_mul(2));
        for (at, byte) in text.iter().enumerate() {
            if self.flags.space && at > 0 {
                hex.push(b' ');
            }
            if self.flags.sharp && (self.flags.space || at == 0) {
                hex.extend_from_slice(prefix);
            }
            hex.extend([digit(byte >> 4), digit(byte & 15)]);
        }
        self.pad(&hex);
    }

    /// `%c`
    pub(super) fn character(&mut self, number: u64) {
        let mut text = Vec::new();
        utf8::append(&mut text, u32::try_from(number).unwrap_or(u32::MAX));
        self.pad(&text);
    }

    /// `%q` of a number
    pub(super) fn quoted_character(&mut self, number: u64) {
        let rune = u32::try_from(number).unwrap_or(u32::MAX);
        let text = if self.flags.plus { strconv::quote_rune_to_ascii(rune) } else { strconv::quote_rune(rune) };
        self.pad(text.as_bytes());
    }

    /// `%U`
    pub(super) fn unicode(&mut self, number: u64) {
        let digits = self.flags.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{}", zero_padded(format!("{number:X}"), digits));
        if self.flags.sharp
            && let Some(character) = u32::try_from(number).ok().and_then(char::from_u32).filter(|c| strconv::is_print(*c as u32))
        {
            text.push_str(&format!(" '{character}'"));
        }
        self.pad_with_spaces(text.as_bytes());
    }

    /// An integer by its magnitude and sign; `octal_prefix` is `%O`'s.
    pub(super) fn integer(&mut self, negative: bool, magnitude: u64, base: Base, octal_prefix: bool) {
        let flags = self.flags;
        if flags.precision == Some(0) && magnitude == 0 {
            self.flags.zero = false;
            self.padding(flags.width.unwrap_or(0));
            self.flags.zero = flags.zero;
            return;
        }
        let signed = negative || flags.plus || flags.space;
        let least = match (flags.precision, flags.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => width.saturating_sub(usize::from(signed)),
            _ => 0,
        };
        let digits = match base {
            Base::Binary => format!("{magnitude:b}"),
            Base::Octal => format!("{magnitude:o}"),
            Base::Decimal => magnitude.to_string(),
            Base::Hex => format!("{magnitude:x}"),
            Base::UpperHex => format!("{magnitude:X}"),
        };
        let digits = zero_padded(digits, least);
        let sign = if negative {
            "-"
        } else if flags.plus {
            "+"
        } else if flags.space {
            " "
        } else {
            ""
        };
        let prefix = match base {
            Base::Binary if flags.sharp => "0b",
            Base::Octal if octal_prefix => "0o",
            Base::Octal if flags.sharp && !digits.starts_with('0') => "0",
            Base::Hex if flags.sharp => "0x",
            Base::UpperHex if flags.sharp => "0X",
            _ => "",
        };
        // parity: %#O writes both prefixes where the digits do not start with a zero.
        let inner = if octal_prefix && flags.sharp && !digits.starts_with('0') { "0" } else { "" };
        self.pad_with_spaces(format!("{sign}{prefix}{inner}{digits}").as_bytes());
    }

    /// A float64; `verb` is one of `bgGxXfeE`, `precision` the verb's usual one (-1: shortest).
    pub(super) fn float(&mut self, number: f64, verb: u8, precision: i32) {
        let flags = self.flags;
        let precision = flags.precision.map_or(precision, |given| i32::try_from(given).unwrap_or(i32::MAX));
        let text = strconv::format_float(number, verb, precision);
        let (sign, text) = match text.strip_prefix(['-', '+']) {
            Some(rest) if text.starts_with('-') => ('-', rest),
            Some(rest) => ('+', rest),
            None => ('+', text.as_str()),
        };
        let sign = if flags.space && sign == '+' && !flags.plus { ' ' } else { sign };
        if number.is_nan() || number.is_infinite() {
            let bare = number.is_nan() && !flags.space && !flags.plus;
            let text = if bare { text.to_owned() } else { format!("{sign}{text}") };
            return self.pad_with_spaces(text.as_bytes());
        }
        let text = if flags.sharp && verb != b'b' { with_point(text, verb, precision) } else { text.to_owned() };
        if !flags.plus && sign == '+' {
            return self.pad(text.as_bytes());
        }
        let missing = flags.width.unwrap_or(0).saturating_sub(text.len()).saturating_sub(1);
        if flags.zero && !flags.minus && missing > 0 {
            self.out.push(sign as u8);
            self.padding(missing);
            self.out.extend_from_slice(text.as_bytes());
        } else {
            self.pad(format!("{sign}{text}").as_bytes());
        }
    }
}

/// Digits with zeros before them. (Rust's own formatting panics where a width exceeds 16 bits.)
fn zero_padded(digits: String, least: usize) -> String {
    let missing = least.saturating_sub(digits.len());
    if missing == 0 { digits } else { "0".repeat(missing) + &digits }
}

/// The `#` flag for floats: always a point, and the zeros that `g` drops.
fn with_point(text: &str, verb: u8, precision: i32) -> String {
    let mut digits = match verb {
        b'g' | b'G' | b'x' if precision == -1 => 6,
        b'g' | b'G' | b'x' => i64::from(precision),
        _ => 0,
    };
    let hex = matches!(verb, b'x' | b'X');
    let tail = text.find(|letter| if hex { matches!(letter, 'p' | 'P') } else { matches!(letter, 'e' | 'E') });
    let (number, tail) = text.split_at(tail.unwrap_or(text.len()));
    let mut seen = false;
    for letter in number.chars().filter(|letter| *letter != '.') {
        seen |= letter != '0';
        digits = digits.saturating_sub(i64::from(seen));
    }
    let mut out = number.to_owned();
    if !number.contains('.') {
        if number == "0" {
            digits = digits.saturating_sub(1);
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', usize::try_from(digits).unwrap_or(0)));
    out + tail
}
