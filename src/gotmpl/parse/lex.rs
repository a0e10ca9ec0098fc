//! Text to tokens, as Go's `text/template/parse` cuts them.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::golang::strconv;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// The text is wrong; [`Lexer::error`] says how.
    Error,
    Bool,
    /// A printable ASCII character that means nothing else.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    #[default]
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    fn keyword(word: &[u8]) -> Option<Kind> {
        Some(match word {
            b"block" => Kind::Block,
            b"break" => Kind::Break,
            b"continue" => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"range" => Kind::Range,
            b"nil" => Kind::Nil,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            _ => return None,
        })
    }
    /// Whether Go shows it as `<word>` in errors.
    pub(super) fn is_keyword(self) -> bool {
        use Kind::*;
        matches!(self, Block | Break | Continue | Dot | Define | Else | End | If | Nil | Range | Template | With)
    }
}

/// A token: its bytes are `text[start..end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The line it starts on, from 1.
    pub(super) line: u32,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// A trim marker: a minus and a space.
const MARKER: usize = 2;

/// The scanner.
pub(super) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    start: usize,
    line: u32,
    start_line: u32,
    parens: u32,
    inside: bool,
    /// What is wrong, once an [`Kind::Error`] was given.
    pub(super) error: String,
}

enum Step {
    Token(Token),
    Again,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, start: 0, line: 1, start_line: 1, parens: 0, inside: false, error: String::new() }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Token {
        loop {
            let step = if self.inside { self.action() } else { self.outside() };
            if let Step::Token(token) = step {
                return token;
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or(&[])
    }
    fn pending(&self) -> &'t [u8] {
        self.text.get(self.start..self.at).unwrap_or(&[])
    }
    fn peek(&self) -> Option<char> {
        decode(self.rest()).map(|(rune, _)| rune)
    }
    fn advance(&mut self) -> Option<char> {
        let (rune, size) = decode(self.rest())?;
        self.step(size);
        if rune == '\n' {
            self.line = self.line.saturating_add(1);
        }
        Some(rune)
    }

    /// Goes on by bytes that were looked at.
    fn step(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| set.contains(byte));
        self.step(usize::from(found));
        found
    }
    fn accept_run(&mut self, set: &[u8]) {
        while self.accept(set) {}
    }
    fn count_lines(&mut self) {
        let lines = self.pending().iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(lines as u32);
    }
    fn emit(&mut self, kind: Kind) -> Step {
        Step::Token(self.token(kind))
    }
    fn token(&mut self, kind: Kind) -> Token {
        let token = Token { kind, start: self.start, end: self.at, line: self.start_line };
        self.start = self.at;
        self.start_line = self.line;
        token
    }
    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.at;
        self.start_line = self.line;
    }
    fn fail(&mut self, message: impl Into<String>) -> Step {
        self.error = message.into();
        let token = Token { kind: Kind::Error, start: self.start, end: self.start, line: self.start_line };
        self.at = self.text.len();
        self.start = self.at;
        self.inside = false;
        Step::Token(token)
    }

    /// Text up to an action, or the action's opening.
    fn outside(&mut self) -> Step {
        let Some(offset) = find(self.rest(), LEFT) else {
            self.at = self.text.len();
            if self.at > self.start {
                self.count_lines();
                return self.emit(Kind::Text);
            }
            return self.emit(Kind::Eof);
        };
        if offset > 0 {
            self.step(offset);
            let delimiter = self.at;
            let after = self.rest().get(LEFT.len()..).unwrap_or(&[]);
            if has_left_marker(after) {
                self.at = self.start.saturating_add(trim_end(self.pending()).len());
            }
            self.count_lines();
            let token = self.token(Kind::Text);
            self.at = delimiter;
            self.ignore();
            if token.end > token.start {
                return Step::Token(token);
            }
        }
        self.left_delim()
    }

    fn left_delim(&mut self) -> Step {
        self.step(LEFT.len());
        let marker = if has_left_marker(self.rest()) { MARKER } else { 0 };
        if self.rest().get(marker..).unwrap_or(&[]).starts_with(b"/*") {
            self.step(marker);
            self.ignore();
            return self.comment();
        }
        let token = self.token(Kind::LeftDelim);
        self.inside = true;
        self.step(marker);
        self.ignore();
        self.parens = 0;
        Step::Token(token)
    }

    fn comment(&mut self) -> Step {
        self.step(2);
        let Some(end) = find(self.rest(), b"*/") else {
            return self.fail("unclosed comment");
        };
        self.step(end);
        self.step(2);
        let Some(trim) = self.right_delim() else {
            return self.fail("comment ends before closing delimiter");
        };
        if trim {
            self.step(MARKER);
        }
        self.step(RIGHT.len());
        if trim {
            self.skip_spaces();
        }
        self.ignore();
        Step::Again
    }

    /// Whether an action's end is next, and whether it trims the text after it.
    fn right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_marker(rest) && rest.get(MARKER..).unwrap_or(&[]).starts_with(RIGHT) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn skip_spaces(&mut self) {
        let spaces = self.rest().iter().take_while(|byte| is_space_byte(**byte)).count();
        self.step(spaces);
    }

    fn end_action(&mut self, trim: bool) -> Step {
        if trim {
            self.step(MARKER);
            self.ignore();
        }
        self.step(RIGHT.len());
        let token = self.token(Kind::RightDelim);
        if trim {
            self.skip_spaces();
            self.ignore();
        }
        self.inside = false;
        Step::Token(token)
    }

    /// One token of an action.
    fn action(&mut self) -> Step {
        if let Some(trim) = self.right_delim() {
            if self.parens == 0 {
                return self.end_action(trim);
            }
            return self.fail("unclosed left paren");
        }
        let Some(rune) = self.advance() else {
            return self.fail("unclosed action");
        };
        match rune {
            ' ' | '\t' | '\r' | '\n' => self.space(),
            '=' => self.emit(Kind::Assign),
            ':' => {
                if self.advance() != Some('=') {
                    return self.fail("expected :=");
                }
                self.emit(Kind::Declare)
            }
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_string(),
            '$' => self.name(Kind::Variable),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '.' if self.rest().first().is_some_and(|next| !next.is_ascii_digit()) => self.name(Kind::Field),
            '.' | '+' | '-' | '0'..='9' => {
                self.at = self.at.saturating_sub(1);
                self.number()
            }
            '(' => {
                self.parens = self.parens.saturating_add(1);
                self.emit(Kind::LeftParen)
            }
            ')' => match self.parens.checked_sub(1) {
                Some(parens) => {
                    self.parens = parens;
                    self.emit(Kind::RightParen)
                }
                None => self.fail("unexpected right paren"),
            },
            _ if is_alphanumeric(rune) => self.identifier(),
            ' '..='~' => self.emit(Kind::Char),
            _ => {
                let message = format!("unrecognized character in action: {}", shown(rune));
                self.fail(message)
            }
        }
    }

    /// A run of spaces whose first is read. A space before `-}}` belongs to the delimiter.
    fn space(&mut self) -> Step {
        if self.text.get(self.start) == Some(&b'\n') {
            // `advance` has counted it; count the run as a whole.
            self.line = self.line.saturating_sub(1);
        }
        self.at = self.start;
        self.skip_spaces();
        let last = self.at.saturating_sub(1);
        let before = self.text.get(last..).unwrap_or(&[]);
        if has_right_marker(before) && before.get(MARKER..).unwrap_or(&[]).starts_with(RIGHT) {
            self.at = last;
            if last == self.start {
                return self.end_action(true);
            }
        }
        self.count_lines();
        self.emit(Kind::Space)
    }

    fn identifier(&mut self) -> Step {
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let word = self.pending();
        match Kind::keyword(word) {
            Some(kind) => self.emit(kind),
            None if word == b"true" || word == b"false" => self.emit(Kind::Bool),
            None => self.emit(Kind::Identifier),
        }
    }

    fn alphanumerics(&mut self) {
        let ascii = self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        self.step(ascii);
        while let Some((rune, size)) = decode(self.rest()) {
            if !is_alphanumeric(rune) {
                break;
            }
            self.step(size);
        }
    }

    /// A field or a variable whose first character is read.
    fn name(&mut self, kind: Kind) -> Step {
        if self.at_terminator() {
            return self.emit(if kind == Kind::Field { Kind::Dot } else { kind });
        }
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.emit(kind)
    }

    fn bad_character(&mut self) -> Step {
        let message = format!("bad character {}", self.peek().map(shown).unwrap_or_default());
        self.fail(message)
    }

    /// Whether what follows may follow a name.
    fn at_terminator(&self) -> bool {
        match self.rest().first() {
            None => true,
            Some(byte) => is_space_byte(*byte) || b".,|:)(".contains(byte) || self.rest().starts_with(RIGHT),
        }
    }

    /// Up to the closing quote; the parser looks at what is inside.
    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> Step {
        loop {
            match self.advance() {
                Some('\\') => {
                    if let Some('\n') | None = self.advance() {
                        return self.fail(unterminated);
                    }
                }
                None | Some('\n') => return self.fail(unterminated),
                Some(rune) if rune == quote => return self.emit(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Step {
        match find(self.rest(), b"`") {
            Some(end) => {
                self.step(end);
                self.step(1);
                self.count_lines();
                self.emit(Kind::RawString)
            }
            None => self.fail("unterminated raw quoted string"),
        }
    }

    fn number(&mut self) -> Step {
        let first = self.scan_number();
        if !first {
            return self.bad_number();
        }
        if let Some('+' | '-') = self.peek() {
            if !self.scan_number() || self.pending().last() != Some(&b'i') {
                return self.bad_number();
            }
            return self.emit(Kind::Complex);
        }
        self.emit(Kind::Number)
    }

    fn bad_number(&mut self) -> Step {
        let message = format!("bad number syntax: {}", strconv::quote(self.pending()));
        self.fail(message)
    }

    /// Roughly a number: the parser sees to the details.
    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        let mut base = 10;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                (digits, base) = (b"0123456789abcdefABCDEF_", 16);
            } else if self.accept(b"oO") {
                (digits, base) = (b"01234567_", 8);
            } else if self.accept(b"bB") {
                (digits, base) = (b"01_", 2);
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if base == 10 && self.accept(b"eE") || base == 16 && self.accept(b"pP") {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.advance();
            return false;
        }
        true
    }
}

/// The first character and its size; an invalid byte is U+FFFD of size 1.
pub(super) fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    let head = bytes.get(..bytes.len().min(4)).unwrap_or(&[]);
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or(&[])).unwrap_or(""),
    };
    Some(valid.chars().next().map_or((char::REPLACEMENT_CHARACTER, 1), |rune| (rune, rune.len_utf8())))
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    memchr::memchr_iter(first, text).find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(what)))
}

/// `%#U`: `U+0040 '@'`, the character only where it prints.
fn shown(rune: char) -> String {
    let code = u32::from(rune);
    if strconv::is_print(code) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}

fn is_space_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_alphanumeric(rune: char) -> bool {
    if rune.is_ascii() {
        return rune == '_' || rune.is_ascii_alphanumeric();
    }
    rune.general_category_group() == GeneralCategoryGroup::Letter || rune.general_category() == GeneralCategory::DecimalNumber
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space_byte(*space))
}

fn has_right_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space_byte(*space))
}

fn trim_end(text: &[u8]) -> &[u8] {
    let mut kept = text;
    while let [head @ .., last] = kept
        && is_space_byte(*last)
    {
        kept = head;
    }
    kept
}
