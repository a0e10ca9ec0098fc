//! gobwas' matchers: whether a text matches, and where in a text a match starts and may end.

use memchr::memmem;

use crate::golang::{bytes, utf8};

/// Calls of matchers for one text; a pattern that needs more takes too long.
const MAX_STEPS: u32 = 200_000;

/// What is left of the effort that one text may take.
pub(super) struct Search {
    steps: u32,
}

impl Search {
    pub(super) fn new() -> Self {
        Self { steps: MAX_STEPS }
    }

    pub(super) fn is_over(&self) -> bool {
        self.steps == 0
    }

    fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }
}

/// One matcher.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    /// Anything without these.
    Any(Vec<char>),
    /// Anything.
    Super,
    /// One character, none of these.
    Single(Vec<char>),
    /// One of these characters, or where `true` none of them.
    List(Vec<char>, bool),
    /// A character in the range, or where `true` outside.
    Range(char, char, bool),
    Text(Vec<u8>),
    Nothing,
    AnyOf(Vec<Matcher>),
    EveryOf(Vec<Matcher>),
    /// Matchers of known length, and their sum in characters.
    Row(Vec<Matcher>, usize),
    /// At least so many characters.
    Min(usize),
    /// At most so many characters.
    Max(usize),
    /// Text with the needle in it, or where `true` without.
    Contains(Vec<u8>, bool),
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    /// parity: both may be the same bytes, so that `a/**/b` matches `a/b`.
    PrefixSuffix(Vec<u8>, Vec<u8>),
    /// A prefix, then anything without these.
    PrefixAny(Vec<u8>, Vec<char>),
    /// Anything without these, then a suffix.
    SuffixAny(Vec<u8>, Vec<char>),
    Tree(Box<Tree>),
}

/// A matcher that is searched for, and what has to match before and after it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) value: Matcher,
    pub(super) left: Option<Matcher>,
    pub(super) right: Option<Matcher>,
    /// Lengths where they are known; a side that is missing has length 0.
    left_length: Option<usize>,
    right_length: Option<usize>,
    length: Option<usize>,
}

impl Tree {
    pub(super) fn new(value: Matcher, left: Option<Matcher>, right: Option<Matcher>) -> Tree {
        let side = |side: &Option<Matcher>| side.as_ref().map_or(Some(0), Matcher::length);
        let (left_length, right_length) = (side(&left), side(&right));
        let length = value.length().and_then(|length| length.checked_add(left_length?)?.checked_add(right_length?));
        Tree { value, left, right, left_length, right_length, length }
    }
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    memmem::find(text, needle)
}

fn find_last(text: &[u8], needle: &[u8]) -> Option<usize> {
    memmem::rfind(text, needle)
}

fn encoded(character: char) -> Vec<u8> {
    character.to_string().into_bytes()
}

/// Where the first of the characters that is in the text at all stands.
fn find_any(text: &[u8], characters: &[char]) -> Option<usize> {
    characters.iter().find_map(|character| find(text, &encoded(*character)))
}

fn find_last_any(text: &[u8], characters: &[char]) -> Option<usize> {
    characters.iter().find_map(|character| find_last(text, &encoded(*character)))
}

/// How long a rune is when it is written; an invalid byte is written as U+FFFD.
fn rune_length(rune: u32) -> usize {
    char::from_u32(rune).map_or(3, char::len_utf8)
}

fn is_among(characters: &[char], rune: u32) -> bool {
    characters.iter().any(|character| *character as u32 == rune)
}

/// All places between characters, each `offset` further on.
fn all_ends(text: &[u8], offset: usize) -> Vec<usize> {
    utf8::runes(text).map(|(at, _)| at).chain([text.len()]).map(|at| offset.saturating_add(at)).collect()
}

/// Where each character ends, as long as it is when it is written.
fn rune_ends(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    utf8::runes(text).map(|(at, rune)| at.saturating_add(rune_length(rune)))
}

/// The ends of all characters, each `offset` further on, after `offset` itself.
fn character_ends(text: &[u8], offset: usize) -> Vec<usize> {
    [offset].into_iter().chain(rune_ends(text).map(|end| offset.saturating_add(end))).collect()
}

