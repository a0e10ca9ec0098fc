//! Scalars and indicators to bytes, with libyaml's rules for styles, folding and escapes.

use super::token::Version;

/// How a scalar is to be written, if its text allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Plain,
    DoubleQuoted,
    Literal,
}

/// A scalar to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scalar<'t> {
    pub(super) text: &'t [u8],
    pub(super) wanted: Wanted,
    /// `!!binary`
    pub(super) binary: bool,
}

/// The widest key that needs no `?`, in bytes.
const SIMPLE_KEY: usize = 128;

/// Bytes so far and where they stand.
pub(super) struct Emitter {
    pub(super) out: Vec<u8>,
    version: Version,
    /// Lines are folded at the first space behind this column.
    width: usize,
    column: usize,
    /// Whether the last character was a space.
    whitespace: bool,
    /// Whether nothing but indentation and `-`, `?`, `:` stands on the line.
    pub(super) indention: bool,
}

/// What a text allows.
#[derive(Debug)]
struct Analysis {
    multiline: bool,
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Emitter {
    pub(super) fn new(version: Version) -> Self {
        let width = match version {
            Version::V2 => 80,
            Version::V3 => usize::MAX,
        };
        Self { out: Vec::with_capacity(256), version, width, column: 0, whitespace: true, indention: true }
    }

    fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column = self.column.saturating_add(1);
    }

    /// Bytes of one line, which count as so many characters.
    fn put_text(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        let characters = text.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        self.column = self.column.saturating_add(characters);
    }

    fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        if self.version == Version::V3 {
            self.indention = true;
        }
    }

    /// A break that the text has, as it is.
    fn write_break(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        self.column = 0;
        self.indention = true;
    }

    /// Goes to the start of a line with that indentation, or stays where that is the case.
    pub(super) fn write_indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        if self.column < indent {
            self.out.extend(std::iter::repeat_n(b' ', indent.saturating_sub(self.column)));
            self.column = indent;
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// `-`, `?` or `:` at the start of a line.
    pub(super) fn write_line_indicator(&mut self, indicator: u8) {
        self.start_word();
        self.put(indicator);
        self.whitespace = false;
    }

    /// An indicator that ends the indentation.
    pub(super) fn write_indicator(&mut self, indicator: &[u8], spaced: bool) {
        if spaced {
            self.start_word();
        }
        self.out.extend_from_slice(indicator);
        self.column = self.column.saturating_add(indicator.len());
        self.whitespace = false;
        self.indention = false;
    }

    fn start_word(&mut self) {
        if !self.whitespace {
            self.put(b' ');
        }
    }

    /// A number, `true`, `null`: text that needs no look.
    pub(super) fn write_bare(&mut self, text: &[u8]) {
        self.write_indicator(text, true);
    }

    /// Whether a key can stand before a `:` on one line.
    pub(super) fn is_simple_key(&self, key: Scalar<'_>) -> bool {
        let tag = if key.binary { "!!binary".len() } else { 0 };
        key.text.len().saturating_add(tag) <= SIMPLE_KEY && !self.analyze(key.text).multiline
    }

    /// A scalar; `indent` is that of its continuation lines.
    pub(super) fn write_scalar(&mut self, scalar: Scalar<'_>, indent: usize, simple_key: bool) {
        let text = scalar.text;
        let allows = self.analyze(text);
        if scalar.binary {
            self.write_indicator(b"!!binary", true);
        }
        let literal = scalar.wanted == Wanted::Literal && allows.block && !simple_key;
        let plain = scalar.wanted == Wanted::Plain && allows.plain && !(text.is_empty() && simple_key);
        if literal {
            self.write_literal(text, indent);
        } else if plain {
            self.start_word();
            self.write_foldable(text, indent, simple_key, false);
        } else if scalar.wanted == Wanted::Plain && allows.single_quoted {
            self.write_indicator(b"'", true);
            self.write_foldable(text, indent, simple_key, true);
            self.write_indicator(b"'", false);
        } else {
            self.write_double_quoted(text, indent, simple_key);
        }
    }

    // ---- what a text allows

    fn analyze(&self, text: &[u8]) -> Analysis {
        let ordinary = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_');
        if !text.is_empty() && text.iter().all(ordinary) && !text.starts_with(b"...") {
            return Analysis { multiline: false, plain: true, single_quoted: true, block: true };
        }
        self.analyze_closely(text)
    }

    fn analyze_closely(&self, text: &[u8]) -> Analysis {
        if text.is_empty() {
            return Analysis { multiline: false, plain: true, single_quoted: true, block: false };
        }
        let mut indicator = text.starts_with(b"---") || text.starts_with(b"...");
        let (mut breaks, mut special, mut tab) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
        let mut rest = text;
        while let Some(&byte) = rest.first() {
            let first = rest.len() == text.len();
            let (_, after) = split(rest, width(byte));
            let blank_follows = after.first().is_none_or(|next| matches!(next, b' ' | b'\t'));
            indicator |= match byte {
                b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => first,
                b'#' => after_blank,
                b'?' | b'-' => first && blank_follows,
                b':' => blank_follows,
                _ => false,
            };
            if byte == b'\t' && self.version == Version::V3 {
                tab = true;
            } else if !is_printable(rest) {
                special = true;
            }
            let is_break = break_len(rest) != 0;
            break_space |= byte == b' ' && after_break;
            space_break |= is_break && after_space;
            breaks |= is_break;
            (after_space, after_break) = (byte == b' ', is_break);
            after_blank = is_break || matches!(byte, b' ' | b'\t' | 0);
            rest = after;
        }
        let first_blank = text.starts_with(b" ") || break_len(text) != 0;
        let bad = space_break || special;
        Analysis {
            multiline: breaks,
            plain: !(indicator || first_blank || after_space || breaks || break_space || bad || tab),
            single_quoted: !(break_space || bad || tab),
            block: !(after_space || bad),
        }
    }

    // ---- styles

    /// A plain scalar, or what stands between single quotes.
    fn write_foldable(&mut self, text: &[u8], indent: usize, simple_key: bool, quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let mut rest = text;
        while let [byte, after @ ..] = rest {
            let byte = *byte;
            let next_is_space = after.first() == Some(&b' ');
            if byte == b' ' {
                let inside = !quoted || (rest.len() < text.len() && !after.is_empty());
                if !simple_key && !spaces && self.column > self.width && inside && !next_is_space {
                    self.write_indent(indent);
                } else {
                    self.put(b' ');
                }
                rest = after;
                spaces = true;
                continue;
            }
            let (line_break, after) = split(rest, break_len(rest));
            if !line_break.is_empty() {
                if !breaks && byte == b'\n' {
                    self.put_break();
                }
                self.write_break(line_break);
                rest = after;
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent(indent);
            }
            let run = rest.iter().position(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\'' | 0xC2 | 0xE2));
            let len = match run {
                Some(0) => width(byte),
                run => run.unwrap_or(rest.len()),
            };
            if quoted && byte == b'\'' {
                self.put(b'\'');
            }
            let (run, after) = split(rest, len);
            self.put_text(run);
            rest = after;
            self.indention = false;
            (spaces, breaks) = (false, false);
        }
        self.whitespace = false;
        self.indention = false;
    }

    fn write_double_quoted(&mut self, text: &[u8], indent: usize, simple_key: bool) {
        // parity: a byte order mark at the start makes libyaml's port escape everything
        let all = text.starts_with(b"\xEF\xBB\xBF");
        let mut spaces = false;
        self.write_indicator(b"\"", true);
        let mut rest = text;
        while let Some(&byte) = rest.first() {
            let (character, after) = split(rest, width(byte));
            let escaped = all || matches!(byte, b'"' | b'\\') || !is_printable(rest) || break_len(rest) != 0;
            if escaped {
                self.write_escape(character);
            } else if byte == b' ' {
                let inside = rest.len() < text.len() && !after.is_empty();
                if !simple_key && !spaces && self.column > self.width && inside {
                    self.write_indent(indent);
                    if after.first() == Some(&b' ') {
                        self.put(b'\\');
                    }
                } else {
                    self.put(b' ');
                }
            } else {
                self.put_text(character);
            }
            spaces = byte == b' ' && !escaped;
            rest = after;
        }
        self.write_indicator(b"\"", false);
    }

    fn write_escape(&mut self, character: &[u8]) {
        let code = std::str::from_utf8(character).ok().and_then(|text| text.chars().next()).unwrap_or('\u{FFFD}');
        let short = match code {
            '\0' => Some(b'0'),
            '\x07' => Some(b'a'),
            '\x08' => Some(b'b'),
            '\t' => Some(b't'),
            '\n' => Some(b'n'),
            '\x0B' => Some(b'v'),
            '\x0C' => Some(b'f'),
            '\r' => Some(b'r'),
            '\x1B' => Some(b'e'),
            '"' => Some(b'"'),
            '\\' => Some(b'\\'),
            '\u{85}' => Some(b'N'),
            '\u{A0}' => Some(b'_'),
            '\u{2028}' => Some(b'L'),
            '\u{2029}' => Some(b'P'),
            _ => None,
        };
        let text = match (short, code as u32) {
            (Some(short), _) => format!("\\{}", char::from(short)),
            (None, code @ 0..=0xFF) => format!("\\x{code:02X}"),
            (None, code @ 0..=0xFFFF) => format!("\\u{code:04X}"),
            (None, code) => format!("\\U{code:08X}"),
        };
        self.put_text(text.as_bytes());
    }

    fn write_literal(&mut self, text: &[u8], indent: usize) {
        self.write_indicator(b"|", true);
        if text.starts_with(b" ") || break_len(text) != 0 {
            // the indentation, one level
            self.write_indicator(b"2", false);
        }
        self.write_chomping(text);
        self.put_break();
        self.whitespace = true;
        self.indention = true;
        let mut breaks = true;
        let mut rest = text;
        while let Some(&byte) = rest.first() {
            let (line_break, after) = split(rest, break_len(rest));
            if !line_break.is_empty() {
                self.write_break(line_break);
                rest = after;
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent(indent);
            }
            let run = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2));
            let len = match run {
                Some(0) => width(byte),
                run => run.unwrap_or(rest.len()),
            };
            let (run, after) = split(rest, len);
            self.put_text(run);
            rest = after;
            self.indention = false;
            breaks = false;
        }
    }

    /// `-` where the text does not end with a break, `+` where it ends with more than one.
    fn write_chomping(&mut self, text: &[u8]) {
        let (before, last) = split(text, last_character(text));
        let (_, last_but_one) = split(before, last_character(before));
        if break_len(last) == 0 {
            self.write_indicator(b"-", false);
        } else if before.is_empty() || break_len(last_but_one) != 0 {
            self.write_indicator(b"+", false);
        }
    }
}

