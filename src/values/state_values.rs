//! `--state-values-set` and `--state-values-set-string`: arguments → a map (helmfile pkg/config/config.go,
//! pkg/maputil `Set`). They are not helm's `--set`: other typing, other escapes.

use super::merge::{Lists, deep_merge};
use super::setting::Setting;
use crate::data::{Kind as Is, List, Map, Origin, Value};
use crate::diag::{Error, Kind, Result};

/// The furthest element that `a[N]` may name.
const MAX_INDEX: usize = 65_536;

/// The map that arguments make: those of `-string` first, the typed ones over them.
///
/// # Errors
/// An argument without `=`, a path through something that is no map or list. (helmfile panics on these.)
pub fn parse(setting: &Setting, texts: &[&str], typed: &[&str]) -> Result<Map> {
    let strings = Map::new();
    for argument in texts {
        let base = setting.sources.add(format!("--state-values-set-string {argument}"), *argument).base;
        for (key, start, value) in string_pairs(argument) {
            set(&strings, &key_steps(key), Value::string(value).from_origin(base.plus(start)))
                .map_err(|why| fault("--state-values-set-string", argument, &why))?;
        }
    }
    let values = Map::new();
    for argument in typed {
        let base = setting.sources.add(format!("--state-values-set {argument}"), *argument).base;
        let mut start = 0;
        for pair in argument.split(',') {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(fault("--state-values-set", argument, &format!("\"{pair}\" has no ="))
                    .hint("write key=value; a comma always begins another pair"));
            };
            let origin: Origin = base.plus(start + key.len() + 1);
            set(&values, &key_steps(key), typed_value(value).from_origin(origin))
                .map_err(|why| fault("--state-values-set", argument, &why))?;
            start += pair.len() + 1;
        }
    }
    Ok(deep_merge(&strings, &values, Lists::Sparse))
}

fn fault(flag: &str, argument: &str, why: &str) -> Error {
    Error::new(Kind::Usage, format!("failed parsing {flag} {argument}: {why}"))
}

/// What `(?:,|^)([^\s=]+)=(['"][^'"]*['"]|[^,]+)` finds: key, where the value starts, value.
fn string_pairs(argument: &str) -> Vec<(&str, usize, &str)> {
    let mut pairs = Vec::new();
    let mut at = 0;
    while at < argument.len() || at == 0 {
        let rest = &argument[at..];
        let skip = if rest.starts_with(',') { 1 } else { 0 };
        if at == 0 || skip == 1 {
            let body = &rest[skip..];
            let end = body.find(|sign: char| sign == '=' || sign.is_ascii_whitespace()).unwrap_or(body.len());
            if end > 0 && body[end..].starts_with('=') {
                let start = at + skip + end + 1;
                let value = string_value(&argument[start..]);
                if !value.is_empty() {
                    pairs.push((&body[..end], start, value));
                    at = start + value.len();
                    continue;
                }
            }
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    pairs
}

fn string_value(text: &str) -> &str {
    const QUOTES: [char; 2] = ['\'', '"'];
    if text.starts_with(QUOTES)
        && let Some(end) = text[1..].find(QUOTES)
    {
        return &text[..end + 2];
    }
    &text[..text.find(',').unwrap_or(text.len())]
}

/// A dotted key in steps; a backslash takes the next character as it is.
fn key_steps(key: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut step = String::new();
    let mut escaped = false;
    for sign in key.chars() {
        match sign {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '.' if !escaped => steps.push(std::mem::take(&mut step)),
            sign => step.push(sign),
        }
        escaped = false;
    }
    if !step.is_empty() {
        steps.push(step);
    }
    steps
}

fn typed_value(text: &str) -> Value {
    match text.to_ascii_lowercase().as_str() {
        "true" => true.into(),
        "false" => false.into(),
        "null" => Value::NIL,
        "0" => Value::int64(0),
        _ if text.starts_with('0') => Value::string(text),
        _ => text.parse().map_or_else(|_| Value::string(text), Value::int64),
    }
}

/// A step: a key, or a key with an index.
fn cursor(step: &str) -> Result<(String, Option<usize>), String> {
    let spaced = step.replace(['[', ']'], " ");
    let mut words = spaced.split_whitespace();
    if let (Some(key), Some(index)) = (words.next(), words.next())
        && let Ok(index) = index.parse::<i64>()
    {
        return match usize::try_from(index) {
            Ok(index) if index <= MAX_INDEX => Ok((key.to_owned(), Some(index))),
            _ => Err(format!("index {index} is out of range")),
        };
    }
    Ok((spaced, None))
}

fn set(map: &Map, steps: &[String], value: Value) -> Result<(), String> {
    let (last, parents) = steps.split_last().ok_or("the key is empty")?;
    let mut at = map.clone();
    for step in parents {
        at = child(&at, step)?;
    }
    match cursor(last)? {
        (key, None) => at.insert(key, value),
        (key, Some(index)) => {
            let mut items = items(&at, &key, index)?;
            items[index] = value;
            at.insert(key, List::from(items))
        }
    };
    Ok(())
}

fn items(map: &Map, key: &str, index: usize) -> Result<Vec<Value>, String> {
    let mut items = match map.get(key) {
        None => Vec::new(),
        Some(Value { kind: Is::List(list), .. }) => list.items().to_vec(),
        Some(_) => return Err(format!("{key} is no list")),
    };
    items.resize(items.len().max(index + 1), Value::NIL);
    Ok(items)
}

fn child(map: &Map, step: &str) -> Result<Map, String> {
    let (key, index) = cursor(step)?;
    let Some(index) = index else {
        return match map.get(&key) {
            Some(Value { kind: Is::Map(child), .. }) => Ok(child),
            Some(_) => Err(format!("{key} is no map")),
            None => {
                let child = Map::new();
                map.insert(key, child.clone());
                Ok(child)
            }
        };
    };
    let known = map.get(&key).and_then(|value| value.as_list().map(|list| list.len()));
    let mut items = items(map, &key, index)?;
    if items[index].is_nil() {
        items[index] = Map::new().into();
    }
    let child = items[index].as_map().cloned().ok_or_else(|| format!("{key}[{index}] is no map"))?;
    // parity: helmfile pkg/maputil indexedKeyArg.getMap does not put back a list that it made longer
    if known.is_none_or(|length| length > index) {
        map.insert(key, List::from(items));
    }
    Ok(child)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{parse, string_pairs};
    use crate::data::{Kind as Is, Sources};
    use crate::host::RealHost;
    use crate::values::Setting;

    #[test]
    fn typed_and_text_arguments_differ() {
        let setting = Setting::new(Arc::new(RealHost), Sources::new());
        let map = parse(&setting, &["a.b=1,c=x y"], &["d=1,e=1.5,f=010,g[1].h=true,a.b=2"]).unwrap();
        assert!(matches!(map.get("d").unwrap().kind, Is::Int(1, _)));
        assert!(map.get("e").unwrap().as_str().is_some());
        assert!(map.get("f").unwrap().as_str().is_some());
        assert_eq!(map.get("g").unwrap().as_list().unwrap().len(), 2);
        assert!(matches!(map.get("a").unwrap().path(["b"]).unwrap().kind, Is::Int(2, _)));
        assert!(parse(&setting, &[], &["who"]).is_err());
    }

    #[test]
    fn quotes_keep_a_comma_in_a_text_value() {
        assert_eq!(string_pairs("a='x,y',b=z"), [("a", 2, "'x,y'"), ("b", 10, "z")]);
    }
}
