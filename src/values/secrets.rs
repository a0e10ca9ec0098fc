//! References to secrets, `ref+PROVIDER://…`: texts in values → what they refer to (github.com/helmfile/vals).
//!
//! `echo` and `file` are read here; every other provider is refused by name, never looked up.

use super::setting::{Folder, Setting};
use super::template::{context, row};
use crate::data::yaml::{Duplicates, Reading, Resolver, read_value};
use crate::data::{Kind as Is, List, Map, Str, Value};
use crate::gotmpl::{Call, Failure, Function};

pub(super) const TABLE: &[Function] = &[
    row(
        "fetchSecretValue",
        "(string) string",
        fetch,
        "The value that a reference such as ref+file://path stands for.",
        r#"{{ fetchSecretValue "ref+echo://some/secret" }}"#,
    ),
    row(
        "expandSecretRefs",
        "(map[string]interface {}) map[string]interface {}",
        expand_map,
        "The map with every reference to a secret replaced by its value.",
        r#"{{ (expandSecretRefs (dict "password" "ref+echo://some/secret")).password }}"#,
    ),
];

/// How deep references may stand in references.
const MAX_NESTING: usize = 10;

fn fetch(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let context = context(call)?;
    let value = arguments.first().cloned().unwrap_or_default();
    let found = expand(&context.setting, &context.folder, &value)?;
    if found.as_str().is_none() {
        return Err(format!("expected {} to be string", crate::golang::fmt::sprint(&[found])).into());
    }
    Ok(found)
}

fn expand_map(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let context = context(call)?;
    Ok(expand(&context.setting, &context.folder, &arguments.first().cloned().unwrap_or_default())?)
}

/// Whether a text holds `ref+` at all; without it nothing needs to be expanded.
pub fn names_secret(text: &[u8]) -> bool {
    text.windows(4).any(|window| window == b"ref+")
}

/// A value with all references in its texts replaced. Nodes without any are shared.
///
/// # Errors
/// `expand file://x: open x: no such file or directory`; a provider that is not built in.
pub fn expand(setting: &Setting, folder: &Folder, value: &Value) -> Result<Value, String> {
    expand_within(setting, folder, value, 1000)
}

fn expand_within(setting: &Setting, folder: &Folder, value: &Value, depth: usize) -> Result<Value, String> {
    let depth = depth.checked_sub(1).ok_or("values nest too deep")?;
    let kind = match &value.kind {
        Is::String(text) if names_secret(text) => {
            return in_text(setting, folder, text, 0).map(|found| found.from_origin(value.origin));
        }
        Is::List(list) => Is::List(list.iter().map(|item| expand_within(setting, folder, item, depth)).collect::<Result<List, _>>()?),
        Is::Map(map) => {
            let mut expanded = Vec::new();
            for (key, value) in map.snapshot() {
                expanded.push((key, expand_within(setting, folder, &value, depth)?));
            }
            Is::Map(expanded.into_iter().collect())
        }
        _ => return Ok(value.clone()),
    };
    Ok(Value { kind, origin: value.origin })
}

/// A reference found in a text: where it starts and ends, and its address.
struct Found<'a> {
    start: usize,
    end: usize,
    address: &'a str,
}

// What `((secret)?ref)\+([^\+:]*:\/\/[^\+\n ]+[^\+\n ",])\+?` finds first.
fn find(text: &str) -> Option<Found<'_>> {
    let mut from = 0;
    while let Some(at) = text[from..].find("ref+").map(|at| from + at) {
        let start = if text[..at].ends_with("secret") { at - 6 } else { at };
        let address = at + 4;
        if let Some(end) = address_end(&text[address..]) {
            let end = address + end;
            let plus = usize::from(text[end..].starts_with('+'));
            return Some(Found { start, end: end + plus, address: &text[address..end] });
        }
        from = at + 4;
    }
    None
}

fn address_end(text: &str) -> Option<usize> {
    let colon = text.find([':', '+'])?;
    let body = text[colon..].strip_prefix("://")?;
    let run = body.find(['+', '\n', ' ']).unwrap_or(body.len());
    let body_end = body[..run].trim_end_matches(['"', ',']);
    (body_end.chars().count() >= 2).then_some(colon + 3 + body_end.len())
}

fn in_text(setting: &Setting, folder: &Folder, text: &Str, depth: usize) -> Result<Value, String> {
    let Some(text) = text.as_utf8() else { return Ok(text.clone().into()) };
    let text = resolve_inner(setting, folder, text.to_owned(), depth)?;
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(found) = find(rest) {
        let value = look_up(setting, folder, found.address).map_err(|why| format!("expand {}: {why}", found.address))?;
        if found.start == 0 && found.end == rest.len() && out.is_empty() && rest.len() == text.len() {
            return Ok(value);
        }
        out.push_str(&rest[..found.start]);
        out.push_str(&crate::golang::fmt::sprint(&[value]).to_text());
        rest = &rest[found.end..];
    }
    out.push_str(rest);
    Ok(Value::string(out))
}

