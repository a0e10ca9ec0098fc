//! Go types and kinds of values, and deep equality.

use super::arguments::{kind_name, made, text, value};
use super::equality::deep_equal as equal;
use super::{Call, Failure, Function, row};
use crate::data::{Type, Value};

/// The rows.
pub const TABLE: &[Function] = &[
    row("typeOf", "(interface {}) string", type_of, "The name of the value's Go type.", "{{ typeOf (list 1) }}"),
    row("typeIs", "(string, interface {}) bool", type_is, "Whether the value's Go type has that name.", r#"{{ typeIs "string" "a" }}"#),
    row(
        "typeIsLike",
        "(string, interface {}) bool",
        type_is_like,
        "Whether the value's Go type, or what it points to, has that name.",
        r#"{{ typeIsLike "semver.Version" (semver "1.2.3") }}"#,
    ),
    row(
        "kindOf",
        "(interface {}) string",
        kind_of,
        "The kind of the value's Go type: string, int, map, slice and so on.",
        "{{ kindOf (list 1) }}",
    ),
    row("kindIs", "(string, interface {}) bool", kind_is, "Whether the value's Go type is of that kind.", r#"{{ kindIs "map" (dict) }}"#),
    row(
        "deepEqual",
        "(interface {}, interface {}) bool",
        deep_equal,
        "Whether two values have the same type and content.",
        "{{ deepEqual (list 1) (list 1) }}",
    ),
];

fn type_name(value: &Value) -> &'static str {
    value.go_type().map_or("<nil>", Type::name)
}

fn type_of(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(type_name(value(arguments, 0)), arguments, 0))
}

fn type_is(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(type_name(value(arguments, 1)).as_bytes() == text(arguments, 0), arguments, 1))
}

fn type_is_like(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (name, wanted) = (type_name(value(arguments, 1)).as_bytes(), text(arguments, 0));
    Ok(made(name == wanted || name.strip_prefix(b"*") == Some(wanted), arguments, 1))
}

fn kind_of(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(kind_name(value(arguments, 0)), arguments, 0))
}

fn kind_is(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(kind_name(value(arguments, 1)).as_bytes() == text(arguments, 0), arguments, 1))
}

fn deep_equal(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(equal(value(arguments, 0), value(arguments, 1)), arguments, 0))
}
