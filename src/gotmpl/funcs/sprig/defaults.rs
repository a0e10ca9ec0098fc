//! Defaults and choices: which of several values to take.

use super::arguments::{boolean, from, is_empty, made, text, value};
use super::{Call, Failure, Function, row};
use crate::data::Value;
use crate::diag::text_of;

/// The rows.
pub const TABLE: &[Function] = &[
    row(
        "default",
        "(interface {}, ...interface {}) interface {}",
        default,
        "The second value, or the first where it is empty.",
        r#"{{ "" | default "a" }}"#,
    ),
    row("empty", "(interface {}) bool", empty, "Whether the value is nil, false, 0 or has no length.", r#"{{ empty "" }}"#),
    row("coalesce", "(...interface {}) interface {}", coalesce, "The first value that is not empty.", r#"{{ coalesce 0 "" "a" }}"#),
    row("all", "(...interface {}) bool", all, "Whether no value is empty.", r#"{{ all 1 "a" }}"#),
    row("any", "(...interface {}) bool", any, "Whether a value is not empty.", r#"{{ any 0 "a" }}"#),
    row(
        "ternary",
        "(interface {}, interface {}, bool) interface {}",
        ternary,
        "The first value if the last is true, otherwise the second.",
        r#"{{ true | ternary "yes" "no" }}"#,
    ),
    row("fail", "(string) (string, error)", fail, "Ends the rendering with this message.", r#"{{ if false }}{{ fail "no" }}{{ end }}"#),
];

fn default(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let given = value(arguments, 1);
    Ok(if is_empty(given) { value(arguments, 0) } else { given }.clone())
}

fn empty(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(is_empty(value(arguments, 0)), arguments, 0))
}

fn coalesce(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(from(arguments, 0).iter().find(|value| !is_empty(value)).cloned().unwrap_or_default())
}

fn all(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(!arguments.iter().any(is_empty), arguments, 0))
}

fn any(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(arguments.iter().any(|value| !is_empty(value)), arguments, 0))
}

fn ternary(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(value(arguments, usize::from(!boolean(arguments, 2))).clone())
}

fn fail(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Err(text_of(text(arguments, 0)).into())
}
