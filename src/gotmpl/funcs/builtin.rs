//! Go's own functions: `and or not`, comparisons, `len index slice`, printing and escaping.

use super::{Call, Failure, Family, Function, Source, compare};
use crate::data::{GoKind, Kind, List, Str, Value};
use crate::golang::{escape, fmt, url};
use crate::gotmpl::exec::{truth, zero};

type Run = fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

const fn row(name: &'static str, signature: &'static str, run: Run, doc: &'static str, example: &'static str) -> Function {
    Function { name, source: Source::GO, signature, run, doc, example }
}

/// The rows.
pub const FAMILY: Family = Family { title: "Language", functions: TABLE };

const TABLE: &[Function] = &[
    row(
        "and",
        "(reflect.Value, ...reflect.Value) reflect.Value",
        by_executor,
        "The first false argument, or the last one; the rest is not evaluated.",
        "{{ and true 0 }}",
    ),
    row(
        "or",
        "(reflect.Value, ...reflect.Value) reflect.Value",
        by_executor,
        "The first true argument, or the last one; the rest is not evaluated.",
        "{{ or \"\" 5 }}",
    ),
    row(
        "call",
        "(reflect.Value, ...reflect.Value) reflect.Value",
        by_executor,
        "Calls a function value with the other arguments; charts and states hold none, so it fails.",
        "{{ if false }}{{ call .function 1 }}{{ else }}there is nothing to call{{ end }}",
    ),
    row("not", "(reflect.Value) bool", not, "Whether the argument is false or empty.", "{{ not 0 }}"),
    row(
        "eq",
        "(reflect.Value, ...reflect.Value) (bool, error)",
        compare::eq,
        "Whether the first argument equals one of the others.",
        "{{ eq 1 2 1 }}",
    ),
    row("ne", "(reflect.Value, reflect.Value) (bool, error)", compare::ne, "Whether the two arguments differ.", "{{ ne 1 2 }}"),
    row(
        "lt",
        "(reflect.Value, reflect.Value) (bool, error)",
        compare::lt,
        "Whether the first argument is less than the second.",
        "{{ lt 1 2 }}",
    ),
    row(
        "le",
        "(reflect.Value, reflect.Value) (bool, error)",
        compare::le,
        "Whether the first argument is less than the second or equal to it.",
        "{{ le 1 2 }}",
    ),
    row(
        "gt",
        "(reflect.Value, reflect.Value) (bool, error)",
        compare::gt,
        "Whether the first argument is greater than the second.",
        "{{ gt 1 2 }}",
    ),
    row(
        "ge",
        "(reflect.Value, reflect.Value) (bool, error)",
        compare::ge,
        "Whether the first argument is greater than the second or equal to it.",
        "{{ ge 1 2 }}",
    ),
    row("len", "(reflect.Value) (int, error)", len, "The length of a text in bytes, or of a list or map in entries.", "{{ len \"abc\" }}"),
    row(
        "index",
        "(reflect.Value, ...reflect.Value) (reflect.Value, error)",
        index,
        "The element of a list or map under a number or key; further ones reach into that element.",
        r#"{{ index (dict "ports" (list 80 443)) "ports" 1 }}"#,
    ),
    row(
        "slice",
        "(reflect.Value, ...reflect.Value) (reflect.Value, error)",
        slice,
        "The part of a string or list from one number up to another.",
        "{{ slice \"abc\" 1 2 }}",
    ),
    row(
        "print",
        "(...interface {}) string",
        print,
        "The arguments as text, with spaces between neighbours that are no texts.",
        r#"{{ print "port " 80 81 }}"#,
    ),
    row(
        "printf",
        "(string, ...interface {}) string",
        printf,
        "The arguments as a format with Go's verbs says.",
        r#"{{ printf "%s has %03d" "pod" 7 }}"#,
    ),
    row(
        "println",
        "(...interface {}) string",
        println,
        "The arguments as text, with spaces between all of them and a line end.",
        r#"{{ println "port" 80 }}"#,
    ),
    row("html", "(...interface {}) string", html, "The arguments as text, escaped for HTML.", "{{ html \"<b>\" }}"),
    row("js", "(...interface {}) string", js, "The arguments as text, escaped for a JavaScript string.", "{{ js \"a'b\" }}"),
    row("urlquery", "(...interface {}) string", urlquery, "The arguments as text, escaped for a URL's query.", "{{ urlquery \"a b\" }}"),
];

/// `and`, `or` and `call` look at words that are not evaluated: the executor does their work.
fn by_executor(_: &mut Call<'_>, _: &[Value]) -> Result<Value, Failure> {
    Err("can only be called by a template".into())
}

fn not(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok((!arguments.iter().any(truth)).into())
}

/// The value behind a named type, where there is one.
fn behind(value: &Value) -> Value {
    match &value.kind {
        Kind::Object(object) => object.underlying().map_or_else(|| value.clone(), |behind| behind.from_origin(value.origin)),
        _ => value.clone(),
    }
}

/// Its type, that of the struct for a pointer.
fn type_name(value: &Value) -> String {
    value.go_type().map_or("<nil>", |of| of.name()).trim_start_matches('*').to_owned()
}

fn len(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some(given) = arguments.first() else { return Err("len of nil pointer".into()) };
    let value = behind(given);
    let len = match &value.kind {
        Kind::Nil if call.is_interface(0) => return Err("len of nil pointer".into()),
        Kind::Nil => return Err("reflect: call of reflect.Value.Type on zero Value".into()),
        Kind::String(text) | Kind::Bytes(text) => text.len(),
        Kind::List(list) => list.len(),
        Kind::Map(map) => map.len(),
        _ => return Err(format!("len of type {}", type_name(given)).into()),
    };
    Ok(Value::int(len as i64))
}

