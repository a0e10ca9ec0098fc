//! Findings that were there before: a file with their fingerprints, and which of a run are new.

use std::collections::{BTreeMap, HashMap};

use super::codes::STALE_BASELINE;
use crate::data::json;
use crate::data::{List, Map, Sources, Value};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::fetch::sha256;

/// What makes a finding the same one tomorrow: code, release, file, words and line of text, not the line's number. Of
/// equal ones the n-th has n in it.
#[derive(Debug, Default)]
pub struct Fingerprints(HashMap<String, u32>);

impl Fingerprints {
    /// The fingerprint of the next finding: 32 hexadecimal digits.
    pub fn of(&mut self, finding: &Error) -> String {
        let place = finding.place();
        let mut words = [
            finding.code().id,
            finding.about().unwrap_or_default(),
            place.map_or("", |place| place.file.as_str()),
            &finding.to_string(),
            place.and_then(|place| place.excerpt.as_deref()).unwrap_or_default().trim(),
        ]
        .join("\0");
        let seen = self.0.entry(words.clone()).or_default();
        if *seen > 0 {
            words.push_str(&format!("\0{seen}"));
        }
        *seen = seen.saturating_add(1);
        let mut digest = sha256(words.as_bytes());
        digest.truncate(32);
        digest
    }
}

/// A baseline file as read.
#[derive(Debug)]
pub struct Baseline {
    /// By fingerprint, in its order: where it stands, and its words.
    entries: BTreeMap<String, (Place, String)>,
}

impl Baseline {
    /// Reads `{"version": 1, "findings": [{"fingerprint": …, "code": …, "message": …}]}`.
    ///
    /// # Errors
    /// Text that is not that.
    pub fn read(file: &str, text: &[u8]) -> Result<Self> {
        let broken = |words: String| {
            Error::new(Kind::Syntax, format!("{file} is no baseline: {words}"))
                .at(Place::file(file))
                .hint("write it anew with --write-baseline")
        };
        let sources = Sources::new();
        let document = json::read(&sources.add(file, text)).map_err(|(words, _)| broken(words))?;
        let list = document.path(["findings"]).and_then(|list| list.as_list().cloned());
        let list = list.ok_or_else(|| broken("it has no findings".to_owned()))?;
        let mut entries = BTreeMap::new();
        for entry in list.iter() {
            let word = |key: &str| entry.path([key]).and_then(|value| Some((value.as_str()?.to_string(), value.origin)));
            let Some((fingerprint, origin)) = word("fingerprint") else { continue };
            let place = sources.place(origin).unwrap_or_else(|| Place::file(file));
            entries.insert(fingerprint, (place, word("message").map(|(message, _)| message).unwrap_or_default()));
        }
        Ok(Self { entries })
    }

    /// The findings that the baseline does not hold, with one for each entry of it that was not found; and how many it held.
    pub fn apply(mut self, found: Errors) -> (Errors, usize) {
        let mut fingerprints = Fingerprints::default();
        let before = found.len();
        let mut kept: Errors = found.into_iter().filter(|finding| self.entries.remove(&fingerprints.of(finding)).is_none()).collect();
        let held = before.saturating_sub(kept.len());
        let mut stale: Vec<(Place, String)> = self.entries.into_values().collect();
        stale.sort();
        kept.extend(stale.into_iter().map(|(place, message)| {
            Error::finding(&STALE_BASELINE, format!("not found any more: {message}"))
                .at(place)
                .hint("write the baseline anew with --write-baseline")
        }));
        (kept, held)
    }

    /// A baseline of these findings, as a file.
    ///
    /// # Errors
    /// The JSON writer's, which can't happen on texts.
    pub fn write(found: &Errors) -> Result<Vec<u8>, String> {
        let mut fingerprints = Fingerprints::default();
        let entries: List = found
            .iter()
            .map(|finding| {
                let entry: Map = [
                    ("code", Value::from(finding.code().id)),
                    ("file", finding.place().map_or("", |place| place.file.as_str()).into()),
                    ("fingerprint", fingerprints.of(finding).into()),
                    ("message", finding.to_string().into()),
                ]
                .into_iter()
                .collect();
                Value::from(entry)
            })
            .collect();
        let document: Map = [("findings", Value::from(entries)), ("version", Value::int(1))].into_iter().collect();
        let mut bytes = json::write(&document.into(), false, "  ")?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Baseline;
    use crate::check::codes::KEY_TWICE;
    use crate::diag::{Error, Errors, Place};

    fn finding(line: u32, words: &str) -> Error {
        Error::finding(&KEY_TWICE, words).at(Place::at("a.yaml", line, 1))
    }

    #[test]
    fn what_was_there_before_is_not_said_again_and_what_went_is() {
        let old: Errors = [finding(1, "one"), finding(2, "one"), finding(3, "two")].into_iter().collect();
        let file = Baseline::write(&old).unwrap();
        let new: Errors = [finding(7, "one"), finding(8, "three")].into_iter().collect();
        let (kept, held) = Baseline::read("base.json", &file).unwrap().apply(new);
        let said: Vec<String> = kept.iter().map(|one| format!("{} {one}", one.code().id)).collect();
        assert_eq!(
            (said, held),
            (["BK1303 three", "BK1903 not found any more: one", "BK1903 not found any more: two"].map(str::to_owned).to_vec(), 1)
        );
        assert!(Baseline::read("base.json", b"[]").is_err());
    }
}
