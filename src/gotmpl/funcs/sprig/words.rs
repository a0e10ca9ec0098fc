//! Words: letter case, wrapping, abbreviation. goutils and xstrings, whose algorithms differ in what a word is.

use super::arguments::{int, made, text, value};
use super::letters::{
    decode, is_digit, is_letter, is_lower, is_number, is_punctuation, is_space, is_title, is_upper, runes, to_lower, to_title, to_upper,
};
use super::{Call, Failure, Function, row};
use crate::data::Value;

/// The rows.
pub const TABLE: &[Function] = &[
    row("upper", "(string) string", upper, "The text in upper case.", r#"{{ upper "abc" }}"#),
    row("lower", "(string) string", lower, "The text in lower case.", r#"{{ lower "ABC" }}"#),
    row("title", "(string) string", title, "The text with the first letter of each word as a capital.", r#"{{ title "hello world" }}"#),
    row(
        "untitle",
        "(string) string",
        untitle,
        "The text with the first letter of each word in lower case.",
        r#"{{ untitle "Hello World" }}"#,
    ),
    row("swapcase", "(string) string", swapcase, "The text with upper and lower case exchanged.", r#"{{ swapcase "Go Lang" }}"#),
    row(
        "camelcase",
        "(string) string",
        camelcase,
        "The words of the text joined, each with a capital: `HttpServer`.",
        r#"{{ camelcase "http_server" }}"#,
    ),
    row(
        "snakecase",
        "(string) string",
        snakecase,
        "The words of the text in lower case, joined by underscores.",
        r#"{{ snakecase "FirstName" }}"#,
    ),
    row(
        "kebabcase",
        "(string) string",
        kebabcase,
        "The words of the text in lower case, joined by hyphens.",
        r#"{{ kebabcase "FirstName" }}"#,
    ),
    row("initials", "(string) string", initials, "The first letter of each word of the text.", r#"{{ initials "First Try" }}"#),
    row("abbrev", "(int, string) string", abbrev, "The text cut to a width, ending in dots.", r#"{{ abbrev 5 "hello world" }}"#),
    row(
        "abbrevboth",
        "(int, int, string) string",
        abbrevboth,
        "The text cut at both ends, with dots.",
        r#"{{ abbrevboth 5 10 "1234 5678 9123" }}"#,
    ),
    row(
        "wrap",
        "(int, string) string",
        wrap,
        "The text broken into lines at spaces, long words left whole.",
        r#"{{ wrap 5 "hello big world" }}"#,
    ),
    row(
        "wrapWith",
        "(int, string, string) string",
        wrap_with,
        "The text broken into lines with a separator, also inside long words.",
        r#"{{ wrapWith 5 "\t" "hello world" }}"#,
    ),
];

fn upper(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(mapped(arguments, to_upper))
}

fn lower(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(mapped(arguments, to_lower))
}

fn title(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut before = ' ';
    Ok(mapped(arguments, |rune| {
        let begins = separates(before);
        before = rune;
        if begins { to_title(rune) } else { rune }
    }))
}

/// What stands between words for `strings.Title`.
fn separates(rune: char) -> bool {
    match rune {
        '\0'..='\x7f' => !rune.is_ascii_alphanumeric() && rune != '_',
        _ => !is_letter(rune) && !is_digit(rune) && is_space(rune),
    }
}

fn untitle(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut begins = true;
    Ok(mapped(arguments, |rune| {
        if is_space(rune) {
            begins = true;
            return rune;
        }
        if std::mem::take(&mut begins) { to_lower(rune) } else { rune }
    }))
}

fn swapcase(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut after_space = true;
    Ok(mapped(arguments, |rune| {
        if is_upper(rune) || is_title(rune) {
            after_space = false;
            to_lower(rune)
        } else if is_lower(rune) {
            if std::mem::take(&mut after_space) { to_title(rune) } else { to_upper(rune) }
        } else {
            after_space = is_space(rune);
            rune
        }
    }))
}

/// The first argument with every character replaced; itself where nothing changes.
fn mapped(arguments: &[Value], map: impl FnMut(char) -> char) -> Value {
    let result: String = runes(text(arguments, 0)).map(map).collect();
    if result.as_bytes() == text(arguments, 0) { value(arguments, 0).clone() } else { made(result, arguments, 0) }
}

fn initials(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut out = String::new();
    let mut gap = true;
    // parity: goutils Initials takes every byte for a character
    for byte in text(arguments, 0) {
        let rune = char::from(*byte);
        if is_space(rune) {
            gap = true;
        } else if std::mem::take(&mut gap) {
            out.push(rune);
        }
    }
    Ok(made(out, arguments, 0))
}

fn abbrev(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (width, whole) = (int(arguments, 0), text(arguments, 1));
    Ok(shortened(arguments, 1, if width < 4 { None } else { abbreviated(whole, 0, width) }))
}

fn abbrevboth(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (left, right, whole) = (int(arguments, 0), int(arguments, 1), text(arguments, 2));
    let as_it_is = right < 4 || left > 0 && right < 7;
    Ok(shortened(arguments, 2, if as_it_is { None } else { abbreviated(whole, left, right) }))
}

fn shortened(arguments: &[Value], about: usize, result: Option<Vec<u8>>) -> Value {
    result.map_or_else(|| value(arguments, about).clone(), |result| made(Value::string(result), arguments, about))
}

/// goutils `AbbreviateFull`; `None` where the text fits. Counts bytes; `width` is at least 4, and 7 with an offset.
fn abbreviated(whole: &[u8], offset: i64, width: i64) -> Option<Vec<u8>> {
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    if length <= width {
        return None;
    }
    let part = |start: i64, end: i64| whole.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?);
    let mut offset = offset.min(length);
    // what is left beside three dots
    let shown = width.saturating_sub(3);
    if length.saturating_sub(offset) < shown {
        offset = length.saturating_sub(shown);
    }
    if offset <= 4 {
        return Some([part(0, shown).unwrap_or(&[]), b"..."].concat());
    }
    if width < 7 {
        return Some(Vec::new());
    }
    if offset.saturating_add(shown) < length {
        // parity: goutils calls itself with the width less 3, and takes its error (a width below 4) for empty text
        let tail = part(offset, length).unwrap_or(&[]);
        let tail = abbreviated(tail, 0, shown).unwrap_or_else(|| tail.to_vec());
        return Some([&b"..."[..], &tail].concat());
    }
    Some([b"...", part(length.saturating_sub(shown), length).unwrap_or(&[])].concat())
}

fn wrap(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(wrapped(call, text(arguments, 1), int(arguments, 0), b"\n", false)?), arguments, 1))
}

fn wrap_with(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let separator = text(arguments, 1);
    let separator = if separator.is_empty() { b"\n" } else { separator };
    Ok(made(Value::string(wrapped(call, text(arguments, 2), int(arguments, 0), separator, true)?), arguments, 2))
}

/// goutils `WrapCustom`: columns are bytes, words end at spaces only.
fn wrapped(call: &Call<'_>, whole: &[u8], width: i64, separator: &[u8], cut_words: bool) -> Result<Vec<u8>, Failure> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let mut out: Vec<u8> = Vec::new();
    let mut rest = whole;
    while rest.len() > width {
        if let Some(after) = rest.strip_prefix(b" ") {
            rest = after;
            continue;
        }
        let in_line = rest.iter().take(width.saturating_add(1)).rposition(|byte| *byte == b' ');
        let later = || rest.iter().skip(width).position(|byte| *byte == b' ').map(|found| found.saturating_add(width));
        let (end, next) = match in_line {
            Some(space) => (space, space.saturating_add(1)),
            None if cut_words => (width, width),
            None => match later() {
                Some(space) => (space, space.saturating_add(1)),
                None => break,
            },
        };
        out.extend_from_slice(rest.get(..end).unwrap_or(&[]));
        out.extend_from_slice(separator);
        call.check_size(out.len() as u128)?;
        rest = rest.get(next..).unwrap_or(&[]);
    }
    out.extend_from_slice(rest);
    Ok(out)
}

/// What xstrings takes for a joint between words.
fn connects(rune: char) -> bool {
    rune == '-' || rune == '_' || is_space(rune)
}

fn camelcase(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut rest = runes(text(arguments, 0));
    let mut out = String::new();
    let mut last = None;
    // joints at the start stay, and the first letter becomes a capital
    let mut after_capital = false;
    for rune in rest.by_ref() {
        if !connects(rune) {
            after_capital = is_upper(rune);
            last = Some(to_upper(rune));
            break;
        }
        out.push(rune);
        last = None;
    }
    let Some(mut before) = last else {
        // parity: xstrings writes the last joint of a text of nothing but joints twice
        out.extend(out.chars().next_back());
        return Ok(made(out, arguments, 0));
    };
    for mut rune in rest {
        if connects(rune) && connects(before) {
            out.push(before);
            before = rune;
            continue;
        }
        if connects(before) {
            after_capital = is_upper(rune);
            rune = to_upper(rune);
        } else {
            if after_capital {
                if is_upper(rune) {
                    rune = to_lower(rune);
                } else {
                    after_capital = false;
                }
            }
            out.push(before);
        }
        before = rune;
    }
    out.push(before);
    Ok(made(out, arguments, 0))
}

fn snakecase(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(joined_in_lower_case(text(arguments, 0), '_')), arguments, 0))
}

fn kebabcase(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(joined_in_lower_case(text(arguments, 0), '-')), arguments, 0))
}

