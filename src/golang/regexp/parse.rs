//! Go's regular expression syntax (regexp/syntax) into regex-syntax' tree.

use memchr::memmem;
use regex_syntax::hir::{Capture, Class, ClassUnicode, Hir, Look, Repetition};

use super::class;
use super::escape::{check_utf8, class_character, escaped_character, next_character};
use crate::diag::text_of;
use crate::golang::bytes;

/// Nesting; Go's limit is 1,000, but the automaton is built by recursion.
const MAX_HEIGHT: u32 = 250;
/// Go's limits: program size in instructions, copies by counted repetition.
const MAX_SIZE: u64 = (128 << 20) / 40;
const MAX_REPEAT: u32 = 1_000;

/// A pattern, read.
pub(super) struct Parsed {
    pub(super) tree: Hir,
    /// Names of the groups from group 1; empty where a group has none.
    pub(super) names: Vec<String>,
}

/// Go's error text.
pub(super) fn describe(what: &str, at: &[u8]) -> String {
    format!("error parsing regexp: {what}: `{}`", text_of(at))
}

pub(super) fn fail<T>(what: &str, at: &[u8]) -> Result<T, String> {
    Err(describe(what, at))
}

/// `syntax.Parse` with the flags of `regexp.Compile`.
pub(super) fn parse(pattern: &[u8]) -> Result<Parsed, String> {
    let flags = Flags::default();
    let mut parser = Parser { pattern, flags, group: Group::new(flags, None), outer: Vec::new(), names: Vec::new() };
    let mut rest = pattern;
    // Where the repetition that was just read starts.
    let mut repeated: Option<&[u8]> = None;
    while !rest.is_empty() {
        let start = rest;
        let (after, repeats) = parser.next(rest, repeated)?;
        rest = after;
        repeated = repeats.then_some(start);
    }
    if !parser.outer.is_empty() {
        return fail("missing closing )", pattern);
    }
    let root = parser.leave(Group::new(flags, None));
    Ok(Parsed { tree: parser.alternation(root)?.tree, names: parser.names })
}

/// `(?ismU)`
#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    fold: bool,
    multi_line: bool,
    dot_newline: bool,
    swap_greed: bool,
}

/// What an open parenthesis holds so far.
struct Group {
    /// The flags to go back to at its end.
    flags: Flags,
    capture: Option<u32>,
    branches: Vec<Item>,
    current: Vec<Item>,
}

impl Group {
    fn new(flags: Flags, capture: Option<u32>) -> Self {
        Self { flags, capture, branches: Vec::new(), current: Vec::new() }
    }
}

/// A piece of the tree with what Go's limits count.
struct Item {
    tree: Hir,
    shape: Shape,
    height: u32,
    size: u64,
    /// The most copies that counted repetitions in it make of something.
    copies: u32,
}

#[derive(PartialEq, Clone, Copy)]
enum Shape {
    Literal,
    Concatenation,
    Alternation,
    Other,
}

struct Parser<'a> {
    pattern: &'a [u8],
    flags: Flags,
    /// The innermost open group, or the whole pattern.
    group: Group,
    /// The groups around it.
    outer: Vec<Group>,
    names: Vec<String>,
}

impl<'a> Parser<'a> {
    fn current(&mut self) -> &mut Vec<Item> {
        &mut self.group.current
    }

    /// Opens a group, with a number where one is given.
    fn enter(&mut self, capture: Option<u32>) {
        let outer = self.leave(Group::new(self.flags, capture));
        self.outer.push(outer);
    }

    /// The innermost group, whose place another takes.
    fn leave(&mut self, next: Group) -> Group {
        std::mem::replace(&mut self.group, next)
    }

    fn push(&mut self, tree: Hir, shape: Shape) {
        self.current().push(Item { tree, shape, height: 1, size: 1, copies: 1 });
    }

