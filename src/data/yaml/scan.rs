//! Characters to tokens: indentation, simple keys, indicators. Scalars, tags and directives have files of their own.

use std::borrow::Cow;

use super::class::{BREAK, class};
use super::input::{Broken, Input};
use super::token::{Fault, Mark, ScalarStyle, Span, Token, TokenKind, Version};

/// A key without `?` that a `:` may follow.
#[derive(Debug, Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    /// In block context at the indentation of a mapping nothing but a key may stand.
    required: bool,
    token: usize,
    mark: Mark,
    column: i32,
}

/// How deep collections may nest, in flow and in block context each.
const MAX_DEPTH: usize = 10_000;

pub(super) struct Scanner<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) text: &'a [u8],
    pub(super) version: Version,
    pub(super) at: usize,
    pub(super) line: u32,
    /// Where the line starts, moved on by the bytes of its characters beyond the first of each.
    line_start: usize,
    /// Text that does not stand in the input as it is.
    pub(super) buffer: Vec<u8>,
    /// Handles and suffixes of tags, handles and prefixes of `%TAG`.
    pub(super) tags: Vec<(Vec<u8>, Vec<u8>)>,
    queue: Vec<Token>,
    head: usize,
    /// Tokens that the parser has taken.
    taken: usize,
    started: bool,
    pub(super) flow_level: usize,
    pub(super) indent: i32,
    indents: Vec<i32>,
    pub(super) key_allowed: bool,
    keys: Vec<SimpleKey>,
    /// A broken byte that v3 saw when it looked for comments beyond what it needs.
    pub(super) ahead: Option<Fault>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(input: &'a Input<'a>, version: Version) -> Self {
        Self {
            input,
            text: input.broken.map_or(&input.text, |broken| input.text.get(..broken.block).unwrap_or_default()),
            version,
            at: 0,
            line: 0,
            line_start: 0,
            buffer: Vec::new(),
            tags: Vec::new(),
            queue: Vec::with_capacity(16),
            head: 0,
            taken: 0,
            started: false,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            keys: vec![SimpleKey::default()],
            ahead: None,
        }
    }

    /// The next token, left in the queue.
    pub(super) fn peek(&mut self) -> Result<Token, Fault> {
        let ahead = match self.version {
            Version::V2 => 0,
            Version::V3 => 2,
        };
        loop {
            if let Some([head, ..]) = self.queue.get(self.head..).filter(|waiting| waiting.len() > ahead) {
                let head = *head;
                // a token that may start a key waits until that is known
                match (head.key as usize).checked_sub(1) {
                    Some(key) if self.key_is_valid(key)? => {}
                    _ => return Ok(head),
                }
            }
            self.fetch()?;
        }
    }

    /// Takes the token that [`Scanner::peek`] gave.
    pub(super) fn skip(&mut self) {
        self.taken = self.taken.saturating_add(1);
        self.head = self.head.saturating_add(1);
        if self.head >= self.queue.len() {
            self.queue.clear();
            self.head = 0;
        } else if self.head >= 4096 {
            self.queue.drain(..self.head);
            self.head = 0;
        }
    }

    /// The token of a number that is still in the queue.
    fn waiting(&mut self, number: usize) -> Option<&mut Token> {
        let place = number.checked_sub(self.taken)?;
        self.queue.get_mut(self.head.checked_add(place)?)
    }

    /// The bytes of a span.
    pub(super) fn bytes(&self, span: Span) -> &[u8] {
        let source: &[u8] = if span.owned { &self.buffer } else { self.text };
        span.of(source)
    }

    // ---- characters

    /// The byte `ahead` of here; 0 behind the end.
    #[inline]
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.get(self.at.wrapping_add(ahead)).copied().unwrap_or(0)
    }

    /// What is not read yet.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes ASCII characters that were looked at. Like every sum of a place in the text and a few bytes here, it can't
    /// wrap: a text is never longer than half of what `usize` counts.
    #[inline]
    pub(super) fn step(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }

    #[inline]
    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.at as u32, line: self.line }
    }

    #[inline]
    pub(super) fn column(&self) -> i32 {
        self.at.wrapping_sub(self.line_start) as i32
    }

    /// Fails where go-yaml would have to decode a broken block to see `characters` more.
    #[inline]
    pub(super) fn need(&self, characters: usize) -> Result<(), Fault> {
        if self.input.broken.is_none() || self.rest().len() >= characters.saturating_mul(4) {
            return Ok(());
        }
        let left = self.rest().iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        match self.input.broken {
            Some(Broken { problem, at, .. }) if left < characters => {
                let mark = Mark { at: at as u32, line: 0 };
                Err(Fault { problem: problem.into(), from_scanner: false, mark, context: Mark::default() })
            }
            _ => Ok(()),
        }
    }

    /// The same, for v3's look at what may be a comment: it goes on, with what it could decode, and tells of the fault
    /// when nothing else turns out to be wrong.
    fn can_look(&mut self, characters: usize) -> bool {
        let Err(fault) = self.need(characters) else { return true };
        self.ahead = Some(fault);
        self.text = &self.input.text;
        false
    }

    /// Bytes of the line break at `self.at + ahead`; 0 where none is.
    #[inline]
    pub(super) fn break_len(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' if self.byte(ahead.wrapping_add(1)) == b'\n' => 2,
            b'\r' => 1,
            0xC2 if self.byte(ahead.wrapping_add(1)) == 0x85 => 2,
            0xE2 if self.byte(ahead.wrapping_add(1)) == 0x80 && matches!(self.byte(ahead.wrapping_add(2)), 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    #[inline]
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    #[inline]
    pub(super) fn is_end(&self, ahead: usize) -> bool {
        self.at.wrapping_add(ahead) >= self.text.len()
    }

    #[inline]
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.is_end(ahead) || self.break_len(ahead) != 0
    }

    #[inline]
    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Goes on by bytes of one line.
    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        if !self.input.ascii {
            let passed = self.rest().get(..bytes).unwrap_or_default();
            let behind_first = passed.iter().filter(|byte| **byte & 0xC0 == 0x80).count();
            self.line_start = self.line_start.wrapping_add(behind_first);
        }
        self.step(bytes);
    }

    /// Goes past the line break here, if there is one, and gives what it stands for.
    #[inline]
    pub(super) fn take_break(&mut self) -> &'static [u8] {
        let len = self.break_len(0);
        let read: &'static [u8] = match (len, self.byte(2)) {
            (0, _) => return b"",
            (3, 0xA8) => "\u{2028}".as_bytes(),
            (3, _) => "\u{2029}".as_bytes(),
            _ => b"\n",
        };
        self.step(len);
        self.line = self.line.saturating_add(1);
        self.line_start = self.at;
        read
    }

    /// Goes to the next line break or the end.
    pub(super) fn skip_line_rest(&mut self) -> Result<(), Fault> {
        loop {
            let rest = self.rest();
            let run = rest.iter().position(|byte| class(*byte) & BREAK != 0).unwrap_or(rest.len());
            self.advance(run);
            self.need(1)?;
            if self.is_break_or_end(0) {
                return Ok(());
            }
            self.advance(1);
        }
    }

    pub(super) fn skip_blanks(&mut self) -> Result<(), Fault> {
        self.need(1)?;
        while self.is_blank(0) {
            self.step(1);
            self.need(1)?;
        }
        Ok(())
    }

    /// A fault here.
    pub(super) fn fault<T>(&self, context: Mark, problem: impl Into<Cow<'static, str>>) -> Result<T, Fault> {
        Err(Fault { problem: problem.into(), from_scanner: true, mark: self.mark(), context })
    }

    /// Whether `---` or `...` stands here as an indicator.
    pub(super) fn at_document_indicator(&self) -> bool {
        self.at == self.line_start && (self.rest().starts_with(b"---") || self.rest().starts_with(b"...")) && self.is_blank_or_end(3)
    }

    // ---- the queue

    fn push(&mut self, kind: TokenKind, start: Mark) {
        self.push_as_key(kind, start, 0);
    }

    fn push_as_key(&mut self, kind: TokenKind, start: Mark, key: u32) {
        self.queue.push(Token { kind, start, end: self.mark(), key });
    }

    /// Puts a token of no width before the one with that number; behind the queue where that one is taken already.
    fn insert(&mut self, number: usize, kind: TokenKind, mark: Mark) {
        let token = Token { kind, start: mark, end: mark, key: 0 };
        match number.checked_sub(self.taken) {
            Some(place) => self.queue.insert(self.head.saturating_add(place).min(self.queue.len()), token),
            None => self.queue.push(token),
        }
    }

    fn next_number(&self) -> usize {
        self.taken.saturating_add(self.queue.len()).saturating_sub(self.head)
    }

    /// Forgets that the token of that number may start a key.
    fn forget_token(&mut self, number: usize) {
        if let Some(token) = self.waiting(number) {
            token.key = 0;
        }
    }

    // ---- simple keys

    fn key_is_valid(&mut self, index: usize) -> Result<bool, Fault> {
        let Some(key) = self.keys.get(index).copied() else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line == self.line && !self.is_far_from(key.mark) {
            return Ok(true);
        }
        if key.required {
            return self.fault(key.mark, "could not find expected ':'");
        }
        self.give_up_key(index);
        Ok(false)
    }

    /// Whether a mark on this line is more than 1,024 characters back.
    fn is_far_from(&self, mark: Mark) -> bool {
        let passed = self.text.get(mark.at as usize..self.at).unwrap_or_default();
        passed.len() > 1024 && (passed.len() > 4096 || passed.iter().filter(|byte| **byte & 0xC0 != 0x80).count() > 1024)
    }

    /// Notes that the next token may start a key; gives what to push it with.
    fn save_key(&mut self) -> Result<u32, Fault> {
        if !self.key_allowed {
            return Ok(0);
        }
        self.remove_key()?;
        let column = self.column();
        let required = self.flow_level == 0 && self.indent == column;
        let key = SimpleKey { possible: true, required, token: self.next_number(), mark: self.mark(), column };
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(self.keys.len() as u32)
    }

    fn remove_key(&mut self) -> Result<(), Fault> {
        let Some(key) = self.keys.last_mut() else { return Ok(()) };
        if key.possible {
            if key.required {
                let mark = key.mark;
                return self.fault(mark, "could not find expected ':'");
            }
            key.possible = false;
            let number = key.token;
            self.forget_token(number);
        }
        Ok(())
    }

    // ---- indentation

    fn roll_indent(&mut self, column: i32, number: Option<usize>, kind: TokenKind, mark: Mark) -> Result<(), Fault> {
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            let context = self.keys.last().map_or(Mark::default(), |key| key.mark);
            return self.fault(context, format!("exceeded max depth of {MAX_DEPTH}"));
        }
        match number {
            Some(number) => self.insert(number, kind, mark),
            None => self.queue.push(Token { kind, start: mark, end: mark, key: 0 }),
        }
        Ok(())
    }

    fn unroll_indent(&mut self, column: i32) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            let mark = self.mark();
            self.push(TokenKind::BlockEnd, mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    // ---- fetching

    fn fetch(&mut self) -> Result<(), Fault> {
        self.need(1)?;
        if !self.started {
            self.started = true;
            self.push(TokenKind::StreamStart, Mark::default());
        } else {
            self.skip_to_token()?;
            self.unroll_indent(self.column());
            self.need(4)?;
            self.fetch_here()?;
        }
        Ok(())
    }

    fn fetch_here(&mut self) -> Result<(), Fault> {
        if self.is_end(0) {
            return self.fetch_stream_end();
        }
        let first = self.byte(0);
        if self.at == self.line_start {
            if first == b'%' {
                self.reset_block()?;
                return self.fetch_directive();
            }
            if self.at_document_indicator() {
                let kind = if first == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                self.reset_block()?;
                return self.push_indicator(kind, 3);
            }
        }
        self.fetch_content(first)?;
        if self.version == Version::V3 { self.skip_line_comment() } else { Ok(()) }
    }

    fn fetch_content(&mut self, first: u8) -> Result<(), Fault> {
        let flow = self.flow_level > 0;
        match first {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_key()?;
                self.key_allowed = true;
                self.push_indicator(TokenKind::FlowEntry, 1)
            }
            b'-' if self.is_blank_or_end(1) => self.fetch_block_entry(),
            b'?' if flow || self.is_blank_or_end(1) => self.fetch_key(),
            b':' if flow || self.is_blank_or_end(1) => self.fetch_value(),
            b'*' | b'&' => {
                let key = self.save_key()?;
                self.key_allowed = false;
                let start = self.mark();
                let kind = self.scan_anchor()?;
                self.push_as_key(kind, start, key);
                Ok(())
            }
            b'!' => {
                let key = self.save_key()?;
                self.key_allowed = false;
                let start = self.mark();
                let kind = self.scan_tag()?;
                self.push_as_key(kind, start, key);
                Ok(())
            }
            b'|' | b'>' if !flow => {
                self.remove_key()?;
                self.key_allowed = true;
                let start = self.mark();
                let (span, end) = self.scan_block_scalar(first == b'|')?;
                self.queue.push(Token { kind: TokenKind::Scalar(ScalarStyle::Block, span), start, end, key: 0 });
                Ok(())
            }
            b'\'' | b'"' => {
                let key = self.save_key()?;
                self.key_allowed = false;
                let start = self.mark();
                let span = self.scan_quoted(first == b'\'')?;
                self.push_as_key(TokenKind::Scalar(ScalarStyle::Quoted, span), start, key);
                Ok(())
            }
            _ if self.starts_plain(first) => {
                let key = self.save_key()?;
                self.key_allowed = false;
                let start = self.mark();
                let (span, end) = self.scan_plain()?;
                self.queue.push(Token { kind: TokenKind::Scalar(ScalarStyle::Plain, span), start, end, key });
                Ok(())
            }
            _ => self.fault(self.mark(), "found character that cannot start any token"),
        }
    }

    fn starts_plain(&self, first: u8) -> bool {
        match first {
            b'-' => !self.is_blank(1),
            b'?' | b':' => self.flow_level == 0 && !self.is_blank_or_end(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => false,
            _ => !self.is_blank_or_end(0),
        }
    }

    /// Ends all block collections, as a directive or a document's border does.
    fn reset_block(&mut self) -> Result<(), Fault> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        Ok(())
    }

    fn push_indicator(&mut self, kind: TokenKind, width: usize) -> Result<(), Fault> {
        let start = self.mark();
        self.step(width);
        self.push(kind, start);
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        if self.column() != 0 {
            self.line_start = self.at;
            self.line = self.line.saturating_add(1);
        }
        self.reset_block()?;
        let mark = self.mark();
        self.push(TokenKind::StreamEnd, mark);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), Fault> {
        let start = self.mark();
        let (kind, end) = self.scan_directive()?;
        self.queue.push(Token { kind, start, end, key: 0 });
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), Fault> {
        let key = self.save_key()?;
        let mark = self.mark();
        self.keys.push(SimpleKey { token: self.next_number(), mark, ..SimpleKey::default() });
        self.flow_level = self.flow_level.saturating_add(1);
        if self.flow_level > MAX_DEPTH {
            return self.fault(mark, format!("exceeded max depth of {MAX_DEPTH}"));
        }
        self.key_allowed = true;
        self.step(1);
        self.push_as_key(kind, mark, key);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.remove_key()?;
        if self.flow_level > 0 {
            self.flow_level = self.flow_level.saturating_sub(1);
            if let Some(key) = self.keys.pop() {
                // parity: go-yaml forgets whatever waits on that token, which may be the bracket itself
                self.forget_token(key.token);
            }
        }
        self.key_allowed = false;
        self.push_indicator(kind, 1)
    }

    fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return self.fault(self.mark(), "block sequence entries are not allowed in this context");
            }
            self.roll_indent(self.column(), None, TokenKind::BlockSequenceStart, self.mark())?;
        }
        self.remove_key()?;
        self.key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1)
    }

    fn fetch_key(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            if !self.key_allowed {
                return self.fault(self.mark(), "mapping keys are not allowed in this context");
            }
            self.roll_indent(self.column(), None, TokenKind::BlockMappingStart, self.mark())?;
        }
        self.remove_key()?;
        self.key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key, 1)
    }

    fn fetch_value(&mut self) -> Result<(), Fault> {
        let last = self.keys.len().saturating_sub(1);
        let valid = self.key_is_valid(last)?;
        let key = self.keys.last().copied();
        if let Some(key) = key.filter(|_| valid) {
            self.insert(key.token, TokenKind::Key, key.mark);
            self.roll_indent(key.column, Some(key.token), TokenKind::BlockMappingStart, key.mark)?;
            self.give_up_key(last);
            self.forget_key(last);
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.key_allowed {
                    return self.fault(self.mark(), "mapping values are not allowed in this context");
                }
                self.roll_indent(self.column(), None, TokenKind::BlockMappingStart, self.mark())?;
            }
            self.key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value, 1)
    }

    /// Takes the note off the token that turned out to start key `index`; inserted tokens may stand before it.
    fn give_up_key(&mut self, index: usize) {
        if let Some(key) = self.keys.get_mut(index) {
            key.possible = false;
        }
    }

    fn forget_key(&mut self, index: usize) {
        let Some(key) = self.keys.get(index).copied() else { return };
        for number in key.token..=key.token.saturating_add(2) {
            if let Some(token) = self.waiting(number)
                && (token.key as usize).checked_sub(1) == Some(index)
            {
                token.key = 0;
            }
        }
    }

    // ---- between tokens

    fn skip_to_token(&mut self) -> Result<(), Fault> {
        loop {
            self.need(1)?;
            // parity: only a byte order mark right behind the first one is passed over
            if self.at == 0 && self.text.starts_with(b"\xEF\xBB\xBF") {
                self.at = 3;
                self.line_start = 2;
            }
            while self.byte(0) == b' ' || (self.byte(0) == b'\t' && (self.flow_level > 0 || !self.key_allowed)) {
                self.step(1);
                self.need(1)?;
            }
            if self.byte(0) == b'#' {
                self.skip_line_rest()?;
                if self.version == Version::V3 {
                    self.skip_following_comments()?;
                }
            }
            if self.break_len(0) == 0 {
                return Ok(());
            }
            self.need(2)?;
            self.take_break();
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// How far v3 looks for the next comment.
    const COMMENT_REACH: usize = 512;

    /// parity: v3 gathers comments that follow each other, whatever blanks and tabs stand before them
    fn skip_following_comments(&mut self) -> Result<(), Fault> {
        loop {
            let mut ahead = 0usize;
            while ahead < Self::COMMENT_REACH {
                if !self.can_look(ahead.saturating_add(1)) {
                    return Ok(());
                }
                let len = self.break_len(ahead);
                if !self.is_blank(ahead) && len == 0 {
                    break;
                }
                ahead = ahead.saturating_add(len.max(1));
            }
            if ahead >= Self::COMMENT_REACH || self.byte(ahead) != b'#' {
                return Ok(());
            }
            let comment = self.at.saturating_add(ahead);
            while self.at < comment {
                if self.take_break().is_empty() {
                    self.step(1);
                }
            }
            self.skip_line_rest()?;
        }
    }

    /// parity: v3 takes the comment behind a token at once, also behind tabs that it would refuse
    fn skip_line_comment(&mut self) -> Result<(), Fault> {
        if self.queue.last().is_some_and(|token| matches!(token.kind, TokenKind::BlockEntry)) {
            return Ok(());
        }
        let blanks = self.rest().iter().take(Self::COMMENT_REACH).take_while(|byte| matches!(**byte, b' ' | b'\t'));
        let ahead = blanks.count();
        if !self.can_look(ahead.saturating_add(1).min(Self::COMMENT_REACH)) {
            return Ok(());
        }
        if ahead >= Self::COMMENT_REACH || self.byte(ahead) != b'#' {
            return Ok(());
        }
        // not where the token before took its line break along
        let mut before = self.text.get(..self.at).unwrap_or_default().iter().rev().skip_while(|byte| matches!(byte, b' ' | b'\t'));
        if before.next().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            return Ok(());
        }
        self.step(ahead);
        self.skip_line_rest()
    }
}