/// What a run of characters is for snakecase and kebabcase.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// Nothing, or nothing but invalid UTF-8.
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

impl Run {
    /// Whether a joint is wanted between a word and this run.
    fn wants_joint(self) -> bool {
        self != Run::Connector && self != Run::Punctuation
    }
}

/// A letter of a script with case, roughly: Chinese characters are none.
fn in_alphabet(rune: char) -> bool {
    let chinese = matches!(rune, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}');
    is_letter(rune) && !chinese
}

/// The next valid character and how far its end is; `before` where only invalid bytes are left.
fn next_valid(bytes: &[u8], before: char) -> (char, usize) {
    let mut at = 0usize;
    while let Some((rune, size)) = decode(bytes.get(at..).unwrap_or(&[])) {
        at = at.saturating_add(size);
        if rune != char::REPLACEMENT_CHARACTER {
            return (rune, at);
        }
    }
    (before, at)
}

/// Where the run that starts with `rune` and reaches `end` so far stops.
fn run_end(bytes: &[u8], mut end: usize, mut rune: char, belongs: impl Fn(char) -> bool) -> usize {
    while end < bytes.len() {
        let size;
        (rune, size) = next_valid(bytes.get(end..).unwrap_or(&[]), rune);
        if !belongs(rune) {
            break;
        }
        end = end.saturating_add(size);
    }
    end
}

