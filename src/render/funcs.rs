//! Helm's own template functions, and the table that its charts see (helm pkg/engine/funcs.go).

use std::sync::Arc;

use super::capabilities::Lookup;
use super::failures::{END, START};
use super::lint::LintLog;
use super::structs::NilMap;
use super::{durations, split, toml};
use crate::data::yaml::{Documents, Duplicates, Reading, Resolver, Style, read_value, read_values, write};
use crate::data::{Kind as Is, List, Map, Origin, SourceFile, Str, Type, Value, json};
use crate::diag::text_of;
use crate::golang::strconv;
use crate::gotmpl::funcs::{builtin, sprig};
use crate::gotmpl::{Call, Failure, Family, Function, FunctionTable, Link, Nested, Source};

/// What Helm's functions see beside their arguments.
pub(super) struct HelmContext {
    pub(super) lookup: Option<Arc<dyn Lookup>>,
    pub(super) host_by_name: Option<fn(&str) -> Option<String>>,
    pub(super) lint: Option<Arc<LintLog>>,
}

type Run = fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

pub(super) const fn row(name: &'static str, signature: &'static str, run: Run, doc: &'static str, example: &'static str) -> Function {
    Function { name, source: HELM, signature, run, doc, example }
}

/// Who defines these rows.
const HELM: Source = Source("Helm");

/// Functions of both versions.
const TABLE: &[Function] = &[
    row(
        "include",
        "(string, any) string",
        include,
        "The text that a named template gives for some data.",
        r#"{{ define "greeting" }}Hello, {{ . }}!{{ end }}{{ include "greeting" "world" }}"#,
    ),
    row(
        "tpl",
        "(string, any) string",
        tpl,
        "The text, rendered as a template with some data.",
        r#"{{ tpl "Hello, {{ .name }}!" (dict "name" "world") }}"#,
    ),
    row(
        "required",
        "(string, any) any",
        required,
        "The value; where it is nil or an empty text, the rendering ends with the message.",
        r#"{{ required "a port is needed" 80 }}"#,
    ),
    row(
        "fail",
        "(string) string",
        fail,
        "Ends the rendering with the message.",
        r#"{{ if gt 1 2 }}{{ fail "1 is greater than 2" }}{{ else }}fine{{ end }}"#,
    ),
    row(
        "lookup",
        "(string, string, string, string) map[string]any",
        lookup,
        "An object of the cluster by API version, kind, namespace and name; an empty map without a cluster.",
        r#"{{ lookup "v1" "Secret" "default" "password" }}"#,
    ),
    row(
        "getHostByName",
        "(string) string",
        get_host_by_name,
        "An address of the host; an empty text unless DNS is allowed.",
        r#"{{ getHostByName "localhost" }}"#,
    ),
    row(
        "toYaml",
        "(any) string",
        to_yaml,
        "The value as YAML without a final line end; an empty text for what YAML cannot say.",
        r#"{{ toYaml (dict "ports" (list 80 443)) }}"#,
    ),
    row(
        "toYamlPretty",
        "(any) string",
        to_yaml_pretty,
        "The value as YAML with lists indented below their keys.",
        r#"{{ toYamlPretty (dict "ports" (list 80 443)) }}"#,
    ),
    row(
        "fromYaml",
        "(string) map[string]any",
        from_yaml,
        "The map that a YAML text stands for; a fault is its key Error.",
        r#"{{ (fromYaml "port: 80").port }}"#,
    ),
    row(
        "fromYamlArray",
        "(string) []any",
        from_yaml_array,
        "The list that a YAML text stands for; a fault is its only item.",
        r#"{{ fromYamlArray "[80, 443]" }}"#,
    ),
    row(
        "toJson",
        "(any) string",
        to_json,
        "The value as JSON; an empty text for what JSON cannot say.",
        r#"{{ toJson (dict "ports" (list 80 443)) }}"#,
    ),
    row(
        "fromJson",
        "(string) map[string]any",
        from_json,
        "The map that a JSON text stands for; a fault is its key Error.",
        r#"{{ (fromJson "{\"port\": 80}").port }}"#,
    ),
    row(
        "fromJsonArray",
        "(string) []any",
        from_json_array,
        "The list that a JSON text stands for; a fault is its only item.",
        r#"{{ fromJsonArray "[80, 443]" }}"#,
    ),
    row(
        "toToml",
        "(any) string",
        to_toml,
        "The value as TOML; the text of the fault for what TOML cannot say.",
        r#"{{ toToml (dict "port" 80) }}"#,
    ),
    row(
        "fromToml",
        "(string) map[string]any",
        from_toml,
        "The map that a TOML text stands for; a fault is its key Error.",
        r#"{{ (fromToml "port = 80").port }}"#,
    ),
];

