//! get, getOrNil, setValueAtPath, required.

use super::objects::Record;
use super::template::row;
use crate::data::{Kind as Is, Value};
use crate::golang::fmt::sprint;
use crate::gotmpl::{Call, Failure, Function};

pub(super) const TABLE: &[Function] = &[
    row(
        "get",
        "(string, ...interface {}) interface {}",
        get,
        "The value at a dotted path, or the default before the map; fails where there is neither.",
        r#"{{ dict "a" (dict "b" 1) | get "a.b" 2 }}"#,
    ),
    row(
        "getOrNil",
        "(string, interface {}) interface {}",
        get_or_nil,
        "The value at a dotted path, or nil.",
        r#"{{ dict | getOrNil "a.b" | default 3 }}"#,
    ),
    row(
        "setValueAtPath",
        "(string, interface {}, map[string]interface {}) map[string]interface {}",
        set_value,
        "The map, changed at a dotted path whose parents are there.",
        r#"{{ dict "a" dict | setValueAtPath "a.b" 1 }}"#,
    ),
    row(
        "required",
        "(string, interface {}) interface {}",
        required,
        "The value; where it is nil or an empty text, the rendering ends with the message.",
        r#"{{ required "a port is needed" 80 }}"#,
    ),
];

fn text(value: &Value) -> String {
    value.as_str().map_or(String::new(), |text| text.to_text().into_owned())
}

fn shown(value: &Value) -> String {
    sprint(std::slice::from_ref(value)).to_text().into_owned()
}

fn get(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (path, default, object) = match arguments {
        [path, object] => (path, None, object),
        [path, default, object] => (path, Some(default), object),
        _ => {
            let rest = arguments.get(1..).unwrap_or_default().to_vec();
            return Err(format!(
                "unexpected number of args passed to the template function get(path, [def, ]obj): expected 1 or 2, got {}, args was {}",
                rest.len(),
                shown(&rest.clone().into())
            )
            .into());
        }
    };
    walk(&text(path), default, object).map_err(Failure::Text)
}

fn get_or_nil(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [path, object] = arguments else { return Err("getOrNil takes a path and an object".into()) };
    Ok(walk(&text(path), None, object).unwrap_or(Value::NIL))
}

/// The value at a path; a missing key gives the default, a step through anything but a map or struct never does.
fn walk(path: &str, default: Option<&Value>, object: &Value) -> Result<Value, String> {
    let mut at = object.clone();
    if path.is_empty() {
        return Ok(at);
    }
    for key in path.split('.') {
        // parity: helmfile joins the rest of the path and stops where it is empty ("a." gives a)
        let found = match &at.kind {
            Is::Map(map) => match map.get(key) {
                Some(value) => value,
                None => match default {
                    Some(default) => return Ok(default.clone()),
                    None => return Err(format!("no value exist for key \"{key}\" in {}", shown(&at))),
                },
            },
            _ => match at.as_object::<Record>() {
                Some(record) => match (record.field(key), default) {
                    (Some(value), _) => value.clone(),
                    (None, Some(default)) => return Ok(default.clone()),
                    (None, None) => return Err(format!("no field named \"{key}\" exist in {}", shown(&at))),
                },
                None => {
                    let of = at.go_type().map_or("<nil>", |of| of.name());
                    return Err(format!(
                        "unexpected type({of}) of value for key \"{key}\": it must be either map[string]any or any struct"
                    ));
                }
            },
        };
        at = found;
    }
    Ok(at)
}

fn set_value(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [path, value, values] = arguments else { return Err("setValueAtPath takes a path, a value and a map".into()) };
    let path = text(path);
    let fail = |key: &str, why: &str| Failure::from(format!("failed to set value at path \"{path}\": value for key \"{key}\" {why}"));
    let (parents, last) = match path.rsplit_once('.') {
        Some((parents, last)) => (parents.split('.').collect(), last),
        None => (Vec::new(), path.as_str()),
    };
    let mut at = values.as_map().cloned().ok_or_else(|| fail(last, "was not a map"))?;
    for key in parents {
        let next = at.get(key).ok_or_else(|| fail(key, "does not exist"))?;
        at = next.as_map().cloned().ok_or_else(|| fail(key, "was not a map"))?;
    }
    at.insert(last, value.clone());
    Ok(values.clone())
}

fn required(_call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let [warning, value] = arguments else { return Err("required takes a text and a value".into()) };
    match &value.kind {
        Is::Nil => Err(text(warning).into()),
        Is::String(text_of) if text_of.is_empty() => Err(text(warning).into()),
        _ => Ok(value.clone()),
    }
}
