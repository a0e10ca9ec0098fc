//! JSON, as Sprig has it. Helm replaces `fromJson`, `toJson` and `mustToJson` with its own.

use super::arguments::{made, text, value};
use super::{Call, Failure, Function, row};
use crate::data::{Origin, SourceFile, Str, Value, json};

/// The rows.
pub const TABLE: &[Function] = &[
    row(
        "fromJson",
        "(string) interface {}",
        from_json,
        "The value that JSON text stands for; nil for what is no JSON.",
        r#"{{ (fromJson "{\"a\": 1}").a }}"#,
    ),
    row(
        "mustFromJson",
        "(string) (interface {}, error)",
        must_from_json,
        "The value of a JSON text of any kind; fails on what is no JSON.",
        r#"{{ mustFromJson "[1, 2]" }}"#,
    ),
    row(
        "toJson",
        "(interface {}) string",
        to_json,
        "The value as JSON on one line, safe inside HTML; empty for what JSON can't say.",
        r#"{{ toJson (dict "a" 1) }}"#,
    ),
    row(
        "mustToJson",
        "(interface {}) (string, error)",
        must_to_json,
        "As toJson; an error for what JSON can't say.",
        r#"{{ mustToJson (list 1 2) }}"#,
    ),
    row(
        "toPrettyJson",
        "(interface {}) string",
        to_pretty_json,
        "The value as JSON on several lines, indented by two.",
        r#"{{ toPrettyJson (dict "a" 1) }}"#,
    ),
    row(
        "mustToPrettyJson",
        "(interface {}) (string, error)",
        must_to_pretty_json,
        "The value as JSON on several lines; fails on what JSON cannot say.",
        r#"{{ mustToPrettyJson (list 1) }}"#,
    ),
    row(
        "toRawJson",
        "(interface {}) string",
        to_raw_json,
        "The value as JSON with < > and & as they are; fails on what JSON cannot say.",
        r#"{{ toRawJson "a & b" }}"#,
    ),
    row(
        "mustToRawJson",
        "(interface {}) (string, error)",
        to_raw_json,
        "The value as JSON with < > and & as they are, as toRawJson gives it.",
        r#"{{ mustToRawJson "a & b" }}"#,
    ),
];

fn read(arguments: &[Value]) -> Result<Value, Failure> {
    let source = SourceFile { name: Str::default(), base: Origin::NONE, text: Str::from(text(arguments, 0)) };
    json::read(&source).map(|value| made(value, arguments, 0)).map_err(|(words, _)| words.into())
}

fn write(call: &Call<'_>, arguments: &[Value], escape_html: bool, indent: &str) -> Result<Value, Failure> {
    let text = call.write_value(value(arguments, 0), indent.len(), |value| json::write(value, escape_html, indent))??;
    Ok(made(Value::string(text), arguments, 0))
}

/// The functions without `must` give an empty text for what JSON can't say.
fn or_nothing(written: Result<Value, Failure>, arguments: &[Value]) -> Result<Value, Failure> {
    match written {
        Err(Failure::Text(_)) => Ok(made("", arguments, 0)),
        written => written,
    }
}

fn from_json(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(read(arguments).unwrap_or_default())
}

fn must_from_json(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    read(arguments)
}

fn to_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    or_nothing(write(call, arguments, true, ""), arguments)
}

fn must_to_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    write(call, arguments, true, "")
}

fn to_pretty_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    or_nothing(write(call, arguments, true, "  "), arguments)
}

fn must_to_pretty_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    write(call, arguments, true, "  ")
}

fn to_raw_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    write(call, arguments, false, "")
}
