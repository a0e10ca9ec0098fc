//! Which objects a list or a watch is about.

use bkhelm::cluster::Fault;
use serde_json::Value as Json;

use super::refusals;

/// One condition on labels.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Is(Vec<String>),
    IsNot(Vec<String>),
    Exists,
    Misses,
}

/// Conditions on labels and fields; all have to hold.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    labels: Vec<(String, Wanted)>,
    fields: Vec<(String, bool, String)>,
}

impl Selector {
    /// From the query's `labelSelector` and `fieldSelector`.
    ///
    /// # Errors
    /// 400 where it can't be read.
    pub fn read(labels: &str, fields: &str) -> Result<Self, Fault> {
        let labels = split(labels).into_iter().map(|part| condition(&part)).collect::<Result<_, _>>()?;
        let fields = fields.split(',').filter(|part| !part.is_empty()).map(|part| {
            let (path, is, value) = match part.split_once("!=") {
                Some((path, value)) => (path, false, value),
                None => part.split_once('=').map(|(path, value)| (path, true, value.trim_start_matches('='))).unwrap_or((part, true, "")),
            };
            (format!("/{}", path.replace('.', "/")), is, value.to_owned())
        });
        Ok(Self { labels, fields: fields.collect() })
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether the object is meant.
    pub fn picks(&self, body: &Json) -> bool {
        let label = |name: &str| body["metadata"]["labels"].get(name).and_then(Json::as_str);
        let labels = self.labels.iter().all(|(name, wanted)| match wanted {
            Wanted::Is(values) => label(name).is_some_and(|value| values.iter().any(|known| known == value)),
            Wanted::IsNot(values) => label(name).is_none_or(|value| values.iter().all(|known| known != value)),
            Wanted::Exists => label(name).is_some(),
            Wanted::Misses => label(name).is_none(),
        });
        labels
            && self.fields.iter().all(|(path, is, value)| (body.pointer(path).and_then(Json::as_str).unwrap_or_default() == value) == *is)
    }
}

/// At commas outside of parentheses.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn condition(part: &str) -> Result<(String, Wanted), Fault> {
    let part = part.trim();
    let one = |value: &str| vec![value.trim().to_owned()];
    let many = |list: &str| {
        let inner = list.trim().strip_prefix('(').and_then(|list| list.strip_suffix(')'));
        let inner = inner.ok_or_else(|| refusals::bad_request("unable to parse requirement: found '' expected: '('"))?;
        Ok::<_, Fault>(inner.split(',').map(|value| value.trim().to_owned()).collect())
    };
    let (name, wanted) = if let Some(name) = part.strip_prefix('!') {
        (name, Wanted::Misses)
    } else if let Some((name, value)) = part.split_once("!=") {
        (name, Wanted::IsNot(one(value)))
    } else if let Some((name, value)) = part.split_once('=') {
        (name, Wanted::Is(one(value.trim_start_matches('='))))
    } else if let Some((name, rest)) = part.split_once(" notin") {
        (name, Wanted::IsNot(many(rest)?))
    } else if let Some((name, rest)) = part.split_once(" in") {
        (name, Wanted::Is(many(rest)?))
    } else {
        (part, Wanted::Exists)
    };
    Ok((name.trim().to_owned(), wanted))
}