impl Matcher {
    /// How many characters it always takes, if that is known.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Matcher::Single(_) | Matcher::List(..) | Matcher::Range(..) => Some(1),
            Matcher::Text(text) => Some(utf8::count(text)),
            Matcher::Nothing => Some(0),
            Matcher::Row(_, length) => Some(*length),
            Matcher::Tree(tree) => tree.length,
            Matcher::AnyOf(matchers) => {
                // parity: unknown lengths before the first known one do not count.
                let mut length = None;
                for matcher in matchers {
                    match (length, matcher.length()) {
                        (None, mine) => length = mine,
                        (Some(length), Some(mine)) if length == mine => {}
                        _ => return None,
                    }
                }
                length
            }
            _ => None,
        }
    }

    /// Whether the one character that the text should be fits. parity: no text at all is taken for U+FFFD.
    fn takes(&self, text: &[u8]) -> bool {
        let (rune, length) = utf8::decode(text);
        text.len() <= length && self.takes_rune(rune)
    }

    fn takes_rune(&self, rune: u32) -> bool {
        match self {
            Matcher::Single(separators) => !is_among(separators, rune),
            Matcher::List(characters, negative) => is_among(characters, rune) != *negative,
            Matcher::Range(low, high, negative) => (*low as u32..=*high as u32).contains(&rune) != *negative,
            _ => false,
        }
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &[u8], search: &mut Search) -> bool {
        if !search.step() {
            return false;
        }
        match self {
            Matcher::Any(separators) => find_any(text, separators).is_none(),
            Matcher::Super => true,
            Matcher::Single(_) | Matcher::List(..) | Matcher::Range(..) => self.takes(text),
            Matcher::Text(expected) => text == expected.as_slice(),
            Matcher::Nothing => text.is_empty(),
            Matcher::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.matches(text, search)),
            Matcher::EveryOf(matchers) => matchers.iter().all(|matcher| matcher.matches(text, search)),
            Matcher::Row(matchers, length) => utf8::count(text) == *length && row_matches(matchers, text, search),
            Matcher::Min(least) => !text.is_empty() && utf8::count(text) >= *least,
            Matcher::Max(most) => utf8::count(text) <= *most,
            Matcher::Contains(needle, negative) => find(text, needle).is_some() != *negative,
            Matcher::Prefix(prefix) => text.starts_with(prefix),
            Matcher::Suffix(suffix) => text.ends_with(suffix),
            Matcher::PrefixSuffix(prefix, suffix) => text.starts_with(prefix) && text.ends_with(suffix),
            Matcher::PrefixAny(prefix, separators) => {
                text.strip_prefix(prefix.as_slice()).is_some_and(|rest| find_any(rest, separators).is_none())
            }
            Matcher::SuffixAny(suffix, separators) => {
                text.strip_suffix(suffix.as_slice()).is_some_and(|rest| find_any(rest, separators).is_none())
            }
            Matcher::Tree(tree) => tree.matches(text, search),
        }
    }

    /// Where a match starts, and its possible lengths, shortest first.
    fn locate(&self, text: &[u8], search: &mut Search) -> Option<(usize, Vec<usize>)> {
        if !search.step() {
            return None;
        }
        match self {
            Matcher::Any(separators) => {
                let end = find_any(text, separators).unwrap_or(text.len());
                Some((0, all_ends(bytes::split(text, end).0, 0)))
            }
            Matcher::Super => Some((0, all_ends(text, 0))),
            Matcher::Single(_) | Matcher::List(..) | Matcher::Range(..) => {
                utf8::runes(text).find(|(_, rune)| self.takes_rune(*rune)).map(|(at, rune)| (at, vec![rune_length(rune)]))
            }
            Matcher::Text(expected) => Some((find(text, expected)?, vec![expected.len()])),
            Matcher::Nothing => Some((0, vec![0])),
            Matcher::AnyOf(matchers) => locate_any(matchers, text, search),
            Matcher::EveryOf(matchers) => locate_every(matchers, text, search),
            Matcher::Row(matchers, length) => {
                let starts = utf8::runes(text).map(|(at, _)| (at, bytes::skip(text, at)));
                let mut starts = starts.take_while(|(_, rest)| rest.len() >= *length);
                starts.find(|(_, rest)| row_matches(matchers, rest, search)).map(|(at, _)| (at, vec![*length]))
            }
            Matcher::Min(least) => {
                let ends: Vec<usize> = rune_ends(text).skip(least.saturating_sub(1)).collect();
                (text.len() >= *least && !ends.is_empty()).then_some((0, ends))
            }
            Matcher::Max(most) => Some((0, character_ends(text, 0).into_iter().take(most.saturating_add(1)).collect())),
            Matcher::Contains(needle, false) => {
                let offset = find(text, needle)?.saturating_add(needle.len());
                Some((0, all_ends(bytes::skip(text, offset), offset)))
            }
            Matcher::Contains(needle, true) => Some((0, all_ends(find(text, needle).map_or(text, |at| bytes::split(text, at).0), 0))),
            Matcher::Prefix(prefix) => {
                let at = find(text, prefix)?;
                let rest = bytes::skip(text, at.saturating_add(prefix.len()));
                Some((at, character_ends(rest, prefix.len())))
            }
            Matcher::Suffix(suffix) => Some((0, vec![find(text, suffix)?.saturating_add(suffix.len())])),
            Matcher::PrefixSuffix(prefix, suffix) => locate_prefix_suffix(prefix, suffix, text),
            Matcher::PrefixAny(prefix, separators) => {
                let at = find(text, prefix)?;
                let rest = bytes::skip(text, at.saturating_add(prefix.len()));
                let rest = find_any(rest, separators).map_or(rest, |end| bytes::split(rest, end).0);
                Some((at, character_ends(rest, prefix.len())))
            }
            Matcher::SuffixAny(suffix, separators) => {
                let at = find(text, suffix)?;
                let before = bytes::split(text, at).0;
                let start = find_last_any(before, separators).map_or(0, |separator| separator.saturating_add(1));
                Some((start, vec![at.saturating_add(suffix.len()).saturating_sub(start)]))
            }
            // parity: gobwas never finds a tree inside another.
            Matcher::Tree(_) => None,
        }
    }
}

