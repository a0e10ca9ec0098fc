//! Scalars without quotes that mean something else to the program than to a person.

use super::super::codes::{SURPRISING_KEY, SURPRISING_SCALAR};
use super::{Written, printed, shown};
use crate::data::yaml::{Resolver, Word, meaning};
use crate::data::{Kind, Map, Str, Value};
use crate::diag::{Error, Errors};

/// Ends of keys whose values are texts, also where they look like numbers; in lower case without `-` and `_`.
const TEXT_KEYS: [&str; 12] =
    ["tag", "version", "revision", "commit", "hash", "sha", "digest", "password", "passwd", "token", "secret", "serial"];

/// Ends of keys whose values are octal on purpose.
const MODES: [&str; 3] = ["mode", "umask", "permissions"];

/// Surprises in a layer. `defaults` are those of the chart that the layer is for: where they have a boolean, `yes` is one.
pub(super) fn traps(written: &Written<'_>, defaults: Option<&Map>) -> Errors {
    let mut found = Errors::new();
    for entry in &written.entries {
        let path = shown(&entry.path);
        if let Some(word) = entry.key.as_ref().filter(|word| word.plain)
            && let Some(words) = key(word, written.resolver)
        {
            let finding = Error::finding(&SURPRISING_KEY, format!("{path}: {words}")).hint("put quotes around the key");
            found.push(written.at(finding, word));
        }
        let Some(word) = entry.value.as_ref().filter(|word| word.plain) else { continue };
        let name = entry.key.as_ref().map(|key| key.text.to_string()).unwrap_or_default();
        let wants_truth = || defaults.is_some_and(|defaults| is_truth(defaults, &entry.path));
        let said = match (truth(word), written.resolver) {
            (Some(_), Resolver::Charts) if wants_truth() => None,
            (Some(truth), resolver) => Some(old_truth(&word.text.to_text(), truth, resolver)),
            (None, _) => value(&name, word, written.resolver),
        };
        if let Some((words, hint)) = said {
            found.push(written.at(Error::finding(&SURPRISING_SCALAR, format!("{path}: {words}")), word).hint(hint));
        }
    }
    found
}

impl Written<'_> {
    fn at(&self, finding: Error, word: &Word) -> Error {
        match self.sources.place(self.origin(word.offset)) {
            Some(place) => finding.at(place),
            None => finding,
        }
    }
}

/// What one of the booleans of YAML 1.1 alone means: `yes`, `off`.
fn truth(word: &Word) -> Option<bool> {
    let old = matches!(meaning(&word.text, Resolver::Helmfile).kind, Kind::String(_));
    old.then(|| meaning(&word.text, Resolver::Charts).as_bool()).flatten()
}

fn old_truth(text: &str, truth: bool, resolver: Resolver) -> (String, &'static str) {
    match resolver {
        Resolver::Helmfile => (
            format!(
                "{text} is a text for helmfile, not {truth}: `if` takes it for true, and a release's layer that prints it without quotes gets {truth}"
            ),
            "write true or false, or put quotes around a text",
        ),
        _ => (format!("{text} is {truth} for helm, no text"), "put quotes around a text, or write true or false"),
    }
}

/// Whether the chart's own value at a path is a boolean.
fn is_truth(defaults: &Map, path: &[Str]) -> bool {
    let steps: Vec<String> = path.iter().map(|step| step.to_string()).collect();
    Value::from(defaults.clone()).path(steps.iter().map(String::as_str)).is_some_and(|value| value.as_bool().is_some())
}

/// What a number, or a time, is read as, where its text says otherwise.
fn value(key: &str, word: &Word, resolver: Resolver) -> Option<(String, &'static str)> {
    const QUOTES: &str = "put quotes around it where a text is meant";
    let text = word.text.as_utf8()?;
    let first = text.bytes().next()?;
    if !first.is_ascii_digit() && !b"+-.".contains(&first) {
        return None;
    }
    let value = meaning(text.as_bytes(), resolver);
    match value.kind {
        Kind::Object(_) => return Some((format!("{text} is a point in time for helmfile: templates print {}", printed(&value)), QUOTES)),
        Kind::Int(..) | Kind::Uint(..) | Kind::Float(_) => {}
        _ => return None,
    }
    let bare: String = key.chars().filter(|letter| !"-_.".contains(*letter)).flat_map(char::to_lowercase).collect();
    let ends = |ends: &[&str]| ends.iter().any(|end| bare.ends_with(end));
    let digits = text.trim_start_matches(['+', '-']);
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole && digits.len() > 1 && digits.starts_with('0') {
        let octal = digits.bytes().all(|byte| byte < b'8');
        let why = if octal { "a leading zero means octal" } else { "the leading zero is lost" };
        return (!ends(&MODES))
            .then(|| (format!("{} is the number {}: {why}", hidden(&bare, text), hidden(&bare, &printed(&value))), QUOTES));
    }
    let odd_groups = digits.contains('_') && digits.split('_').skip(1).any(|group| group.len() != 3);
    // Great numbers in decimal digits are told where they are printed as `1e+06`.
    let differs = !whole && ends(&TEXT_KEYS) && printed(&value) != text;
    let shown = |text: &str| hidden(&bare, text);
    (odd_groups || differs).then(|| (format!("{} is a number, and printed as {}", shown(text), shown(&printed(&value))), QUOTES))
}

/// A text, unless its key says that nobody should see it.
fn hidden(key: &str, text: &str) -> String {
    if super::super::mask::is_secret_key(key) { "this".to_owned() } else { text.to_owned() }
}

/// What becomes of a key that is no text.
fn key(word: &Word, resolver: Resolver) -> Option<String> {
    let text = word.text.to_text();
    let value = meaning(&word.text, resolver);
    match value.kind {
        Kind::Bool(truth) if !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false") => {
            Some(format!("the key {text} is read as {truth}"))
        }
        Kind::Int(..) | Kind::Uint(..) | Kind::Float(_) if printed(&value) != text && !text.contains("e+") => {
            let whole = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
            (!whole).then(|| format!("the key {text} is read as {}", printed(&value)))
        }
        _ => None,
    }
}