    /// Reads one construct; the rest of the pattern, and whether it was a repetition.
    fn next(&mut self, text: &'a [u8], repeated: Option<&'a [u8]>) -> Result<(&'a [u8], bool), String> {
        let rest = bytes::skip(text, 1);
        match text.first() {
            Some(b'(') if rest.first() == Some(&b'?') => return Ok((self.perl_group(text)?, false)),
            Some(b'(') => {
                self.names.push(String::new());
                self.enter(Some(self.names.len() as u32));
            }
            Some(b'|') => {
                let items = std::mem::take(self.current());
                let branch = self.concatenation(items)?;
                self.group.branches.push(branch);
            }
            Some(b')') => self.close()?,
            Some(b'^') => self.push(Hir::look(if self.flags.multi_line { Look::StartLF } else { Look::Start }), Shape::Other),
            Some(b'$') => self.push(Hir::look(if self.flags.multi_line { Look::EndLF } else { Look::End }), Shape::Other),
            Some(b'.') => {
                let newline = self.flags.dot_newline;
                let class = if newline { vec![('\0', char::MAX)] } else { vec![('\0', '\x09'), ('\x0B', char::MAX)] };
                self.push_class(class::ranges(&class));
            }
            Some(b'[') => return Ok((self.bracket(text)?, false)),
            Some(b'*') => return Ok((self.repeat(text, rest, (0, None), repeated)?, true)),
            Some(b'+') => return Ok((self.repeat(text, rest, (1, None), repeated)?, true)),
            Some(b'?') => return Ok((self.repeat(text, rest, (0, Some(1)), repeated)?, true)),
            Some(b'{') => match counts(text) {
                Some((counts, after)) => return Ok((self.counted(text, after, counts, repeated)?, true)),
                None => self.literal('{'),
            },
            Some(b'\\') => return Ok((self.escape(text)?, false)),
            _ => {
                let (character, rest) = next_character(text)?;
                self.literal(character);
                return Ok((rest, false));
            }
        }
        Ok((rest, false))
    }

    fn literal(&mut self, character: char) {
        let mut class = class::ranges(&[(character, character)]);
        if self.flags.fold {
            fold(&mut class);
        }
        self.push(Hir::class(Class::Unicode(class)), Shape::Literal);
    }

    fn push_class(&mut self, class: ClassUnicode) {
        self.push(Hir::class(Class::Unicode(class)), Shape::Other);
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(outer) = self.outer.pop() else { return fail("unexpected )", self.pattern) };
        let group = self.leave(outer);
        let (flags, capture) = (group.flags, group.capture);
        let mut item = self.alternation(group)?;
        self.flags = flags;
        if let Some(index) = capture {
            let tree = Hir::capture(Capture { index, name: None, sub: Box::new(item.tree) });
            item = Item {
                tree,
                shape: Shape::Other,
                height: item.height.saturating_add(1),
                size: item.size.saturating_add(2),
                copies: item.copies,
            };
            self.check(&item)?;
        }
        self.current().push(item);
        Ok(())
    }

    fn check(&self, item: &Item) -> Result<(), String> {
        if item.size > MAX_SIZE {
            return fail("expression too large", self.pattern);
        }
        if item.height > MAX_HEIGHT {
            return fail("expression nests too deeply", self.pattern);
        }
        Ok(())
    }

    fn concatenation(&self, mut items: Vec<Item>) -> Result<Item, String> {
        if items.len() == 1
            && let Some(item) = items.pop()
        {
            return Ok(item);
        }
        let literal = !items.is_empty() && items.iter().all(|item| item.shape == Shape::Literal);
        let size = items.iter().map(|item| item.size).sum::<u64>().max(1);
        let height = if literal || items.is_empty() { 1 } else { inner_height(&items, Shape::Concatenation).saturating_add(1) };
        let copies = items.iter().map(|item| item.copies).max().unwrap_or(1);
        let shape = if literal { Shape::Literal } else { Shape::Concatenation };
        let tree = Hir::concat(items.into_iter().map(|item| item.tree).collect());
        let item = Item { tree, shape, height, size, copies };
        self.check(&item)?;
        Ok(item)
    }

    fn alternation(&self, group: Group) -> Result<Item, String> {
        let last = self.concatenation(group.current)?;
        if group.branches.is_empty() {
            return Ok(last);
        }
        let mut branches = group.branches;
        branches.push(last);
        // One more for each but the first.
        let size = branches.iter().map(|item| item.size.saturating_add(1)).sum::<u64>().saturating_sub(1);
        let height = inner_height(&branches, Shape::Alternation).saturating_add(1);
        let copies = branches.iter().map(|item| item.copies).max().unwrap_or(1);
        let tree = Hir::alternation(branches.into_iter().map(|item| item.tree).collect());
        let item = Item { tree, shape: Shape::Alternation, height, size, copies };
        self.check(&item)?;
        Ok(item)
    }

    /// `{n}`, `{n,}`, `{n,m}`
    fn counted(&mut self, text: &'a [u8], after: &'a [u8], counts: Counts, repeated: Option<&'a [u8]>) -> Result<&'a [u8], String> {
        let (least, most) = counts;
        let too_many = least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least);
        if too_many {
            return fail("invalid repeat count", bytes::before(text, after));
        }
        let rest = self.repeat(text, after, counts, repeated)?;
        let Some(item) = self.current().last_mut() else { return Ok(rest) };
        let size = item.size;
        let (copies, factor) = (item.copies, most.unwrap_or(least));
        item.copies = if most == Some(0) { 1 } else { copies.saturating_mul(factor.max(1)) };
        item.size = match most {
            None if least == 0 => size.saturating_add(1),
            None => u64::from(least).saturating_mul(size.saturating_sub(1)).saturating_add(1),
            Some(most) => u64::from(most).saturating_mul(size.saturating_sub(1)).saturating_add(u64::from(most.saturating_sub(least))),
        }
        .max(1);
        let invalid = (least >= 2 || most.is_some_and(|most| most >= 2)) && item.copies > MAX_REPEAT;
        let large = item.size > MAX_SIZE;
        if large {
            return fail("expression too large", self.pattern);
        }
        if invalid {
            return fail("invalid repeat count", bytes::before(text, rest));
        }
        Ok(rest)
    }

