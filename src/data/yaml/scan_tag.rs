//! Anchors, aliases, tags and directives.

use super::scan::Scanner;
use super::token::{Fault, Mark, Span, TokenKind};

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

impl Scanner<'_> {
    fn scan_word(&mut self) -> Result<Span, Fault> {
        let start = self.at;
        self.need(1)?;
        while is_word(self.byte(0)) {
            self.step(1);
            self.need(1)?;
        }
        Ok(Span { start: start as u32, len: self.at.saturating_sub(start) as u32, owned: false })
    }

    /// `&name` or `*name`.
    pub(super) fn scan_anchor(&mut self) -> Result<TokenKind, Fault> {
        let start = self.mark();
        let alias = self.byte(0) == b'*';
        self.step(1);
        let name = self.scan_word()?;
        let ends = self.is_blank_or_end(0) || matches!(self.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.len == 0 || !ends {
            return self.fault(start, "did not find expected alphabetic or numeric character");
        }
        Ok(if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) })
    }

    /// `!suffix`, `!handle!suffix` or `!<whole>`.
    pub(super) fn scan_tag(&mut self) -> Result<TokenKind, Fault> {
        let start = self.mark();
        self.need(2)?;
        let (handle, suffix) = if self.byte(1) == b'<' {
            self.step(2);
            let suffix = self.scan_tag_uri(b"", start)?;
            if self.byte(0) != b'>' {
                return self.fault(start, "did not find the expected '>'");
            }
            self.step(1);
            (Vec::new(), suffix)
        } else {
            let handle = self.scan_tag_handle(false, start)?;
            if handle.len() > 1 && handle.ends_with(b"!") {
                let suffix = self.scan_tag_uri(b"", start)?;
                (handle, suffix)
            } else {
                let suffix = self.scan_tag_uri(&handle, start)?;
                // a lone `!` is a tag without a handle
                if suffix.is_empty() { (Vec::new(), b"!".to_vec()) } else { (b"!".to_vec(), suffix) }
            }
        };
        self.need(1)?;
        if !self.is_blank_or_end(0) {
            return self.fault(start, "did not find expected whitespace or line break");
        }
        let number = self.tags.len() as u32;
        self.tags.push((handle, suffix));
        Ok(TokenKind::Tag(number))
    }

    fn scan_tag_handle(&mut self, directive: bool, start: Mark) -> Result<Vec<u8>, Fault> {
        self.need(1)?;
        if self.byte(0) != b'!' {
            return self.fault(start, "did not find expected '!'");
        }
        self.step(1);
        let word = self.scan_word()?;
        let mut handle = vec![b'!'];
        handle.extend_from_slice(self.bytes(word));
        if self.byte(0) == b'!' {
            handle.push(b'!');
            self.step(1);
        } else if directive && handle != b"!" {
            return self.fault(start, "did not find expected '!'");
        }
        Ok(handle)
    }

    /// The rest of a tag behind `head`, whose first `!` does not count.
    fn scan_tag_uri(&mut self, head: &[u8], start: Mark) -> Result<Vec<u8>, Fault> {
        let mut uri = head.get(1..).unwrap_or_default().to_vec();
        let mut any = !head.is_empty();
        self.need(1)?;
        loop {
            match self.byte(0) {
                b'%' => self.scan_uri_escapes(&mut uri, start)?,
                byte if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(byte);
                    self.step(1);
                }
                _ => break,
            }
            any = true;
            self.need(1)?;
        }
        if any { Ok(uri) } else { self.fault(start, "did not find expected tag URI") }
    }

    /// One character written as `%XX` for each of its bytes.
    fn scan_uri_escapes(&mut self, uri: &mut Vec<u8>, start: Mark) -> Result<(), Fault> {
        let mut left = None;
        while left != Some(0) {
            self.need(3)?;
            let digit = |ahead: usize| char::from(self.byte(ahead)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.byte(0), digit(1), digit(2)) else {
                return self.fault(start, "did not find URI escaped octet");
            };
            let octet = (high << 4 | low) as u8;
            left = match left {
                None => Some(match octet {
                    0..=0x7F => 0,
                    0xC0..=0xDF => 1,
                    0xE0..=0xEF => 2,
                    0xF0..=0xF7 => 3,
                    _ => return self.fault(start, "found an incorrect leading UTF-8 octet"),
                }),
                Some(_) if octet & 0xC0 != 0x80 => {
                    return self.fault(start, "found an incorrect trailing UTF-8 octet");
                }
                Some(more) => Some(u32::saturating_sub(more, 1)),
            };
            uri.push(octet);
            self.step(3);
        }
        Ok(())
    }

    /// A line that starts with `%`; its token and where it ends.
    pub(super) fn scan_directive(&mut self) -> Result<(TokenKind, Mark), Fault> {
        let start = self.mark();
        self.step(1);
        let name = self.scan_word()?;
        if name.len == 0 {
            return self.fault(start, "could not find expected directive name");
        }
        if !self.is_blank_or_end(0) {
            return self.fault(start, "found unexpected non-alphabetical character");
        }
        let kind = match self.bytes(name) {
            b"YAML" => self.scan_version(start)?,
            b"TAG" => self.scan_tag_directive(start)?,
            _ => return self.fault(start, "found unknown directive name"),
        };
        let end = self.mark();
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
        Ok((kind, end))
    }

    fn scan_version(&mut self, start: Mark) -> Result<TokenKind, Fault> {
        self.skip_blanks()?;
        let major = self.scan_version_number(start)?;
        if self.byte(0) != b'.' {
            return self.fault(start, "did not find expected digit or '.' character");
        }
        self.step(1);
        let minor = self.scan_version_number(start)?;
        Ok(TokenKind::Version(major, minor))
    }

    fn scan_version_number(&mut self, start: Mark) -> Result<u8, Fault> {
        let mut number = 0u8;
        let mut digits = 0u8;
        self.need(1)?;
        while self.byte(0).is_ascii_digit() {
            digits = digits.saturating_add(1);
            if digits > 2 {
                return self.fault(start, "found extremely long version number");
            }
            number = number.saturating_mul(10).saturating_add(self.byte(0) & 0x0F);
            self.step(1);
            self.need(1)?;
        }
        if digits == 0 { self.fault(start, "did not find expected version number") } else { Ok(number) }
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Result<TokenKind, Fault> {
        self.skip_blanks()?;
        let handle = self.scan_tag_handle(true, start)?;
        self.need(1)?;
        if !self.is_blank(0) {
            return self.fault(start, "did not find expected whitespace");
        }
        self.skip_blanks()?;
        let prefix = self.scan_tag_uri(b"", start)?;
        self.need(1)?;
        if !self.is_blank_or_end(0) {
            return self.fault(start, "did not find expected whitespace or line break");
        }
        let number = self.tags.len() as u32;
        self.tags.push((handle, prefix));
        Ok(TokenKind::TagDirective(number))
    }
}
