//! Text: trimming, cutting, joining, quoting. Bytes, as Go's strings are.

use std::collections::BTreeMap;

use memchr::memmem::Finder;

use super::arguments::{int, made, origin, printed, string, strings, strval, text, value};
use super::letters::{decode, decode_last, is_space, runes};
use super::{Call, Failure, Function, row};
use crate::data::{Kind, List, Map, Origin, Str, Type, Value};
use crate::golang::fmt::append_value;
use crate::golang::strconv;

/// The rows.
pub const TABLE: &[Function] = &[
    row("hello", "() string", hello, "The text `Hello!`.", "{{ hello }}"),
    row("trim", "(string) string", trim, "The text without white space at both ends.", r#"{{ trim "  a " }}"#),
    row(
        "trimAll",
        "(string, string) string",
        trim_all,
        "The text without any of the given characters at both ends.",
        r#"{{ trimAll "$" "$5.00$" }}"#,
    ),
    row(
        "trimall",
        "(string, string) string",
        trim_all,
        "The text without any of the given characters at both ends; the old name of trimAll.",
        r#"{{ trimall "$" "$5.00$" }}"#,
    ),
    row("trimSuffix", "(string, string) string", trim_suffix, "The text without that ending.", r#"{{ trimSuffix "-" "ab-" }}"#),
    row("trimPrefix", "(string, string) string", trim_prefix, "The text without that beginning.", r#"{{ trimPrefix "v" "v1.2" }}"#),
    row(
        "trunc",
        "(int, string) string",
        trunc,
        "At most so many bytes of the text: from its start, or from its end when negative.",
        r#"{{ trunc 5 "hello world" }}"#,
    ),
    row(
        "substr",
        "(int, int, string) string",
        substr,
        "The bytes from one position up to before another.",
        r#"{{ substr 0 5 "hello world" }}"#,
    ),
    row("repeat", "(int, string) string", repeat, "The text repeated so many times.", r#"{{ repeat 3 "ab" }}"#),
    row(
        "replace",
        "(string, string, string) string",
        replace,
        "The text with every occurrence of the first replaced by the second.",
        r#"{{ "a.b.c" | replace "." "-" }}"#,
    ),
    row("nospace", "(string) string", nospace, "The text without any white space.", r#"{{ nospace "a b c" }}"#),
    row("contains", "(string, string) bool", contains, "Whether the first text is in the second.", r#"{{ contains "cat" "catch" }}"#),
    row(
        "hasPrefix",
        "(string, string) bool",
        has_prefix,
        "Whether the second text begins with the first.",
        r#"{{ hasPrefix "cat" "catch" }}"#,
    ),
    row(
        "hasSuffix",
        "(string, string) bool",
        has_suffix,
        "Whether the second text ends with the first.",
        r#"{{ hasSuffix "ch" "catch" }}"#,
    ),
    row(
        "quote",
        "(...interface {}) string",
        quote,
        "The values in double quotes with Go's escapes, spaces between; nil is left out.",
        r#"{{ quote "a\"b" 1 }}"#,
    ),
    row(
        "squote",
        "(...interface {}) string",
        squote,
        "The values in single quotes, nothing escaped, spaces between; nil is left out.",
        r#"{{ squote "a" 1 }}"#,
    ),
    row("cat", "(...interface {}) string", cat, "The values as text with spaces between; nil is left out.", r#"{{ cat "a" 1 "b" }}"#),
    row("indent", "(int, string) string", indent, "The text with every line moved right by so many spaces.", r#"{{ indent 2 "a\nb" }}"#),
    row(
        "nindent",
        "(int, string) string",
        nindent,
        "A line end, and the text with every line moved right by so many spaces.",
        r#"{{ nindent 2 "a\nb" }}"#,
    ),
    row(
        "plural",
        "(string, string, int) string",
        plural,
        "The first text for exactly one, the second for every other count.",
        r#"{{ plural "pod" "pods" 2 }}"#,
    ),
    row("toString", "(interface {}) string", to_string, "The value as text.", "{{ toString 12 }}"),
    row("toStrings", "(interface {}) []string", to_strings, "The list with every item as text.", "{{ toStrings (list 1 2) }}"),
    row("join", "(string, interface {}) string", join, "The items as text with a separator between.", r#"{{ list 1 2 3 | join "," }}"#),
    row(
        "split",
        "(string, string) map[string]string",
        split,
        "The parts between separators, as a map with the keys _0, _1 and so on.",
        r#"{{ (split "." "a.b")._1 }}"#,
    ),
    row(
        "splitn",
        "(string, int, string) map[string]string",
        splitn,
        "At most so many parts between separators, as a map with the keys _0, _1 and so on; the last one holds the rest.",
        r#"{{ (splitn "." 2 "a.b.c")._1 }}"#,
    ),
    row("splitList", "(string, string) []string", split_list, "The parts between separators, as a list.", r#"{{ splitList "." "a.b.c" }}"#),
    row("sortAlpha", "(interface {}) []string", sort_alpha, "The items as text, sorted bytewise.", r#"{{ sortAlpha (list "b" "a") }}"#),
];

fn hello(_: &mut Call<'_>, _: &[Value]) -> Result<Value, Failure> {
    Ok("Hello!".into())
}

fn trim(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(cut(arguments, 0, trimmed(text(arguments, 0), is_space)))
}

fn trim_all(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let set: Vec<char> = runes(text(arguments, 0)).collect();
    Ok(cut(arguments, 1, trimmed(text(arguments, 1), |rune| set.contains(&rune))))
}

fn trim_suffix(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let whole = text(arguments, 1);
    Ok(cut(arguments, 1, whole.strip_suffix(text(arguments, 0)).unwrap_or(whole)))
}

fn trim_prefix(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let whole = text(arguments, 1);
    Ok(cut(arguments, 1, whole.strip_prefix(text(arguments, 0)).unwrap_or(whole)))
}

fn trunc(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (count, whole) = (int(arguments, 0), text(arguments, 1));
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let part = match usize::try_from(count) {
        Ok(count) => whole.get(..count).unwrap_or(whole),
        Err(_) => usize::try_from(length.saturating_add(count)).ok().and_then(|start| whole.get(start..)).unwrap_or(whole),
    };
    Ok(cut(arguments, 1, part))
}

fn substr(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (start, end, whole) = (int(arguments, 0), int(arguments, 1), text(arguments, 2));
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let (start, end) = match (start, end) {
        (..=-1, end) => {
            if end < 0 {
                return Err(format!("runtime error: slice bounds out of range [:{end}]").into());
            }
            if end > length {
                return Err(format!("runtime error: slice bounds out of range [:{end}] with length {length}").into());
            }
            (0, end)
        }
        (start, end) if end < 0 || end > length => (start, length),
        both => both,
    };
    if start > end {
        return Err(format!("runtime error: slice bounds out of range [{start}:{end}]").into());
    }
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
    Ok(cut(arguments, 2, whole.get(range).unwrap_or(&[])))
}

fn repeat(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (count, part) = (int(arguments, 0), text(arguments, 1));
    let count = usize::try_from(count).map_err(|_| Failure::from("strings: negative Repeat count"))?;
    call.check_size((count as u128).saturating_mul(part.len() as u128))?;
    let count = if part.is_empty() { 0 } else { count };
    Ok(made(Value::string(part.repeat(count)), arguments, 1))
}

fn replace(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (old, new, whole) = (text(arguments, 0), text(arguments, 1), text(arguments, 2));
    let result = replaced(call, whole, old, new)?;
    Ok(result.map_or_else(|| value(arguments, 2).clone(), |result| made(Value::string(result), arguments, 2)))
}

fn nospace(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let whole = text(arguments, 0);
    let kept: Vec<u8> = whole.iter().copied().filter(|byte| !is_space(char::from(*byte))).collect();
    if kept.len() == whole.len() {
        return Ok(value(arguments, 0).clone());
    }
    // parity: goutils DeleteWhiteSpace takes every byte for a character once it has found white space
    let result: String = kept.into_iter().map(char::from).collect();
    Ok(made(result, arguments, 0))
}

fn contains(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (part, whole) = (text(arguments, 0), text(arguments, 1));
    Ok(made(part.is_empty() || Finder::new(part).find(whole).is_some(), arguments, 1))
}

fn has_prefix(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(text(arguments, 1).starts_with(text(arguments, 0)), arguments, 1))
}

fn has_suffix(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(text(arguments, 1).ends_with(text(arguments, 0)), arguments, 1))
}

fn quote(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let parts = arguments.iter().filter(|value| !value.is_nil());
    let result = call.text(|out| {
        for (at, part) in parts.enumerate() {
            out.extend((at > 0).then_some(b' '));
            strconv::append_quote(out, &strval(part));
        }
    });
    Ok(result.from_origin(origin(arguments)))
}

fn squote(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let parts = arguments.iter().filter(|value| !value.is_nil());
    let result = call.text(|out| {
        for (at, part) in parts.enumerate() {
            out.extend((at > 0).then_some(b' '));
            out.push(b'\'');
            append_value(out, part);
            out.push(b'\'');
        }
    });
    Ok(result.from_origin(origin(arguments)))
}

fn cat(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let parts: Vec<Vec<u8>> = arguments.iter().filter(|value| !value.is_nil()).map(printed).collect();
    Ok(Value::string(parts.join(&b' ')).from_origin(origin(arguments)))
}

fn indent(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    indented(call, b"", arguments)
}

fn nindent(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    indented(call, b"\n", arguments)
}

fn indented(call: &mut Call<'_>, before: &[u8], arguments: &[Value]) -> Result<Value, Failure> {
    let (spaces, whole) = (int(arguments, 0), text(arguments, 1));
    let spaces = usize::try_from(spaces).map_err(|_| Failure::from("strings: negative Repeat count"))?;
    let lines = whole.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
    let size = (spaces as u128).saturating_mul(lines as u128).saturating_add(whole.len() as u128).saturating_add(before.len() as u128);
    call.check_size(size)?;
    let result = call.text(|out| {
        out.reserve(usize::try_from(size).unwrap_or_default());
        out.extend_from_slice(before);
        out.resize(out.len().saturating_add(spaces), b' ');
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            out.extend_from_slice(line);
            if line.ends_with(b"\n") {
                out.resize(out.len().saturating_add(spaces), b' ');
            }
        }
    });
    Ok(made(result, arguments, 1))
}

fn plural(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(value(arguments, usize::from(int(arguments, 2) != 1)).clone())
}

fn to_string(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    Ok(string(value(arguments, 0)))
}

fn to_strings(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let of = value(arguments, 0);
    if of.as_list().is_some_and(|list| list.go_type() == Type::Strings) {
        return Ok(of.clone());
    }
    Ok(list_of(strings(of), of.origin))
}

fn join(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let (separator, of) = (text(arguments, 0), value(arguments, 1));
    let parts = strings(of);
    let bytes: usize = parts.iter().filter_map(Value::as_str).map(|part| part.len()).sum();
    call.check_size((separator.len() as u128).saturating_mul(parts.len() as u128).saturating_add(bytes as u128))?;
    let texts: Vec<&[u8]> = parts.iter().filter_map(Value::as_str).map(Str::as_bytes).collect();
    let from = of.origin.or(origin(&parts)).or(origin(arguments));
    Ok(Value::string(texts.join(separator)).from_origin(from))
}

fn split(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    numbered(split_at_most(call, text(arguments, 0), -1, arguments, 1)?, value(arguments, 1).origin)
}

fn splitn(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let parts = split_at_most(call, text(arguments, 0), int(arguments, 1), arguments, 2)?;
    numbered(parts, value(arguments, 2).origin)
}

fn split_list(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let parts = split_at_most(call, text(arguments, 0), -1, arguments, 1)?;
    Ok(list_of(parts, value(arguments, 1).origin))
}

fn sort_alpha(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    let of = value(arguments, 0);
    if of.as_list().is_some_and(|list| list.is_nil() && list.go_type() == Type::Strings) {
        return Ok(of.clone());
    }
    let mut items = if of.is_nil() { vec![string(of)] } else { strings(of) };
    items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    Ok(list_of(items, of.origin))
}

/// A `[]string`.
pub(super) fn list_of(items: Vec<Value>, from: Origin) -> Value {
    Value::from(Kind::List(List::typed(Type::Strings, items))).from_origin(from)
}

fn numbered(parts: Vec<Value>, from: Origin) -> Result<Value, Failure> {
    let entries: BTreeMap<Str, Value> = parts.into_iter().enumerate().map(|(at, part)| (Str::from(format!("_{at}")), part)).collect();
    Ok(Value::from(Map::typed(Type::StringMap, entries)).from_origin(from))
}

/// A part of an argument's text: that argument itself when it is all of it.
fn cut(arguments: &[Value], at: usize, part: &[u8]) -> Value {
    let whole = value(arguments, at);
    if part.len() == text(arguments, at).len() { whole.clone() } else { made(Value::string(part), arguments, at) }
}

fn trimmed(whole: &[u8], unwanted: impl Fn(char) -> bool) -> &[u8] {
    let mut rest = whole;
    while let Some((rune, size)) = decode(rest)
        && unwanted(rune)
    {
        rest = rest.get(size..).unwrap_or(&[]);
    }
    while let Some((rune, size)) = decode_last(rest)
        && unwanted(rune)
    {
        rest = rest.get(..rest.len().saturating_sub(size)).unwrap_or(&[]);
    }
    rest
}

/// `strings.SplitN`, with the origin of the text that is split.
fn split_at_most(call: &Call<'_>, separator: &[u8], most: i64, arguments: &[Value], at: usize) -> Result<Vec<Value>, Failure> {
    let whole = text(arguments, at);
    let from = value(arguments, at).origin;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut rest = whole;
    let finder = Finder::new(separator);
    while most > 0 && parts.len().saturating_add(1) < most {
        let (end, next) = if separator.is_empty() {
            let Some((_, size)) = decode(rest).filter(|(_, size)| *size < rest.len()) else { break };
            (size, size)
        } else {
            let Some(found) = finder.find(rest) else { break };
            (found, found.saturating_add(separator.len()))
        };
        parts.push(Value::string(rest.get(..end).unwrap_or(&[])).from_origin(from));
        call.check_items(parts.len() as u128)?;
        rest = rest.get(next..).unwrap_or(&[]);
    }
    if most > 0 && !(separator.is_empty() && whole.is_empty()) {
        parts.push(Value::string(rest).from_origin(from));
    }
    Ok(parts)
}

/// `strings.ReplaceAll`; `None` where nothing is to be replaced.
pub(super) fn replaced(call: &Call<'_>, whole: &[u8], old: &[u8], new: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    if old == new {
        return Ok(None);
    }
    let mut places = Vec::new();
    if old.is_empty() {
        let mut at = 0usize;
        places.push(0);
        while let Some((_, size)) = decode(whole.get(at..).unwrap_or(&[])) {
            at = at.saturating_add(size);
            places.push(at);
        }
    } else {
        let finder = Finder::new(old);
        let mut at = 0usize;
        while let Some(found) = finder.find(whole.get(at..).unwrap_or(&[])) {
            let place = at.saturating_add(found);
            places.push(place);
            at = place.saturating_add(old.len());
        }
    }
    if places.is_empty() {
        return Ok(None);
    }
    let count = places.len() as u128;
    let size = (whole.len() as u128).saturating_add(count.saturating_mul(new.len() as u128));
    call.check_size(size.saturating_sub(count.saturating_mul(old.len() as u128)))?;
    let mut out = Vec::with_capacity(whole.len());
    let mut at = 0;
    for place in places {
        out.extend_from_slice(whole.get(at..place).unwrap_or(&[]));
        out.extend_from_slice(new);
        at = place.saturating_add(old.len());
    }
    out.extend_from_slice(whole.get(at..).unwrap_or(&[]));
    Ok(Some(out))
}
