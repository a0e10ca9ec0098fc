//! One part of a state file: its text, rendered where it is a template, read into a record.

use super::record::{Merging, Misfit, Reader, merge};
use super::schema::STATE;
use crate::data::{Kind as Is, Map, SourceFile};
use crate::diag::{Error, Errors, Kind, Place};
use crate::values::{Setting, Text, read_documents};

/// The parts of a text: split at lines that are `---` and nothing else, as helmfile does before reading YAML. Each with
/// the source that its origins start from.
pub(super) fn split(source: &SourceFile) -> Vec<SourceFile> {
    const MARK: &[u8] = b"\n---\n";
    let mut parts = Vec::new();
    let mut start = 0;
    let text: &[u8] = &source.text;
    let mut at = 0;
    while let Some(found) = text[at..].windows(MARK.len()).position(|window| window == MARK) {
        let end = at + found;
        parts.push((start, end));
        start = end + MARK.len();
        at = start;
    }
    parts.push((start, text.len()));
    parts
        .into_iter()
        .map(|(start, end)| SourceFile { name: source.name.clone(), base: source.base.plus(start), text: text[start..end].into() })
        .collect()
}

/// Reads the documents of a part and merges them: later ones win, lists are joined.
///
/// # Errors
/// All that is no YAML, no field of a state, or of the wrong type; each with its place.
pub(super) fn read(setting: &Setting, file: &str, source: &SourceFile) -> Result<Map, Errors> {
    let hint = if file.ends_with(".gotmpl") { "" } else { ". Started seeing this since Helmfile v1? Add the .gotmpl file extension" };
    let wrap = |index: usize, words: &str| format!("failed to read {file}: reading document at index {index}{hint}: {words}");
    let documents = read_documents(setting, &Text { source, wrap: &|words| wrap(1, words) })?;
    let mut state = Map::new();
    for (index, document) in (1..).zip(documents) {
        let reader = Reader::new(source);
        let record = match &document.value.kind {
            Is::Map(_) | Is::Nil => reader.record(&STATE, &document.value),
            _ => {
                let words = format!(
                    "line {}: cannot unmarshal {} into map[string]interface {{}}",
                    crate::values::line_of(source, &document.value),
                    crate::values::yaml_kind(&document.value)
                );
                reader.misfits.borrow_mut().push(Misfit { words, at: document.value.clone(), hint: None });
                Map::new()
            }
        };
        let misfits = reader.misfits.into_inner();
        if !misfits.is_empty() {
            return Err(misfits.into_iter().map(|misfit| explain(setting, source, &|words| wrap(index, words), misfit)).collect());
        }
        check_helmfiles(setting, source, &record).map_err(|error| error.wrap(|words| wrap(index, words)))?;
        state = merge(&STATE, &state, &record, Merging::Append);
    }
    Ok(state)
}

fn explain(setting: &Setting, source: &SourceFile, wrap: &dyn Fn(&str) -> String, misfit: Misfit) -> Error {
    let place = setting.sources.place(misfit.at.origin).unwrap_or_else(|| Place::file(source.name.to_text()));
    let error = Error::new(Kind::State, wrap(&format!("yaml: unmarshal errors:\n  {}", misfit.words))).at(place);
    match misfit.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// What helmfile asks of each entry of `helmfiles`.
fn check_helmfiles(setting: &Setting, source: &SourceFile, record: &Map) -> Result<(), Error> {
    const INHERITS: [&str; 7] = ["repositories", "helmDefaults", "commonLabels", "apiVersions", "kubeVersion", "templates", "environments"];
    for entry in super::record::list(record, "helmfiles") {
        let Some(map) = entry.as_map() else { continue };
        let path = super::record::text(map, "path");
        let names = |key: &str| format!("[{}]", super::record::texts(map, key).join(" "));
        let inherits = super::record::texts(map, "inherits");
        let words = if map.contains("selectors") && path.is_empty() {
            format!("found 'selectors' definition without path: {}", names("selectors"))
        } else if super::record::flag(map, "selectorsInherited") && !super::record::list(map, "selectors").is_empty() {
            format!("you cannot use 'SelectorsInherited: true' along with and explicit selector for path: {path}")
        } else if !inherits.is_empty() && path.is_empty() {
            format!("found 'inherits' definition without path: {}", names("inherits"))
        } else if let Some(wrong) = inherits.iter().find(|name| !INHERITS.contains(&name.as_str())) {
            format!("invalid inherits entry {wrong:?} for path {path:?}: allowed values are [{}]", INHERITS.join(" "))
        } else {
            continue;
        };
        return Err(Error::new(Kind::State, words).at(super::record::place(&setting.sources, &entry, &source.name.to_text())));
    }
    Ok(())
}
