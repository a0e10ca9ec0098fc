//! Great numbers that come out as `1e+06`: helm reads every number of a file as a float64.

use std::collections::HashSet;

use super::super::causes::Spot;
use super::super::codes::PRINTED_WITH_EXPONENT;
use super::super::manifests::{Documents, Object};
use super::super::mask::is_secret_key;
use super::{printed, shown};
use crate::data::{Kind, Map, Sources, Str, Value};
use crate::diag::{Error, Errors};

/// How deep values are looked through.
const DEEPEST: usize = 100;

/// Numbers of a release's values that stand with an exponent in a text of its objects. As a number of the manifest itself such a
/// form does no harm.
pub(super) fn printed_numbers(sources: &Sources, values: &Map, documents: &Documents) -> Errors {
    let mut texts = Vec::new();
    for Object { value: object, text: of } in documents.objects().iter() {
        if [b"e+", b"e-"].iter().any(|mark| memchr::memmem::find(&of.source.text, *mark).is_some()) {
            collect(object, DEEPEST, &mut |value| {
                if let Kind::String(text) = &value.kind
                    && (memchr::memmem::find(text, b"e+").is_some() || memchr::memmem::find(text, b"e-").is_some())
                {
                    texts.push((value.clone(), Spot::new(of, value.origin)));
                }
            });
        }
    }
    let mut found = Errors::new();
    if texts.is_empty() {
        return found;
    }
    let mut numbers = Vec::new();
    with_exponent(&Value::from(values.clone()), &mut Vec::new(), &mut numbers);
    let mut told = HashSet::new();
    for (path, value, form) in numbers {
        let Some((_, spot)) = texts.iter().find(|(text, _)| text.as_str().is_some_and(|text| stands_in(text, form.as_bytes()))) else {
            continue;
        };
        // Several paths may lead to one value: `global` does.
        if !told.insert((value.origin, form.clone())) {
            continue;
        }
        let secret = path.last().is_some_and(|key| is_secret_key(&key.to_text()));
        let form = if secret { "a form with an exponent" } else { &form };
        let finding = Error::finding(&PRINTED_WITH_EXPONENT, format!("{}: the number is printed as {form}", shown(&path)));
        let finding = match sources.place(value.origin) {
            Some(place) => finding.at(place).related(spot.place(), "printed here"),
            None => spot.blame(finding),
        };
        found.push(finding.hint("put quotes around it, or `| int64` into the template"));
    }
    found
}

/// The numbers that Go prints with an exponent.
fn with_exponent(value: &Value, path: &mut Vec<Str>, found: &mut Vec<(Vec<Str>, Value, String)>) {
    if path.len() > DEEPEST {
        return;
    }
    match &value.kind {
        Kind::Float(_) => {
            let form = printed(value);
            if form.contains('e') {
                found.push((path.clone(), value.clone(), form));
            }
        }
        Kind::Map(map) => {
            for (key, value) in map.snapshot() {
                path.push(key);
                with_exponent(&value, path, found);
                path.pop();
            }
        }
        Kind::List(list) => {
            for (at, value) in list.items().iter().enumerate() {
                path.push(Str::from(format!("[{at}]")));
                with_exponent(value, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn collect(value: &Value, depth: usize, take: &mut dyn FnMut(&Value)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &value.kind {
        Kind::Map(map) => map.snapshot().iter().for_each(|(_, value)| collect(value, depth, take)),
        Kind::List(list) => list.items().iter().for_each(|value| collect(value, depth, take)),
        _ => take(value),
    }
}

/// Whether a number stands in a text, and no longer one.
fn stands_in(text: &[u8], number: &[u8]) -> bool {
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
    memchr::memmem::find_iter(text, number).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !goes_on(before) && !goes_on(text.get(at.saturating_add(number.len())))
    })
}
