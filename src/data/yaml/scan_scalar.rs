//! The three ways to write a scalar.

use super::class::{BLANK, BREAK, COLON, DOUBLE, FLOW, SINGLE, class};
use super::scan::Scanner;
use super::token::{Fault, Mark, Span};

/// A scalar as it is read: a stretch of the input for as long as possible, then text of its own.
struct Content {
    /// Where the part that is not yet in the buffer starts.
    pending: usize,
    /// Where its text starts in the buffer, once it has some there.
    own: Option<usize>,
}

/// Line breaks seen since the last text.
#[derive(Default)]
struct Breaks {
    first: &'static [u8],
    more: Vec<u8>,
}

impl Breaks {
    fn add(&mut self, read: &'static [u8]) {
        if self.first.is_empty() {
            self.first = read;
        } else {
            self.more.extend_from_slice(read);
        }
    }

    /// What folding makes of them: one break is a space, more lose the first one.
    fn fold_into(&mut self, buffer: &mut Vec<u8>) {
        if self.first != b"\n" {
            buffer.extend_from_slice(self.first);
            buffer.extend_from_slice(&self.more);
        } else if self.more.is_empty() {
            buffer.push(b' ');
        } else {
            buffer.extend_from_slice(&self.more);
        }
        self.first = b"";
        self.more.clear();
    }
}

