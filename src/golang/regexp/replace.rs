//! Replacing matches, and expanding `$1` in the replacement.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use super::{Haystack, Regexp, Submatches, after_character, whole};
use crate::golang::{bytes, utf8};

impl Regexp {
    /// `ReplaceAllString`: `$1`, `${name}` in `template` are expanded, `$1x` is the group `1x`.
    ///
    /// # Errors
    /// What `go_on` says, which is asked at every match with the length of the result so far.
    pub fn replace_all<E>(&self, text: &[u8], template: &[u8], go_on: &mut dyn FnMut(usize) -> Result<(), E>) -> Result<Vec<u8>, E> {
        let pieces = pieces(template);
        self.replace_with(text, go_on, |out, text, groups| {
            for piece in &pieces {
                match piece {
                    Piece::Text(text) => out.extend_from_slice(text),
                    Piece::Number(number) => out.extend_from_slice(group(text, groups, *number)),
                    Piece::Name(name) => {
                        let named = self.names.iter().enumerate().filter(|(_, known)| known.as_bytes() == *name);
                        let first = named.map(|(at, _)| at.saturating_add(1)).find(|at| groups.get(*at).is_some_and(Option::is_some));
                        out.extend_from_slice(first.map_or(&[], |number| group(text, groups, number)));
                    }
                }
            }
        })
    }

    /// `ReplaceAllLiteralString`
    ///
    /// # Errors
    /// As [`Regexp::replace_all`].
    pub fn replace_all_literal<E>(
        &self,
        text: &[u8],
        replacement: &[u8],
        go_on: &mut dyn FnMut(usize) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        self.replace_with(text, go_on, |out, _, _| out.extend_from_slice(replacement))
    }

    fn replace_with<E>(
        &self,
        text: &[u8],
        go_on: &mut dyn FnMut(usize) -> Result<(), E>,
        mut write: impl FnMut(&mut Vec<u8>, &[u8], &Submatches),
    ) -> Result<Vec<u8>, E> {
        let haystack = Haystack::new(text);
        let bytes = haystack.bytes();
        let mut captures = self.program.create_captures();
        let mut out = Vec::with_capacity(text.len());
        let (mut at, mut last_end) = (0, 0);
        while at <= bytes.len() {
            let Some(groups) = self.captures(&haystack, at, &mut captures) else { break };
            let (start, end) = whole(&groups);
            let written = haystack.all_written(&groups);
            out.extend_from_slice(text.get(haystack.written_at(last_end)..whole(&written).0).unwrap_or_default());
            if end > last_end || start == 0 {
                write(&mut out, text, &written);
            }
            go_on(out.len())?;
            last_end = end;
            at = end.max(after_character(bytes, at));
        }
        out.extend_from_slice(text.get(haystack.written_at(last_end)..).unwrap_or_default());
        Ok(out)
    }
}

fn group<'t>(text: &'t [u8], groups: &Submatches, number: usize) -> &'t [u8] {
    groups.get(number).copied().flatten().and_then(|(start, end)| text.get(start..end)).unwrap_or_default()
}

/// A part of a replacement.
enum Piece<'a> {
    Text(&'a [u8]),
    Number(usize),
    Name(&'a [u8]),
}

fn pieces(template: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = bytes::cut(rest, b'$') {
        pieces.push(Piece::Text(text));
        rest = match reference(after) {
            _ if after.starts_with(b"$") => {
                pieces.push(Piece::Text(b"$"));
                bytes::skip(after, 1)
            }
            Some((piece, rest)) => {
                pieces.push(piece);
                rest
            }
            None => {
                pieces.push(Piece::Text(b"$"));
                after
            }
        };
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// A group's number or name after a `$`, and what follows. `None`: the `$` is only a `$`.
fn reference(text: &[u8]) -> Option<(Piece<'_>, &[u8])> {
    let (braced, inside) = text.strip_prefix(b"{").map_or((false, text), |inside| (true, inside));
    let length = utf8::runes(inside).find(|(_, rune)| !is_name_rune(*rune)).map_or(inside.len(), |(at, _)| at);
    let (name, rest) = bytes::split(inside, length);
    let rest = if braced { rest.strip_prefix(b"}")? } else { rest };
    if name.is_empty() {
        return None;
    }
    let digits = name.len() < 10 && name.iter().all(u8::is_ascii_digit) && !matches!(name, [b'0', _, ..]);
    let number = std::str::from_utf8(name).ok().filter(|_| digits).and_then(|digits| digits.parse().ok());
    Some((number.map_or(Piece::Name(name), Piece::Number), rest))
}

/// Go's `unicode.IsLetter`, `unicode.IsDigit` and the underscore.
fn is_name_rune(rune: u32) -> bool {
    char::from_u32(rune).is_some_and(|character| {
        character == '_'
            || character.general_category_group() == GeneralCategoryGroup::Letter
            || character.general_category() == GeneralCategory::DecimalNumber
    })
}
