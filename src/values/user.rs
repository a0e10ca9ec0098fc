//! The user's values of a release, as helm merges its flags.

use super::set::{self, Dialect, Flag};
use crate::data::{Kind as ValueKind, Map, Sources, Value};
use crate::diag::Result;

/// What helm's value flags hold: `--values` documents, weakest first, and `--set` arguments.
#[derive(Debug, Clone, Default)]
pub struct UserValues {
    /// Parsed `--values` documents.
    pub files: Vec<Map>,
    /// `--set` and its family, each flag's arguments in order.
    pub set: Vec<(Flag, String)>,
}

impl UserValues {
    /// One map: files, then `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`, whatever the order on
    /// the command line was (helm pkg/cli/values/options.go).
    ///
    /// # Errors
    /// `failed parsing --set data: …`, and what `read` says of a `--set-file`.
    pub fn merge(&self, dialect: Dialect, sources: &Sources, read: &mut dyn FnMut(&str) -> Result<Vec<u8>>) -> Result<Map> {
        let mut merged = Map::new();
        for file in &self.files {
            merged = over(&merged, file);
        }
        for flag in [Flag::SetJson, Flag::Set, Flag::SetString, Flag::SetFile, Flag::SetLiteral] {
            for (_, argument) in self.set.iter().filter(|(of, _)| *of == flag) {
                set::parse_into(&merged, flag, argument, dialect, sources, read)?;
            }
        }
        Ok(merged)
    }
}

/// `strong` over `weak`: maps deeply, everything else replaces, null too. The result shares no map with either.
fn over(weak: &Map, strong: &Map) -> Map {
    let merged = Map::new();
    for (key, value) in weak.read().iter() {
        merged.insert(key.clone(), value.deep_copy());
    }
    for (key, value) in strong.read().iter() {
        let below = match (merged.get(key), value.as_map()) {
            (Some(Value { kind: ValueKind::Map(weaker), .. }), Some(stronger)) => {
                Value::from(over(&weaker, stronger)).from_origin(value.origin)
            }
            _ => value.deep_copy(),
        };
        merged.insert(key.clone(), below);
    }
    merged
}
