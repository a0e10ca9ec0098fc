//! toYaml and fromYaml with go-yaml v3.

use super::objects::Record;
use super::template::{context, row};
use crate::data::yaml::{Style, write};
use crate::data::{Kind as Is, List, Map, SourceFile, Value};
use crate::gotmpl::{Call, Failure, Function};

use super::read::{Text, read_value};

pub(super) const TABLE: &[Function] = &[
    row("toYaml", "(interface {}) string", to_yaml, "The value as YAML with a final line end.", r#"{{ dict "port" 80 | toYaml }}"#),
    row("fromYaml", "(string) interface {}", from_yaml, "The value that a YAML text stands for.", r#"{{ (fromYaml "port: 80").port }}"#),
];

/// What a level adds to the lines below it.
const INDENT: usize = 2;

fn to_yaml(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let value = arguments.first().cloned().unwrap_or_default();
    let text = call.write_value(&value, INDENT, written)??;
    Ok(Value::string(text))
}

fn written(value: &Value) -> Result<Vec<u8>, String> {
    match value.as_object::<Record>() {
        // go-yaml writes a struct's fields in their order
        Some(record) => {
            let fields = record.fields().map(|(name, value)| {
                let field: Map = [(name.to_lowercase(), plain(value, 0))].into_iter().collect();
                write(&field.into(), Style::Helmfile)
            });
            Ok(fields.collect::<Result<Vec<_>, _>>()?.concat())
        }
        None => write(&plain(value, 0), Style::Helmfile),
    }
}

/// A value with helmfile's structs as maps with go-yaml's keys.
fn plain(value: &Value, depth: usize) -> Value {
    if depth > 1000 {
        return value.clone();
    }
    match &value.kind {
        Is::Object(_) => match value.as_object::<Record>() {
            Some(record) => plain(&record.lower_case(), depth + 1),
            None => value.clone(),
        },
        Is::Map(map) if map.read().values().any(holds_record) => {
            map.read().iter().map(|(key, value)| (key.clone(), plain(value, depth + 1))).collect::<Map>().into()
        }
        Is::List(list) if list.iter().any(holds_record) => list.iter().map(|item| plain(item, depth + 1)).collect::<List>().into(),
        _ => value.clone(),
    }
}

fn holds_record(value: &Value) -> bool {
    value.as_object::<Record>().is_some()
}

fn from_yaml(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let context = context(call)?;
    let argument = arguments.first().cloned().unwrap_or_default();
    let text = argument.as_str().cloned().unwrap_or_default();
    let source = match argument.origin.made_at() {
        Some(_) => SourceFile { name: "fromYaml".into(), base: argument.origin, text: text.clone() },
        None => context.setting.sources.add("fromYaml", text.clone()),
    };
    let wrap = |words: &str| format!("{words}, offending yaml: {text}");
    read_value(&context.setting, &Text { source: &source, wrap: &wrap })
        .map_err(|errors| errors.iter().next().map_or_else(String::new, |error| error.message().to_owned()).into())
}
