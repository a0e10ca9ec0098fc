//! Walking over a text, character by character, with the line in sight.

use crate::golang::strconv;

/// What is wrong and on which line.
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
}

pub(super) type Scanned<T> = Result<T, Fault>;

/// A place in a text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t [u8],
    pub(super) at: usize,
    /// Lines begun so far.
    pub(super) line: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Cursor { text, at: 0, line: 1 }
    }

    /// A fault here. At the end of the text it belongs to the last line that has something on it.
    pub(super) fn fault<T>(&self, message: impl Into<String>) -> Scanned<T> {
        let behind_line_end = self.at >= self.text.len() && self.text.ends_with(b"\n");
        Err(Fault { line: self.line - usize::from(behind_line_end), message: message.into() })
    }

    /// A fault on the line whose end was just read.
    pub(super) fn fault_before<T>(&self, message: impl Into<String>) -> Scanned<T> {
        Err(Fault { line: self.line.saturating_sub(1), message: message.into() })
    }

    /// The next character; `None` at the end.
    pub(super) fn next(&mut self) -> Scanned<Option<char>> {
        let Some(character) = self.peek()? else { return Ok(None) };
        self.at += character.len_utf8();
        self.line += usize::from(character == '\n');
        Ok(Some(character))
    }

    /// The same without going on.
    pub(super) fn peek(&self) -> Scanned<Option<char>> {
        let rest = &self.text[self.at.min(self.text.len())..];
        let Some(first) = rest.first() else { return Ok(None) };
        // No character is longer.
        let rest = rest.get(..4).unwrap_or(rest);
        let character = match rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            Some(character) => character,
            None => return self.fault(format!("invalid UTF-8 byte: 0x{first:02x}")),
        };
        let lone_return = character == '\r' && rest.get(1) != Some(&b'\n');
        let control = matches!(character, '\0'..='\x1f' | '\x7f') && !matches!(character, '\t' | '\r' | '\n');
        if control || lone_return {
            return self.fault(format!("TOML files cannot contain control characters: '0x{:02x}'", character as u32));
        }
        Ok(Some(character))
    }

    /// Goes on if that is the next character.
    pub(super) fn accept(&mut self, wanted: char) -> Scanned<bool> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Skips spaces and tabs.
    pub(super) fn skip_blanks(&mut self) -> Scanned<()> {
        while matches!(self.peek()?, Some(' ' | '\t')) {
            self.next()?;
        }
        Ok(())
    }

    /// Skips spaces, tabs, line ends and comments.
    pub(super) fn skip_lines(&mut self) -> Scanned<()> {
        loop {
            match self.peek()? {
                Some(' ' | '\t' | '\n' | '\r') => {
                    self.next()?;
                }
                Some('#') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// Skips to the end of the line.
    pub(super) fn comment(&mut self) -> Scanned<()> {
        while !matches!(self.peek()?, None | Some('\n' | '\r')) {
            self.next()?;
        }
        Ok(())
    }

    /// Takes characters as long as `wanted` holds.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> Scanned<&'t str> {
        let start = self.at;
        while self.peek()?.is_some_and(&wanted) {
            self.next()?;
        }
        Ok(self.since(start))
    }

    /// The text from there to here.
    pub(super) fn since(&self, start: usize) -> &'t str {
        std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default()
    }
}

/// A character in messages; the end of the text counts as character 0.
pub(super) fn quoted(character: Option<char>) -> String {
    strconv::quote_rune(character.unwrap_or('\0') as u32)
}

/// A character in the messages that have a word for the end.
pub(super) fn named(character: Option<char>) -> String {
    character.map_or_else(|| "end of file".to_owned(), |character| format!("'{character}'"))
}
