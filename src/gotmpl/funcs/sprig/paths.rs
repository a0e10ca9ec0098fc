//! Paths with slashes; the `os` forms are the same on every system that charts are rendered for.

use super::arguments::{made, text};
use super::{Call, Failure, Function, row};
use crate::data::Value;
use crate::golang::path;

/// The rows.
pub const TABLE: &[Function] = &[
    row("base", "(string) string", base, "The last element of a path.", r#"{{ base "/a/b.txt" }}"#),
    row("dir", "(string) string", dir, "A path without its last element.", r#"{{ dir "/a/b.txt" }}"#),
    row("clean", "(string) string", clean, "The shortest path of the same meaning.", r#"{{ clean "/a/../b//c" }}"#),
    row("ext", "(string) string", ext, "The ending of a path, with its dot.", r#"{{ ext "/a/b.txt" }}"#),
    row("isAbs", "(string) bool", is_abs, "Whether the path starts at the root.", r#"{{ isAbs "/a" }}"#),
    row("osBase", "(string) string", base, "The last element of a file's path.", r#"{{ osBase "/a/b.txt" }}"#),
    row("osDir", "(string) string", dir, "A file's path without its last element.", r#"{{ osDir "/a/b.txt" }}"#),
    row("osClean", "(string) string", clean, "The shortest file path of the same meaning.", r#"{{ osClean "/a/../b//c" }}"#),
    row("osExt", "(string) string", ext, "The ending of a file's path, with its dot.", r#"{{ osExt "/a/b.txt" }}"#),
    row("osIsAbs", "(string) bool", is_abs, "Whether the file's path starts at the root.", r#"{{ osIsAbs "/a" }}"#),
];

fn base(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(path::base(text(arguments, 0))), arguments, 0))
}

fn dir(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(path::dir(text(arguments, 0))), arguments, 0))
}

fn clean(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(path::clean(text(arguments, 0))), arguments, 0))
}

fn ext(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(Value::string(path::ext(text(arguments, 0))), arguments, 0))
}

fn is_abs(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(path::is_abs(text(arguments, 0)), arguments, 0))
}