impl Scanner<'_> {
    /// Puts the pending stretch up to `end` into the buffer; what comes next is no longer in the input as it is.
    fn own(&mut self, content: &mut Content, end: usize) {
        content.own.get_or_insert(self.buffer.len());
        let stretch = self.text.get(content.pending..end).unwrap_or_default();
        self.buffer.extend_from_slice(stretch);
        content.pending = end;
    }

    /// The whole content, whose last stretch ends at `end`.
    fn finish(&mut self, mut content: Content, end: usize) -> Span {
        let Some(start) = content.own else {
            return Span { start: content.pending as u32, len: end.saturating_sub(content.pending) as u32, owned: false };
        };
        self.own(&mut content, end);
        Span { start: start as u32, len: self.buffer.len().saturating_sub(start) as u32, owned: true }
    }

    /// Goes over bytes that belong to none of these classes.
    #[inline]
    fn skip_ordinary(&mut self, stops: u8) {
        let rest = self.rest();
        let run = rest.iter().position(|byte| class(*byte) & stops != 0).unwrap_or(rest.len());
        self.advance(run);
    }

    /// A plain scalar from here; its span and where it ends.
    pub(super) fn scan_plain(&mut self) -> Result<(Span, Mark), Fault> {
        let start = self.mark();
        let flow = self.flow_level > 0;
        let stops = BLANK | BREAK | COLON | if flow { FLOW } else { 0 };
        let indent = self.indent.saturating_add(1);
        let mut content = Content { pending: self.at, own: None };
        let mut breaks = Breaks::default();
        let mut end = start;
        loop {
            self.need(4)?;
            if self.at_document_indicator() || self.byte(0) == b'#' {
                break;
            }
            let run = self.at;
            self.scan_plain_run(stops)?;
            if self.at > run {
                if !breaks.first.is_empty() {
                    self.own(&mut content, end.at as usize);
                    breaks.fold_into(&mut self.buffer);
                    content.pending = run;
                }
                end = self.mark();
            }
            if !self.is_blank(0) && self.break_len(0) == 0 {
                break;
            }
            loop {
                if self.is_blank(0) {
                    if !breaks.first.is_empty() && self.byte(0) == b'\t' && self.column() < indent {
                        return self.fault(start, "found a tab character that violates indentation");
                    }
                    self.step(1);
                } else if self.break_len(0) != 0 {
                    self.need(2)?;
                    let read = self.take_break();
                    breaks.add(read);
                } else {
                    break;
                }
                self.need(1)?;
            }
            if !flow && self.column() < indent {
                break;
            }
        }
        if !breaks.first.is_empty() {
            self.key_allowed = true;
        }
        Ok((self.finish(content, end.at as usize), end))
    }

    /// Goes over what a plain scalar may hold without a blank.
    fn scan_plain_run(&mut self, stops: u8) -> Result<(), Fault> {
        loop {
            self.skip_ordinary(stops);
            self.need(2)?;
            if self.is_blank_or_end(0) || self.byte(0) == b':' && self.is_blank_or_end(1) {
                return Ok(());
            }
            if class(self.byte(0)) & stops & FLOW != 0 {
                return Ok(());
            }
            self.advance(1);
        }
    }

    /// A quoted scalar from here.
    pub(super) fn scan_quoted(&mut self, single: bool) -> Result<Span, Fault> {
        let start = self.mark();
        let stops = BLANK | BREAK | if single { SINGLE } else { DOUBLE };
        let quote = self.byte(0);
        self.step(1);
        let mut content = Content { pending: self.at, own: None };
        let mut breaks = Breaks::default();
        loop {
            self.need(4)?;
            if self.at_document_indicator() {
                return self.fault(start, "found unexpected document indicator");
            }
            if self.is_end(0) {
                return self.fault(start, "found unexpected end of stream");
            }
            let mut joined = false;
            loop {
                self.skip_ordinary(stops);
                self.need(2)?;
                if self.is_blank_or_end(0) {
                    break;
                }
                let byte = self.byte(0);
                if byte == quote && !(single && self.byte(1) == quote) {
                    break;
                }
                if byte == quote {
                    self.own(&mut content, self.at.saturating_add(1));
                    self.step(2);
                    content.pending = self.at;
                } else if byte == b'\\' && !single {
                    self.own(&mut content, self.at);
                    joined = self.scan_escape(start)?;
                    content.pending = self.at;
                    if joined {
                        break;
                    }
                } else {
                    self.advance(1);
                }
            }
            self.need(1)?;
            if self.byte(0) == quote {
                break;
            }
            self.scan_quoted_blanks(&mut content, &mut breaks, joined)?;
        }
        let end = self.at;
        self.step(1);
        Ok(self.finish(content, end))
    }

    /// Blanks and line breaks inside quotes. `joined`: an escaped line break came before.
    fn scan_quoted_blanks(&mut self, content: &mut Content, breaks: &mut Breaks, joined: bool) -> Result<(), Fault> {
        let text_end = self.at;
        let mut lines = joined;
        loop {
            if self.is_blank(0) {
                self.step(1);
            } else if self.break_len(0) != 0 {
                self.need(2)?;
                let read = self.take_break();
                if lines {
                    breaks.more.extend_from_slice(read);
                } else {
                    breaks.first = read;
                    lines = true;
                }
            } else {
                break;
            }
            self.need(1)?;
        }
        if lines {
            self.own(content, text_end);
            if breaks.first.is_empty() {
                // behind an escaped break nothing is folded
                self.buffer.append(&mut breaks.more);
            } else {
                breaks.fold_into(&mut self.buffer);
            }
            content.pending = self.at;
        }
        Ok(())
    }

    /// A backslash and what it stands for, into the buffer; true where it joins two lines.
    fn scan_escape(&mut self, start: Mark) -> Result<bool, Fault> {
        if self.break_len(1) != 0 {
            self.need(3)?;
            self.step(1);
            self.take_break();
            return Ok(true);
        }
        let digits = match self.byte(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        if digits == 0 {
            let text: &[u8] = match self.byte(1) {
                b'0' => b"\0",
                b'a' => b"\x07",
                b'b' => b"\x08",
                b't' | b'\t' => b"\t",
                b'n' => b"\n",
                b'v' => b"\x0B",
                b'f' => b"\x0C",
                b'r' => b"\r",
                b'e' => b"\x1B",
                b' ' => b" ",
                b'"' => b"\"",
                b'\'' => b"'",
                b'\\' => b"\\",
                b'N' => "\u{85}".as_bytes(),
                b'_' => "\u{A0}".as_bytes(),
                b'L' => "\u{2028}".as_bytes(),
                b'P' => "\u{2029}".as_bytes(),
                _ => return self.fault(start, "found unknown escape character"),
            };
            self.buffer.extend_from_slice(text);
            self.step(2);
            return Ok(false);
        }
        self.step(2);
        self.need(digits)?;
        let mut code = 0u32;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.byte(ahead)).to_digit(16) else {
                return self.fault(start, "did not find expected hexdecimal number");
            };
            code = code.wrapping_shl(4) | digit;
        }
        let Some(character) = char::from_u32(code) else {
            return self.fault(start, "found invalid Unicode character escape code");
        };
        self.buffer.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.step(digits);
        Ok(false)
    }

    /// A block scalar from here; its span and where it ends.
    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Result<(Span, Mark), Fault> {
        let start = self.mark();
        self.step(1);
        let (keep, increment) = self.scan_block_header(start)?;
        let mut indent = match increment {
            0 => 0,
            more => self.indent.max(0).saturating_add(more),
        };
        let mut breaks = Breaks::default();
        let mut end = self.scan_block_breaks(&mut indent, &mut breaks.more, start)?;
        let own = self.buffer.len();
        let mut after_blank = false;
        self.need(1)?;
        while self.column() == indent && !self.is_end(0) {
            let blank = self.is_blank(0);
            if !literal && breaks.first == b"\n" && !after_blank && !blank {
                if breaks.more.is_empty() {
                    self.buffer.push(b' ');
                }
            } else {
                self.buffer.extend_from_slice(breaks.first);
            }
            self.buffer.append(&mut breaks.more);
            after_blank = blank;
            let line = self.at;
            self.skip_line_rest()?;
            self.buffer.extend_from_slice(self.text.get(line..self.at).unwrap_or_default());
            self.need(2)?;
            breaks.first = self.take_break();
            end = self.scan_block_breaks(&mut indent, &mut breaks.more, start)?;
        }
        if keep != Some(false) {
            self.buffer.extend_from_slice(breaks.first);
        }
        if keep == Some(true) {
            self.buffer.append(&mut breaks.more);
        }
        Ok((Span { start: own as u32, len: self.buffer.len().saturating_sub(own) as u32, owned: true }, end))
    }

    /// The rest of the line behind `|` or `>`: whether the last breaks are kept (`+`) or dropped (`-`), and the
    /// indentation that is asked for.
    fn scan_block_header(&mut self, start: Mark) -> Result<(Option<bool>, i32), Fault> {
        let mut keep = None;
        let mut increment = 0;
        for _ in 0..2 {
            self.need(1)?;
            match self.byte(0) {
                sign @ (b'+' | b'-') if keep.is_none() => keep = Some(sign == b'+'),
                b'0' if increment == 0 => return self.fault(start, "found an indentation indicator equal to 0"),
                digit @ b'1'..=b'9' if increment == 0 => increment = i32::from(digit & 0x0F),
                _ => break,
            }
            self.step(1);
        }
        self.skip_blanks()?;
        if self.byte(0) == b'#' {
            self.skip_line_rest()?;
        }
        if !self.is_break_or_end(0) {
            return self.fault(start, "did not find expected comment or line break");
        }
        if !self.is_end(0) {
            self.need(2)?;
            self.take_break();
        }
        Ok((keep, increment))
    }

    /// Indentation and empty lines; finds out the indentation where it is still 0. Gives the place behind the last break.
    fn scan_block_breaks(&mut self, indent: &mut i32, breaks: &mut Vec<u8>, start: Mark) -> Result<Mark, Fault> {
        let mut end = self.mark();
        let mut deepest = 0;
        loop {
            self.need(1)?;
            while (*indent == 0 || self.column() < *indent) && self.byte(0) == b' ' {
                self.step(1);
                self.need(1)?;
            }
            deepest = deepest.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.byte(0) == b'\t' {
                return self.fault(start, "found a tab character where an indentation space is expected");
            }
            if self.break_len(0) == 0 {
                break;
            }
            self.need(2)?;
            let read = self.take_break();
            breaks.extend_from_slice(read);
            end = self.mark();
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent.saturating_add(1)).max(1);
        }
        Ok(end)
    }
}
