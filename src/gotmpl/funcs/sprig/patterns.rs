//! Regular expressions: RE2 as Go's `regexp` has it. The forms without `must` panic in Go, with other words.

use std::sync::Arc;

use super::arguments::{int, made, text, value};
use super::{Call, Failure, Function, row};
use crate::data::{List, Type, Value};
use crate::golang::regexp::{Fault, Regexp, quote_meta};
use crate::golang::strconv;
use crate::gotmpl::limits::{Limit, Reached};

/// The rows.
pub const TABLE: &[Function] = &[
    row(
        "regexMatch",
        "(string, string) bool",
        matches,
        "Whether the pattern is found in the text; false for a faulty pattern.",
        r#"{{ regexMatch "^a+$" "aaa" }}"#,
    ),
    row(
        "mustRegexMatch",
        "(string, string) (bool, error)",
        must_match,
        "Whether the pattern is found in the text; fails on a faulty pattern.",
        r#"{{ mustRegexMatch "^a+$" "aaa" }}"#,
    ),
    row(
        "regexFind",
        "(string, string) string",
        find,
        "The first match; empty where there is none.",
        r#"{{ regexFind "[a-z]+" "12ab34" }}"#,
    ),
    row(
        "mustRegexFind",
        "(string, string) (string, error)",
        must_find,
        "The first match; empty where there is none, as regexFind gives it.",
        r#"{{ mustRegexFind "[a-z]+" "12ab34" }}"#,
    ),
    row(
        "regexFindAll",
        "(string, string, int) []string",
        find_all,
        "At most so many matches; all for -1.",
        r#"{{ regexFindAll "[0-9]" "1a2b3" -1 }}"#,
    ),
    row(
        "mustRegexFindAll",
        "(string, string, int) ([]string, error)",
        must_find_all,
        "At most so many matches; all for -1, as regexFindAll gives it.",
        r#"{{ mustRegexFindAll "[0-9]" "1a2b3" 2 }}"#,
    ),
    row(
        "regexReplaceAll",
        "(string, string, string) string",
        replace_all,
        "The text with every match replaced; $1 and ${name} stand for groups.",
        r#"{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}"#,
    ),
    row(
        "mustRegexReplaceAll",
        "(string, string, string) (string, error)",
        must_replace_all,
        "The text with every match replaced; $1 and ${name} stand for groups, as regexReplaceAll gives it.",
        r#"{{ mustRegexReplaceAll "a(x*)b" "-ab-" "${1}W" }}"#,
    ),
    row(
        "regexReplaceAllLiteral",
        "(string, string, string) string",
        replace_all_literal,
        "The text with every match replaced by a text as it is.",
        r#"{{ regexReplaceAllLiteral "a(x*)b" "-ab-" "$1" }}"#,
    ),
    row(
        "mustRegexReplaceAllLiteral",
        "(string, string, string) (string, error)",
        must_replace_all_literal,
        "The text with every match replaced by a text as it is, as regexReplaceAllLiteral gives it.",
        r#"{{ mustRegexReplaceAllLiteral "a(x*)b" "-ab-" "$1" }}"#,
    ),
    row(
        "regexSplit",
        "(string, string, int) []string",
        split,
        "The parts between matches, at most so many; all for -1.",
        r#"{{ regexSplit "z+" "pizza" -1 }}"#,
    ),
    row(
        "mustRegexSplit",
        "(string, string, int) ([]string, error)",
        must_split,
        "The parts between matches, at most so many; all for -1, as regexSplit gives it.",
        r#"{{ mustRegexSplit "z+" "pizza" -1 }}"#,
    ),
    row(
        "regexQuoteMeta",
        "(string) string",
        quote,
        "The text as a pattern that matches nothing but it.",
        r#"{{ regexQuoteMeta "1.2.3" }}"#,
    ),
];

/// The pattern that the first argument is.
fn pattern(call: &mut Call<'_>, arguments: &[Value]) -> Result<Arc<Regexp>, Failure> {
    let pattern = text(arguments, 0);
    call.cached(pattern, || {
        call.spend(COMPILING)?;
        let made = Regexp::new(pattern, call.limits().regexp).map_err(|fault| match fault {
            Fault::Syntax(words) => words.into(),
            Fault::TooLarge(words) => Failure::from(Reached { limit: Limit::Regexp, message: words }),
        })?;
        let size = made.size();
        call.spend(size as u64 / 8)?;
        Ok((made, size))
    })
}

/// Steps that compiling a pattern takes, beside those for its size.
const COMPILING: u64 = 200;
/// Steps that one match takes.
const MATCHING: u64 = 4;