/// Functions that only Helm 4 has.
const HELM4: &[Function] = &[
    row(
        "mustToYaml",
        "(any) string",
        must_to_yaml,
        "The value as YAML without a final line end; fails on what YAML cannot say.",
        r#"{{ mustToYaml (dict "port" 80) }}"#,
    ),
    row(
        "mustToJson",
        "(any) string",
        must_to_json,
        "The value as JSON; fails on what JSON cannot say.",
        r#"{{ mustToJson (dict "port" 80) }}"#,
    ),
    row(
        "mustToToml",
        "(any) string",
        must_to_toml,
        "The value as TOML; fails on what TOML cannot say.",
        r#"{{ mustToToml (dict "port" 80) }}"#,
    ),
];

/// All functions of a chart's templates: Go's, Sprig's without `env`, Helm's.
pub(super) fn table(helm4: bool) -> FunctionTable {
    const FORMATS: &str = "Templates, formats and the cluster";
    const OWN: &[Family] = &[Family { title: FORMATS, functions: TABLE }];
    const OWN4: &[Family] = &[
        Family { title: FORMATS, functions: TABLE },
        Family { title: FORMATS, functions: HELM4 },
        Family { title: "Durations", functions: durations::TABLE },
    ];
    let own = if helm4 { OWN4 } else { OWN };
    let families = [&[builtin::FAMILY][..], sprig::FAMILIES, own].concat();
    FunctionTable::new(&families).unwrap_or_else(|fault| unreachable!("{fault}"))
}

fn text(arguments: &[Value], index: usize) -> &[u8] {
    arguments.get(index).and_then(Value::as_str).map(Str::as_bytes).unwrap_or_default()
}

fn any(arguments: &[Value], index: usize) -> &Value {
    arguments.get(index).unwrap_or(&Value::NIL)
}

/// A text as a source of values: they come from where the text came from.
fn source(arguments: &[Value]) -> SourceFile {
    let origin = any(arguments, 0).origin;
    // A text that was made while that is recorded: its parts are parts of its range.
    let base = if origin.made_at().is_some() { origin } else { Origin::NONE };
    SourceFile { name: Str::default(), base, text: text(arguments, 0).into() }
}

/// helm's limit on nested executions of one name.
const MAX_NESTED: usize = 1000;

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let name = any(arguments, 0).as_str().cloned().unwrap_or_default();
    if call.enter(&name) > MAX_NESTED {
        call.leave(&name);
        return Err(format!("rendering template has a nested reference name: {name}: unable to execute template").into());
    }
    let result = call.execute(&name, any(arguments, 1));
    call.leave(&name);
    Ok(result?)
}

fn tpl(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let template = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    match call.execute_text("gotpl", any(arguments, 0), any(arguments, 1)) {
        Ok(out) => {
            let text = out.as_str().cloned().unwrap_or_default();
            let out = match split::find(&text, b"<no value>") {
                Some(_) => call.left_of(&out, Value::string(split::remove_all(text.to_vec(), b"<no value>")), b"<no value>"),
                None => out,
            };
            // What is recorded knows better.
            let from = out.origin.or(any(arguments, 0).origin);
            Ok(out.from_origin(from))
        }
        Err(Nested::Parse(error)) => Err(format!("cannot parse template {}: {error}", strconv::quote(&template)).into()),
        Err(Nested::Exec(error)) => {
            let words = format!("error during tpl function execution for {}", strconv::quote(&template));
            Err(Failure::Exec(error.wrapped(Link::Text(words))))
        }
    }
}

fn required(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = any(arguments, 1);
    let missing = value.is_nil() || value.as_str().is_some_and(|text| text.is_empty());
    if !missing {
        return Ok(value.clone());
    }
    // parity: helm's two messages differ by one letter.
    let title = if value.is_nil() {
        ("WARN", "missing required value", "engine.go:206: [INFO] Missing required value")
    } else {
        ("WARN", "missing required values", "engine.go:214: [INFO] Missing required value")
    };
    refuse(call, title, text(arguments, 0))
}

fn fail(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    refuse(call, ("INFO", "funcMap fail", "engine.go:227: [INFO] Fail"), text(arguments, 0))
}

/// Ends the rendering with the message; in lint it is only noted, under a level, Helm 4's title and Helm 3's.
fn refuse(call: &mut Call<'_>, title: (&str, &str, &str), message: &[u8]) -> Result<Value, Failure> {
    match call.context::<HelmContext>().and_then(|context| context.lint.as_ref()) {
        None => Err(marked(message)),
        Some(lint) => {
            lint.note(title, &String::from_utf8_lossy(message));
            Ok("".into())
        }
    }
}

fn marked(message: &[u8]) -> Failure {
    format!("{START}{}{END}", text_of(message)).into()
}

fn lookup(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let Some(lookup) = call.context::<HelmContext>().and_then(|context| context.lookup.as_ref()) else { return Ok(Map::new().into()) };
    let words: Vec<String> = (0..4).map(|index| String::from_utf8_lossy(text(arguments, index)).into_owned()).collect();
    let [api_version, kind, namespace, name] = words.as_slice() else { return Ok(Map::new().into()) };
    Ok(call.outside(|| lookup.lookup(api_version, kind, namespace, name))?)
}

fn get_host_by_name(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let resolve = call.context::<HelmContext>().and_then(|context| context.host_by_name);
    let name = String::from_utf8_lossy(text(arguments, 0));
    Ok(call.outside(|| resolve.and_then(|resolve| resolve(&name))).unwrap_or_default().into())
}