/// A number that points into something of that size.
fn position(index: &Value, interface: bool, size: usize) -> Result<usize, Failure> {
    let number = match &index.kind {
        _ if interface => return Err("cannot index slice/array with type interface {}".into()),
        Kind::Int(number, _) => *number,
        Kind::Uint(number, _) => *number as i64,
        Kind::Nil => return Err("cannot index slice/array with nil".into()),
        _ => match &behind(index).kind {
            Kind::Int(number, _) if !index.go_type().is_some_and(|of| of.kind() == GoKind::Ptr) => *number,
            _ => return Err(format!("cannot index slice/array with type {}", index.go_type().map_or("", |of| of.name())).into()),
        },
    };
    usize::try_from(number).ok().filter(|number| *number <= size).ok_or_else(|| format!("index out of range: {number}").into())
}

fn index(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some((item, indexes)) = arguments.split_first() else { return Err("index of untyped nil".into()) };
    if item.is_nil() {
        return Err("index of untyped nil".into());
    }
    let mut item = item.clone();
    for index in indexes {
        item = element(&behind(&item), index)?;
    }
    Ok(item)
}

/// One step of `index`.
fn element(item: &Value, index: &Value) -> Result<Value, Failure> {
    let byte = |bytes: &Str| -> Result<Value, Failure> {
        let at = position(index, false, bytes.len())?;
        let what = if matches!(item.kind, Kind::String(_)) { "string" } else { "slice" };
        let byte = bytes.get(at).ok_or_else(|| format!("reflect: {what} index out of range"))?;
        Ok(Value::from(Kind::Uint(u64::from(*byte), GoKind::Uint8)).from_origin(item.origin))
    };
    match &item.kind {
        Kind::Nil => Err("index of nil pointer".into()),
        Kind::String(bytes) | Kind::Bytes(bytes) => byte(bytes),
        Kind::List(list) => {
            let at = position(index, false, list.len())?;
            list.get(at).cloned().ok_or_else(|| "reflect: slice index out of range".into())
        }
        Kind::Map(map) => match &index.kind {
            Kind::String(key) => Ok(map.get(key).unwrap_or_else(|| zero(map.go_type().element()))),
            Kind::Nil => Err("value is nil; should be of type string".into()),
            _ => Err(format!("value has type {}; should be string", index.go_type().map_or("", |of| of.name())).into()),
        },
        _ => Err(format!("can't index item of type {}", type_name(item)).into()),
    }
}

fn slice(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some((item, indexes)) = arguments.split_first() else { return Err("slice of untyped nil".into()) };
    if item.is_nil() {
        return Err("slice of untyped nil".into());
    }
    let item = behind(item);
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()).into());
    }
    let size = match &item.kind {
        Kind::String(_) if indexes.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Kind::String(text) | Kind::Bytes(text) => text.len(),
        Kind::List(list) => list.len(),
        _ => return Err(format!("can't slice item of type {}", type_name(&item)).into()),
    };
    let mut bounds = [0, size, size];
    for (at, (bound, index)) in bounds.iter_mut().zip(indexes).enumerate() {
        *bound = position(index, call.is_interface(at.saturating_add(1)), size)?;
    }
    let [from, to, end] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}").into());
    }
    if to > end {
        return Err(format!("invalid slice index: {to} > {end}").into());
    }
    let kind = match &item.kind {
        Kind::String(text) => Kind::String(text.get(from..to).unwrap_or(&[]).into()),
        Kind::Bytes(text) => Kind::Bytes(text.get(from..to).unwrap_or(&[]).into()),
        Kind::List(list) => Kind::List(List::typed(list.go_type(), list.get(from..to).unwrap_or(&[]).to_vec())),
        other => other.clone(),
    };
    Ok(Value { kind, origin: item.origin })
}

fn print(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    Ok(fmt::sprint(arguments).into())
}

fn println(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    call.check_values(arguments)?;
    Ok(fmt::sprintln(arguments).into())
}

fn printf(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some((format, rest)) = arguments.split_first() else { return Ok("".into()) };
    let format = format.as_str().map_or(&[][..], |text| text);
    call.check_values(rest)?;
    call.check_size(padding(format))?;
    Ok(fmt::sprintf(format, rest).into())
}

/// How much white space and zeros the widths and precisions of a format can make at most; Go stops at a million each.
fn padding(format: &[u8]) -> u128 {
    const MOST: u128 = 1_000_000;
    let mut total = 0u128;
    let mut number: u128 = 0;
    for byte in format {
        if byte.is_ascii_digit() {
            number = number.saturating_mul(10).saturating_add(u128::from(byte & 0x0F)).min(MOST);
            continue;
        }
        total = total.saturating_add(number);
        number = 0;
        if *byte == b'*' {
            total = total.saturating_add(MOST);
        }
    }
    total
}

/// `evalArgs`: a string alone as it is, everything else as `print` has it.
fn text(call: &Call<'_>, arguments: &[Value]) -> Result<Str, Failure> {
    if let [Value { kind: Kind::String(text), .. }] = arguments {
        return Ok(text.clone());
    }
    call.check_values(arguments)?;
    let shown = |value: &Value| match &value.kind {
        Kind::Nil => Value::string("<no value>"),
        Kind::Object(object) => object.pointed_to().unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    };
    Ok(fmt::sprint(&arguments.iter().map(shown).collect::<Vec<_>>()))
}

fn html(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Value::string(escape::html(&text(call, arguments)?)))
}

fn js(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Value::string(escape::js(&text(call, arguments)?)))
}

fn urlquery(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Value::string(url::query_escape(&text(call, arguments)?)))
}