/// As [`pattern`], with the words of `regexp.MustCompile`.
fn panicking_pattern(call: &mut Call<'_>, arguments: &[Value]) -> Result<Arc<Regexp>, Failure> {
    pattern(call, arguments).map_err(|failure| match failure {
        Failure::Text(words) => {
            let pattern = text(arguments, 0);
            let quoted = match std::str::from_utf8(pattern) {
                Ok(pattern) if strconv::can_backquote(pattern.as_bytes()) => format!("`{pattern}`"),
                _ => strconv::quote(pattern),
            };
            format!("regexp: Compile({quoted}): {words}").into()
        }
        other => other,
    })
}

fn matches(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let found = match pattern(call, arguments) {
        Ok(pattern) => pattern.is_match(text(arguments, 1)),
        Err(failure @ Failure::Limit(_)) => return Err(failure),
        Err(_) => false,
    };
    Ok(made(found, arguments, 1))
}

fn must_match(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(pattern(call, arguments)?.is_match(text(arguments, 1)), arguments, 1))
}

fn find(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(found(&*panicking_pattern(call, arguments)?, arguments))
}

fn must_find(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(found(&*pattern(call, arguments)?, arguments))
}

fn found(pattern: &Regexp, arguments: &[Value]) -> Value {
    let whole = text(arguments, 1);
    let part = pattern.find(whole).and_then(|(start, end)| whole.get(start..end)).unwrap_or(&[]);
    made(Value::string(part), arguments, 1)
}

fn find_all(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = panicking_pattern(call, arguments)?;
    all_found(call, &pattern, arguments)
}

fn must_find_all(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = pattern(call, arguments)?;
    all_found(call, &pattern, arguments)
}

fn all_found(call: &Call<'_>, pattern: &Regexp, arguments: &[Value]) -> Result<Value, Failure> {
    let parts = parts(call, arguments, |go_on| pattern.find_all(text(arguments, 1), int(arguments, 2), go_on))?;
    // Go starts with room for ten
    let list = if parts.is_empty() { List::nil(Type::Strings) } else { List::appended(Type::Strings, parts, 10) };
    Ok(made(list, arguments, 1))
}

fn split(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = panicking_pattern(call, arguments)?;
    all_between(call, &pattern, arguments)
}

fn must_split(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = pattern(call, arguments)?;
    all_between(call, &pattern, arguments)
}

fn all_between(call: &Call<'_>, pattern: &Regexp, arguments: &[Value]) -> Result<Value, Failure> {
    let limit = int(arguments, 2);
    let parts = parts(call, arguments, |go_on| pattern.split(text(arguments, 1), limit, go_on))?;
    // Go starts with room for as many as there are matches
    let room = u32::try_from(parts.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let list = if limit == 0 { List::nil(Type::Strings) } else { List::appended(Type::Strings, parts, room) };
    Ok(made(list, arguments, 1))
}

/// The parts of the second argument that a search finds, which asks whether to go on.
fn parts(
    call: &Call<'_>,
    arguments: &[Value],
    search: impl FnOnce(&mut dyn FnMut() -> bool) -> Vec<(usize, usize)>,
) -> Result<Vec<Value>, Failure> {
    let (whole, from) = (text(arguments, 1), value(arguments, 1).origin);
    let (mut count, mut asked) = (0u128, Ok(()));
    let ranges = search(&mut || {
        count = count.saturating_add(1);
        asked = call.spend(MATCHING).and_then(|()| call.check_items(count));
        asked.is_ok()
    });
    asked?;
    let part = |(start, end)| Value::string(whole.get(start..end).unwrap_or(&[])).from_origin(from);
    Ok(ranges.into_iter().map(part).collect())
}

fn replace_all(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = panicking_pattern(call, arguments)?;
    expanded(call, &pattern, arguments)
}

fn must_replace_all(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = pattern(call, arguments)?;
    expanded(call, &pattern, arguments)
}

fn expanded(call: &Call<'_>, pattern: &Regexp, arguments: &[Value]) -> Result<Value, Failure> {
    let result = pattern.replace_all(text(arguments, 1), text(arguments, 2), &mut |length| going_on(call, length))?;
    Ok(made(Value::string(result), arguments, 1))
}

fn replace_all_literal(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = panicking_pattern(call, arguments)?;
    literal(call, &pattern, arguments)
}

fn must_replace_all_literal(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let pattern = pattern(call, arguments)?;
    literal(call, &pattern, arguments)
}

fn literal(call: &Call<'_>, pattern: &Regexp, arguments: &[Value]) -> Result<Value, Failure> {
    let result = pattern.replace_all_literal(text(arguments, 1), text(arguments, 2), &mut |length| going_on(call, length))?;
    Ok(made(Value::string(result), arguments, 1))
}

fn going_on(call: &Call<'_>, length: usize) -> Result<(), Failure> {
    call.spend(MATCHING)?;
    call.check_size(length as u128)
}

fn quote(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(quote_meta(text(arguments, 0))), arguments, 0))
}