/// Where the last character of a text starts.
fn last_character(text: &[u8]) -> usize {
    text.iter().rposition(|byte| byte & 0xC0 != 0x80).unwrap_or(0)
}

fn width(byte: u8) -> usize {
    match byte {
        0xF0..=0xF7 => 4,
        0xE0..=0xEF => 3,
        0xC0..=0xDF => 2,
        _ => 1,
    }
}

/// The first `length` bytes and what follows; all of them where there are fewer.
fn split(text: &[u8], length: usize) -> (&[u8], &[u8]) {
    text.split_at_checked(length).unwrap_or((text, &[]))
}

/// Bytes of the line break that a text starts with.
fn break_len(text: &[u8]) -> usize {
    match text {
        [b'\n' | b'\r', ..] => 1,
        [0xC2, 0x85, ..] => 2,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// What libyaml writes unescaped; nothing beyond the basic plane.
fn is_printable(text: &[u8]) -> bool {
    match text {
        [b'\n' | 0x20..=0x7E, ..] => true,
        [0xC2, next, ..] => *next >= 0xA0,
        [0xC3..=0xEC, ..] => true,
        [0xED, next, ..] => *next < 0xA0,
        [0xEF, 0xBB, 0xBF, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => false,
        [0xEE | 0xEF, ..] => true,
        _ => false,
    }
}