/// Replaces references that stand inside others, innermost first.
fn resolve_inner(setting: &Setting, folder: &Folder, mut text: String, depth: usize) -> Result<String, String> {
    for _ in depth..MAX_NESTING {
        let starts: Vec<usize> = text.match_indices("ref+").map(|(at, _)| at).collect();
        let nested = starts.windows(2).rev().find_map(|pair| {
            let between = text[pair[0] + 4..pair[1]].trim_end_matches("secret");
            (!between.contains([' ', '\n', '\r', '\t', '"', ','])).then_some(pair[1])
        });
        let Some(at) = nested else { return Ok(text) };
        let Some(found) = find(&text[at..]) else { return Ok(text) };
        let value = look_up(setting, folder, found.address).map_err(|why| format!("expand {}: {why}", found.address))?;
        if !matches!(value.kind, Is::String(_) | Is::Bool(_) | Is::Int(..) | Is::Uint(..) | Is::Float(_)) {
            return Err(format!("nested ref {} is no single value; nested refs must resolve to scalar values", found.address));
        }
        let (start, end) = (at + found.start, at + found.end);
        let shown = crate::golang::fmt::sprint(&[value]);
        text.replace_range(start..end, &shown.to_text());
    }
    Err(format!("maximum nesting depth ({MAX_NESTING}) exceeded"))
}

fn look_up(setting: &Setting, folder: &Folder, address: &str) -> Result<Value, String> {
    let (scheme, rest) = address.split_once("://").unwrap_or((address, ""));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let fragment = fragment.trim_start_matches('#').trim_start_matches('/');
    match scheme {
        "echo" if fragment.is_empty() => Ok(Value::string(path.trim_end_matches('/'))),
        "echo" => echo_map(path).and_then(|map| at_fragment(&map, fragment)),
        "file" => {
            // parity: vals joins the URL's host and path, so file://./x is ./x, and reads from the working folder
            let shown = path.strip_suffix('/').unwrap_or(path);
            let here = Folder::here(folder.from.clone());
            let bytes = here.read(&*setting.host, shown).map_err(|error| error.message().to_owned())?;
            if fragment.is_empty() {
                return encoded(bytes, query);
            }
            let source = setting.sources.add(here.typed(&*setting.host, shown), bytes);
            let reading = Reading { resolver: Resolver::Helmfile, duplicates: Duplicates::Refuse };
            let value =
                read_value(&source, reading).map_err(|faults| faults.first().map_or(String::new(), |fault| fault.message.clone()))?;
            match value.as_map() {
                Some(map) => at_fragment(map, fragment),
                None => Err(format!("{shown} is no mapping")),
            }
        }
        _ => Err(format!("no provider registered for scheme {scheme:?}: bkhelm reads secrets from echo and file only")),
    }
}

fn encoded(bytes: Vec<u8>, query: &str) -> Result<Value, String> {
    let encode = query.split('&').find_map(|pair| pair.strip_prefix("encode=")).unwrap_or("raw");
    match encode {
        "raw" | "" => Ok(Value::string(bytes)),
        "base64" => Ok(Value::string(data_encoding::BASE64.encode(&bytes))),
        other => Err(format!("Unsupported encode parameter: '{other}'.")),
    }
}

fn echo_map(path: &str) -> Result<Map, String> {
    let keys: Vec<&str> = path.split('/').collect();
    let [parents @ .., key, value] = keys.as_slice() else {
        return Err(format!("key must have two or more components separated by \"/\": got {path:?}"));
    };
    let innermost: Map = [(*key, Value::string(*value))].into_iter().collect();
    Ok(parents.iter().rev().fold(innermost, |inner, key| [(*key, Value::from(inner))].into_iter().collect()))
}

fn at_fragment(map: &Map, fragment: &str) -> Result<Value, String> {
    let keys: Vec<&str> = fragment.split('/').collect();
    let mut at = map.clone();
    for (position, key) in keys.iter().enumerate() {
        let Some(value) = at.get(key) else { return Ok(Value::NIL) };
        if position + 1 == keys.len() {
            return Ok(value);
        }
        at = value
            .as_map()
            .cloned()
            .ok_or_else(|| format!("unexpected type of value for key at {position}={key} in [{}]: expected a map", keys.join(" ")))?;
    }
    Ok(Value::NIL)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_reference_ends_where_vals_ends_it() {
        let address = |text: &'static str| find(text).map(|found| (found.address, found.end));
        assert_eq!(address("pre-ref+echo://two+-post"), Some(("echo://two", 19)));
        assert_eq!(address("ref+echo://x"), None);
        assert_eq!(address("\"ref+echo://abc\","), Some(("echo://abc", 15)));
        assert_eq!(address("no-referrer+x"), None);
    }
}
