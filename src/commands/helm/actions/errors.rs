//! Errors of changes in helm's form: one error, whose text is what helm prints.

use crate::diag::{Error, Errors, Kind};
use crate::render::Failure;

/// What the engine puts before a kind that is not served, as `install` has it.
pub(super) const BUILD: &str = "unable to build kubernetes objects from release manifest: ";

/// All errors of the engine as one.
pub(super) fn failure(errors: Errors) -> Box<Failure> {
    let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let mut all = errors.into_iter();
    let Some(first) = all.next() else { return Error::new(Kind::Apply, "failed").into() };
    let text = joined(&words);
    let one = all
        .flat_map(|error| error.hints().to_vec())
        .fold(first, |first, hint| if first.hints().contains(&hint) { first } else { first.hint(hint) });
    one.wrap(|_| text).into()
}

/// Several errors in one text. Kinds that are not served stand in a list (apimachinery's aggregate), of objects that belong to
/// others helm names the first, all else stands line by line (Go's `errors.Join`).
fn joined(words: &[String]) -> String {
    let kinds: Vec<&str> = words.iter().filter_map(|words| words.strip_prefix(BUILD)).collect();
    match words {
        [one] => one.clone(),
        [first, ..] if first.starts_with("unable to continue with") => first.clone(),
        _ if kinds.len() == words.len() => format!("{BUILD}[{}]", kinds.join(", ")),
        _ => words.join("\n"),
    }
}

/// The failure with words before it.
pub(super) fn before(words: &str, mut failure: Box<Failure>) -> Box<Failure> {
    failure.error = failure.error.wrap(|text| format!("{words}{text}"));
    failure
}