    /// Repeats the last item; `counts` are the least and most times.
    fn repeat(&mut self, text: &'a [u8], after: &'a [u8], counts: Counts, repeated: Option<&'a [u8]>) -> Result<&'a [u8], String> {
        let (lazy, rest) = after.strip_prefix(b"?").map_or((false, after), |rest| (true, rest));
        if let Some(before) = repeated {
            return fail("invalid nested repetition operator", bytes::before(before, rest));
        }
        let greedy = lazy == self.flags.swap_greed;
        let Some(item) = self.current().pop() else {
            return fail("missing argument to repetition operator", bytes::before(text, rest));
        };
        let tree = Hir::repetition(Repetition { min: counts.0, max: counts.1, greedy, sub: Box::new(item.tree) });
        let size = item.size.saturating_add(if counts == (0, None) { 2 } else { 1 });
        let item = Item { tree, shape: Shape::Other, height: item.height.saturating_add(1), size, copies: item.copies };
        self.check(&item)?;
        self.current().push(item);
        Ok(rest)
    }

    /// `(?…`: a named group, flags, a group without a number.
    fn perl_group(&mut self, text: &'a [u8]) -> Result<&'a [u8], String> {
        let after = match text.strip_prefix(b"(?P<").or(text.strip_prefix(b"(?<")) {
            Some(after @ [_, ..]) => after,
            _ => return self.flags(text),
        };
        let Some((name, rest)) = bytes::cut(after, b'>') else {
            check_utf8(text)?;
            return fail("invalid named capture", text);
        };
        check_utf8(name)?;
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return fail("invalid named capture", bytes::before(text, rest));
        }
        self.names.push(String::from_utf8_lossy(name).into_owned());
        self.enter(Some(self.names.len() as u32));
        Ok(rest)
    }

    fn flags(&mut self, text: &'a [u8]) -> Result<&'a [u8], String> {
        let mut flags = self.flags;
        let (mut on, mut seen) = (true, false);
        let mut rest = bytes::skip(text, 2);
        while !rest.is_empty() {
            let (letter, after) = next_character(rest)?;
            rest = after;
            let flag = match letter {
                'i' => &mut flags.fold,
                'm' => &mut flags.multi_line,
                's' => &mut flags.dot_newline,
                'U' => &mut flags.swap_greed,
                '-' if on => {
                    (on, seen) = (false, false);
                    continue;
                }
                ':' | ')' if on || seen => {
                    if letter == ':' {
                        self.enter(None);
                    }
                    self.flags = flags;
                    return Ok(rest);
                }
                _ => break,
            };
            *flag = on;
            seen = true;
        }
        fail("invalid or unsupported Perl syntax", bytes::before(text, rest))
    }

    /// A backslash and what follows.
    fn escape(&mut self, text: &'a [u8]) -> Result<&'a [u8], String> {
        let rest = text.get(2..).unwrap_or_default();
        let look = match text.get(1) {
            Some(b'A') => Some(Look::Start),
            Some(b'z') => Some(Look::End),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            Some(b'C') => return fail("invalid escape sequence", bytes::before(text, rest)),
            Some(b'Q') => {
                let end = memmem::find(rest, b"\\E").unwrap_or(rest.len());
                let (mut literal, after) = bytes::split(rest, end);
                let rest = bytes::skip(after, 2);
                while !literal.is_empty() {
                    let (character, after) = next_character(literal)?;
                    self.literal(character);
                    literal = after;
                }
                return Ok(rest);
            }
            _ => None,
        };
        if let Some(look) = look {
            self.push(Hir::look(look), Shape::Other);
            return Ok(rest);
        }
        if let Some((class, rest)) = self.named_class(text)? {
            self.push_class(class);
            return Ok(rest);
        }
        let (character, rest) = escaped_character(text)?;
        self.literal(character);
        Ok(rest)
    }

    /// `\d`, `\pL`, `\p{Greek}` and their opposites, if one stands here.
    fn named_class(&self, text: &'a [u8]) -> Result<Option<(ClassUnicode, &'a [u8])>, String> {
        let [b'\\', letter, inside @ ..] = text else { return Ok(None) };
        let lower = letter.to_ascii_lowercase();
        if let Some(class) = class::perl(lower) {
            return Ok(Some((self.signed(class, *letter != lower), inside)));
        }
        if lower != b'p' {
            return Ok(None);
        }
        if inside.is_empty() {
            return fail("invalid character class range", text);
        }
        let (first, after) = next_character(inside)?;
        let (name, rest) = if first == '{' {
            let Some((name, rest)) = bytes::cut(after, b'}') else {
                check_utf8(text)?;
                return fail("invalid character class range", text);
            };
            check_utf8(name)?;
            (name, rest)
        } else {
            (bytes::before(inside, after), after)
        };
        let (name, opposite) = match name {
            [b'^', name @ ..] => (name, true),
            _ => (name, false),
        };
        match class::unicode(&String::from_utf8_lossy(name)) {
            Some(class) => Ok(Some((self.signed(class, opposite != (*letter == b'P')), rest))),
            None => fail("invalid character class range", bytes::before(text, rest)),
        }
    }

    /// A class with other cases added where they do not count, or its opposite.
    fn signed(&self, mut class: ClassUnicode, negative: bool) -> ClassUnicode {
        if self.flags.fold {
            fold(&mut class);
        }
        if negative {
            class.negate();
        }
        class
    }

    /// `[…]`
    fn bracket(&mut self, text: &'a [u8]) -> Result<&'a [u8], String> {
        let inside = bytes::skip(text, 1);
        let (negative, mut rest) = inside.strip_prefix(b"^").map_or((false, inside), |rest| (true, rest));
        let mut ranges = Vec::new();
        let mut plain = Vec::new();
        let mut first = true;
        while first || rest.first() != Some(&b']') {
            first = false;
            if let Some((class, after)) = self.posix_class(rest)? {
                ranges.extend_from_slice(class.ranges());
                rest = after;
                continue;
            }
            if let Some((class, after)) = self.named_class(rest)? {
                ranges.extend_from_slice(class.ranges());
                rest = after;
                continue;
            }
            let start = rest;
            let (low, after) = class_character(rest, text)?;
            rest = after;
            let mut high = low;
            if let [b'-', after @ ..] = rest
                && after.first().is_some_and(|last| *last != b']')
            {
                (high, rest) = class_character(after, text)?;
                if high < low {
                    return fail("invalid character class range", bytes::before(start, rest));
                }
            }
            plain.push((low, high));
        }
        let mut class = class::ranges(&plain);
        if self.flags.fold {
            fold(&mut class);
        }
        class.union(&ClassUnicode::new(ranges));
        if negative {
            class.negate();
        }
        self.push_class(class);
        Ok(bytes::skip(rest, 1))
    }

    /// `[:alpha:]` inside brackets, if one stands here.
    fn posix_class(&self, text: &'a [u8]) -> Result<Option<(ClassUnicode, &'a [u8])>, String> {
        let Some(inside) = text.strip_prefix(b"[:") else { return Ok(None) };
        let Some(end) = memmem::find(inside, b":]") else { return Ok(None) };
        let (name, rest) = bytes::split(inside, end);
        let rest = bytes::skip(rest, 2);
        let (name, negative) = match name {
            [b'^', name @ ..] => (name, true),
            _ => (name, false),
        };
        match class::posix(name) {
            Some(class) => Ok(Some((self.signed(class, negative), rest))),
            None => fail("invalid character class range", bytes::before(text, rest)),
        }
    }
}

/// How high the parts are; parts of the same shape are taken apart.
fn inner_height(items: &[Item], shape: Shape) -> u32 {
    items.iter().map(|item| if item.shape == shape { item.height.saturating_sub(1) } else { item.height }).max().unwrap_or(0)
}

fn fold(class: &mut ClassUnicode) {
    // Fails only where the tables are compiled out, which they are not.
    let _ = class.try_case_fold_simple();
}

/// How often a repetition repeats, at least and at most.
type Counts = (u32, Option<u32>);

/// The counts of `{n}`, `{n,}` or `{n,m}` and what follows; `None` where the brace is only a brace.
/// Numbers that are too large come back as `u32::MAX`.
fn counts(text: &[u8]) -> Option<(Counts, &[u8])> {
    let (least, rest) = count(text.get(1..)?)?;
    let (most, rest) = match rest {
        [b',', rest @ ..] if rest.starts_with(b"}") => (None, rest),
        [b',', rest @ ..] => {
            let (most, rest) = count(rest)?;
            (Some(most), rest)
        }
        _ => (Some(least), rest),
    };
    let least = if most == Some(u32::MAX) { u32::MAX } else { least };
    Some(((least, most), rest.strip_prefix(b"}")?))
}

fn count(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = bytes::span(text, |byte| byte.is_ascii_digit());
    if matches!(digits, [] | [b'0', _, ..]) {
        return None;
    }
    let number = std::str::from_utf8(digits).ok().filter(|digits| digits.len() < 9).and_then(|digits| digits.parse().ok());
    Some((number.unwrap_or(u32::MAX), rest))
}
