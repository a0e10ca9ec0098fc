//! Keys that stand twice in a layer that helm reads: the last one wins, and nobody says so.

use super::super::codes::LAYER_KEY_TWICE;
use crate::data::yaml::{Reading, read_documents};
use crate::data::{SourceFile, Sources};
use crate::diag::{Error, Errors};

/// The repeated keys of a release's layer. In layers of an environment they are errors, found when those are read.
pub(super) fn keys(source: &SourceFile, sources: &Sources) -> Errors {
    let mut found = Errors::new();
    for document in read_documents(source, Reading::CHARTS).unwrap_or_default() {
        for (first, later, equal) in document.repeated {
            let same = if equal { "with the same value" } else { "with another value" };
            let words = format!("a key stands twice in one mapping, {same}: the last one wins");
            let mut finding = Error::finding(&LAYER_KEY_TWICE, words);
            if let Some(place) = sources.place(later) {
                finding = finding.at(place);
            }
            if let Some(place) = sources.place(first) {
                finding = finding.related(place, "first here");
            }
            found.push(finding);
        }
    }
    found
}