fn without_line_end(mut text: Vec<u8>) -> Value {
    if text.ends_with(b"\n") {
        text.pop();
    }
    Str::from(text).into()
}

/// What a level adds to the lines below it, in YAML.
const YAML_INDENT: usize = 2;

fn to_yaml(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(without_line_end(call.write_value(any(arguments, 0), YAML_INDENT, |value| write(value, Style::Helm))?.unwrap_or_default()))
}

fn must_to_yaml(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(without_line_end(call.write_value(any(arguments, 0), YAML_INDENT, |value| write(value, Style::Helm))??))
}

fn to_yaml_pretty(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    match call.write_value(any(arguments, 0), YAML_INDENT, |value| write(value, Style::Pretty))? {
        // parity: go-yaml panics over these, and the template engine makes an error of that
        Err(message) if message.starts_with("cannot marshal type: ") => Err(message.into()),
        written => Ok(without_line_end(written.unwrap_or_default())),
    }
}

fn error_map(message: String) -> Value {
    [("Error", Value::from(message))].into_iter().collect::<Map>().into()
}

fn from_yaml(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = match read_values(&source(arguments), Documents::First) {
        Ok(map) => map.into(),
        Err(error) => error_map(error.message),
    };
    Ok(value.from_origin(any(arguments, 0).origin))
}

fn from_yaml_array(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
    let value = match read_value(&source(arguments), reading) {
        Ok(value) => match json_kind(&value) {
            None => value,
            Some("null") => Value::from(Vec::new()),
            Some(found) => {
                let message = format!("json: cannot unmarshal {found} into Go value of type []interface {{}}");
                vec![Value::from(format!("error unmarshaling JSON: while decoding JSON: {message}"))].into()
            }
        },
        Err(errors) => errors.into_iter().take(1).map(|error| Value::from(error.message)).collect::<Vec<_>>().into(),
    };
    Ok(value.from_origin(any(arguments, 0).origin))
}

/// What JSON calls a value that is no array; `None` for an array.
fn json_kind(value: &Value) -> Option<&'static str> {
    Some(match value.kind {
        Is::List(_) => return None,
        Is::Nil => "null",
        Is::Bool(_) => "bool",
        Is::String(_) => "string",
        Is::Map(_) => "object",
        _ => "number",
    })
}

fn to_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Str::from(call.write_value(any(arguments, 0), 0, |value| json::write(value, true, ""))?.unwrap_or_default()).into())
}

fn must_to_json(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Str::from(call.write_value(any(arguments, 0), 0, |value| json::write(value, true, ""))??).into())
}

fn from_json(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = match json::read_unfit(&source(arguments)) {
        Ok((value, unfit)) => match (&value.kind, json_kind(&value)) {
            (Is::Map(map), _) => {
                // parity: the rest of the map stays beside the error
                if let Some((message, _)) = unfit {
                    map.insert(Str::from("Error"), Value::from(message));
                }
                value
            }
            (Is::Nil, _) => Value::object(NilMap(Type::Map)),
            (_, found) => {
                let found = found.unwrap_or("array");
                error_map(format!("json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"))
            }
        },
        Err((message, _)) => error_map(message),
    };
    Ok(value.from_origin(any(arguments, 0).origin))
}

fn from_json_array(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = match json::read_unfit(&source(arguments)) {
        Ok((value, unfit)) => match (json_kind(&value), unfit) {
            (None, None) => value,
            (None, Some((message, _))) => vec![Value::from(message)].into(),
            (Some("null"), _) => List::nil(Type::List).into(),
            (Some(found), _) => vec![Value::from(format!("json: cannot unmarshal {found} into Go value of type []interface {{}}"))].into(),
        },
        Err((message, _)) => vec![Value::from(message)].into(),
    };
    Ok(value.from_origin(any(arguments, 0).origin))
}

/// How Go's encoder ends where it is given nil.
const NO_TYPE: &str = "reflect: call of reflect.Value.Type on zero Value";

fn to_toml(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = any(arguments, 0);
    if value.is_nil() {
        return Err(NO_TYPE.into());
    }
    Ok(match call.write_value(value, YAML_INDENT, toml::write)? {
        Ok(text) => Str::from(text).into(),
        Err(message) => message.into(),
    })
}

fn must_to_toml(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = any(arguments, 0);
    if value.is_nil() {
        return Err(NO_TYPE.into());
    }
    Ok(Str::from(call.write_value(value, YAML_INDENT, toml::write)??).into())
}

fn from_toml(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = match toml::read(text(arguments, 0)) {
        Ok(map) => map.into(),
        Err(message) => error_map(message),
    };
    Ok(value.from_origin(any(arguments, 0).origin))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tables_are_whole() {
        for helm4 in [true, false] {
            let table = super::table(helm4);
            assert!(table.get("include").is_some() && table.get("trunc").is_some() && table.get("printf").is_some());
            assert_eq!(table.get("mustToYaml").is_some(), helm4);
            assert!(table.get("env").is_none());
        }
    }
}