/// Splits off the first run.
fn next_run(bytes: &[u8]) -> (Run, &[u8], &[u8]) {
    let (rune, size) = next_valid(bytes, char::REPLACEMENT_CHARACTER);
    let (run, end) = if rune == char::REPLACEMENT_CHARACTER {
        (Run::Invalid, size)
    } else if connects(rune) {
        (Run::Connector, run_end(bytes, size, rune, connects))
    } else if is_punctuation(rune) {
        (Run::Punctuation, run_end(bytes, size, rune, is_punctuation))
    } else if is_upper(rune) {
        (Run::Upper, capital_run_end(bytes, size, rune))
    } else if in_alphabet(rune) {
        (Run::Alphabet, run_end(bytes, size, rune, |rune| in_alphabet(rune) && !is_upper(rune)))
    } else if is_number(rune) {
        (Run::Number, run_end(bytes, size, rune, is_number))
    } else {
        let other = |rune| !connects(rune) && !in_alphabet(rune) && !is_number(rune) && !is_punctuation(rune);
        (Run::Other, run_end(bytes, size, rune, other))
    };
    let (word, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    (run, word, rest)
}

/// `HTTP`, or `Status`; of `HTTPStatus` only the `HTTP`.
fn capital_run_end(bytes: &[u8], end: usize, rune: char) -> usize {
    if end >= bytes.len() {
        return end;
    }
    let (second, size) = next_valid(bytes.get(end..).unwrap_or(&[]), rune);
    if !is_upper(second) {
        let word = |rune| in_alphabet(rune) && !is_upper(rune);
        return if in_alphabet(second) { run_end(bytes, end.saturating_add(size), second, word) } else { end };
    }
    let (mut end, mut last_size, mut rune) = (end.saturating_add(size), size, second);
    while end < bytes.len() {
        let size;
        (rune, size) = next_valid(bytes.get(end..).unwrap_or(&[]), rune);
        if !is_upper(rune) {
            return if in_alphabet(rune) { end.saturating_sub(last_size) } else { end };
        }
        last_size = size;
        end = end.saturating_add(size);
    }
    end
}

/// xstrings `ToSnakeCase` and `ToKebabCase`.
fn joined_in_lower_case(whole: &[u8], joint: char) -> Vec<u8> {
    let mut out = LowerCase { out: Vec::with_capacity(whole.len().saturating_add(8)), joint };
    let (mut run, mut word, mut rest) = next_run(whole);
    while !rest.is_empty() {
        if run != Run::Connector {
            out.put(run, word);
        }
        let (before, word_before) = (run, word);
        (run, word, rest) = next_run(rest);
        match before {
            Run::Connector => out.put(before, word_before),
            Run::Punctuation => {}
            Run::Number => {
                (run, word, rest) = out.put_words_and_numbers(run, word, rest);
                out.join_unless(run == Run::Invalid || !run.wants_joint());
            }
            _ if run != Run::Number => out.join_unless(!run.wants_joint()),
            _ if rest.is_empty() => {}
            _ => {
                // a number after a word belongs to it, as in bld4_floor, unless small letters follow, as in http_2xx
                let number = word;
                (run, word, rest) = next_run(rest);
                if run == Run::Alphabet {
                    out.join_unless(false);
                    out.put(Run::Number, number);
                    (run, word, rest) = out.put_words_and_numbers(run, word, rest);
                    out.join_unless(run == Run::Invalid || !run.wants_joint());
                } else {
                    out.put(Run::Number, number);
                    out.join_unless(!run.wants_joint());
                }
            }
        }
    }
    out.put(run, word);
    out.out
}

struct LowerCase {
    out: Vec<u8>,
    joint: char,
}

impl LowerCase {
    fn put(&mut self, run: Run, word: &[u8]) {
        if run != Run::Upper && run != Run::Connector {
            self.out.extend_from_slice(word);
            return;
        }
        for rune in runes(word) {
            let rune = if connects(rune) { self.joint } else { to_lower(rune) };
            self.out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn put_words_and_numbers<'a>(&mut self, mut run: Run, mut word: &'a [u8], mut rest: &'a [u8]) -> (Run, &'a [u8], &'a [u8]) {
        while run == Run::Alphabet || run == Run::Number {
            self.put(run, word);
            (run, word, rest) = next_run(rest);
        }
        (run, word, rest)
    }

    fn join_unless(&mut self, touches: bool) {
        if !touches {
            self.out.extend_from_slice(self.joint.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