/// parity: a character's first byte is taken for all of it, so characters of several bytes rarely match here.
fn row_matches(matchers: &[Matcher], text: &[u8], search: &mut Search) -> bool {
    let mut rest = text;
    for matcher in matchers {
        let length = matcher.length().unwrap_or(0);
        let Some((last, _)) = utf8::runes(rest).nth(length.saturating_sub(1)) else { return false };
        let last = if length == 0 { utf8::runes(rest).last().map_or(0, |(at, _)| at) } else { last };
        let (part, after) = bytes::split(rest, last.saturating_add(1));
        if !matcher.matches(part, search) {
            return false;
        }
        rest = after;
    }
    true
}

fn locate_any(matchers: &[Matcher], text: &[u8], search: &mut Search) -> Option<(usize, Vec<usize>)> {
    let mut best: Option<(usize, Vec<usize>)> = None;
    for matcher in matchers {
        let Some((at, ends)) = matcher.locate(text, search) else { continue };
        match &mut best {
            Some((before, _)) if at > *before => {}
            Some((before, known)) if at == *before => {
                known.extend(ends);
                known.sort_unstable();
                known.dedup();
            }
            _ => best = Some((at, ends)),
        }
    }
    best
}

fn locate_every(matchers: &[Matcher], text: &[u8], search: &mut Search) -> Option<(usize, Vec<usize>)> {
    let (mut index, mut offset) = (0usize, 0usize);
    let mut current: Option<Vec<usize>> = None;
    for matcher in matchers {
        let (at, ends) = matcher.locate(bytes::skip(text, index), search)?;
        let here = at.saturating_add(offset);
        current = Some(match current {
            None => ends,
            Some(before) => {
                let moved: std::collections::HashSet<usize> =
                    before.iter().filter_map(|end| end.saturating_add(index).checked_sub(here)).collect();
                let both: Vec<usize> = ends.into_iter().filter(|end| moved.contains(end)).collect();
                if both.is_empty() {
                    return None;
                }
                both
            }
        });
        index = here.min(text.len());
        offset = offset.saturating_add(at);
    }
    Some((index, current.unwrap_or_default()))
}

fn locate_prefix_suffix(prefix: &[u8], suffix: &[u8], text: &[u8]) -> Option<(usize, Vec<usize>)> {
    let at = find(text, prefix)?;
    let mut rest = bytes::skip(text, at);
    if suffix.is_empty() {
        return Some((at, vec![rest.len()]));
    }
    let mut ends = Vec::new();
    while let Some(found) = find_last(rest, suffix) {
        ends.push(found.saturating_add(suffix.len()));
        rest = bytes::split(rest, found).0;
    }
    ends.reverse();
    if ends.is_empty() { None } else { Some((at, ends)) }
}

impl Tree {
    fn matches(&self, text: &[u8], search: &mut Search) -> bool {
        if self.length.is_some_and(|length| length > text.len()) {
            return false;
        }
        let mut offset = self.left_length.unwrap_or(0);
        let Some(limit) = text.len().checked_sub(self.right_length.unwrap_or(0)) else { return false };
        while offset < limit {
            let Some((index, ends)) = self.value.locate(bytes::skip(bytes::split(text, limit).0, offset), search) else { return false };
            let start = offset.saturating_add(index);
            let (before, found) = bytes::split(text, start);
            let left = self.left.as_ref().map_or(before.is_empty(), |left| left.matches(before, search));
            let fits = left
                && ends.iter().rev().any(|end| {
                    let after = found.get(*end..).unwrap_or_default();
                    self.right.as_ref().map_or(after.is_empty(), |right| right.matches(after, search))
                });
            if fits {
                return true;
            }
            offset = start.saturating_add(utf8::decode(found).1.max(1));
        }
        false
    }
}
