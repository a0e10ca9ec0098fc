//! Template functions as people and programs read them.

use std::fmt::Write as _;

use crate::data::{Map, Signature, Str, Value, json};
use crate::gotmpl::Function;

/// One function with what is known of it.
pub struct FunctionPage {
    /// Its row.
    pub function: Function,
    /// What it belongs to.
    pub family: &'static str,
    /// What its example gave, where it was run.
    pub output: Option<Str>,
}

/// All functions: a heading a family, a line a function.
pub fn function_list(families: &[(&str, Vec<&Function>)]) -> Vec<u8> {
    let width = families.iter().flat_map(|(_, rows)| rows).map(|row| row.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (position, (title, rows)) in families.iter().enumerate() {
        if position > 0 {
            out.push('\n');
        }
        let source = rows.first().map(|row| row.source.to_string()).unwrap_or_default();
        put(&mut out, format_args!("{title} ({source})\n"));
        for row in rows {
            put(&mut out, format_args!("  {:width$}  {}\n", row.name, row.doc));
        }
    }
    out.into_bytes()
}

/// One function: signature, where it comes from, what it does, its example and what that gives.
pub fn function_page(page: &FunctionPage) -> String {
    let row = &page.function;
    let mut out = String::new();
    put(&mut out, format_args!("{} {}\n", row.name, signature(row)));
    put(&mut out, format_args!("  {} ({}), {}\n  {}\n\n", page.family, row.source, arity(row), row.doc));
    put(&mut out, format_args!("  {}\n", row.example));
    let output = page.output.as_ref().map(|output| output.to_text().into_owned()).unwrap_or_default();
    for line in output.split('\n') {
        put(&mut out, format_args!("{}\n", format!("  | {line}").trim_end()));
    }
    out
}

/// The same as a JSON array.
pub fn functions_json(pages: &[FunctionPage]) -> Vec<u8> {
    let entries: Vec<Value> = pages.iter().map(entry).collect();
    // texts and numbers only: they can always be written
    let mut text = json::write(&entries.into(), false, "  ").unwrap_or_default();
    text.push(b'\n');
    text
}

fn entry(page: &FunctionPage) -> Value {
    let row = &page.function;
    let (least, most) = counts(row);
    let map: Map = [
        ("name", Value::from(row.name)),
        ("source", row.source.0.into()),
        ("family", page.family.into()),
        ("signature", signature(row).into()),
        ("minArguments", Value::int(least as i64)),
        ("maxArguments", most.map_or(Value::NIL, |most| Value::int(most as i64))),
        ("doc", row.doc.into()),
        ("example", row.example.into()),
    ]
    .into_iter()
    .collect();
    if let Some(output) = &page.output {
        map.insert("output", Value::from(output.clone()));
    }
    map.into()
}

/// The signature with `any` for Go's other words for it.
fn signature(row: &Function) -> String {
    row.signature.replace("interface {}", "any").replace("reflect.Value", "any")
}

/// The least and the largest number of arguments; any number where there is no largest.
fn counts(row: &Function) -> (usize, Option<usize>) {
    let Some(signature) = Signature::parse(row.signature) else { return (0, None) };
    let parameters = signature.parameters.len();
    if signature.variadic { (parameters.saturating_sub(1), None) } else { (parameters, Some(parameters)) }
}

fn arity(row: &Function) -> String {
    match counts(row) {
        (0, None) => "any number of arguments".to_owned(),
        (least, None) => format!("{least} or more arguments"),
        (_, Some(0)) => "no arguments".to_owned(),
        (_, Some(1)) => "1 argument".to_owned(),
        (_, Some(most)) => format!("{most} arguments"),
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text); // a String takes everything
}
