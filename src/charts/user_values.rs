//! What a user gives on the command line: files and settings in helm's fixed order
//! (helm pkg/cli/values/options.go).

use std::path::{Path, PathBuf};

use super::profile::{Profile, ValuesDocuments};
use crate::data::yaml::{Documents, read_values};
use crate::data::{Map, Sources, Value};
use crate::diag::{Error, Kind, Place, Result};
use crate::host::Host;
use crate::values::set::{Flag, Setting, Settings, merge_maps, parse_into};

/// `-f` files and the `--set` family.
#[derive(Debug, Clone, Default)]
pub struct UserValues {
    /// Values that were read before, first the weakest; below the files.
    pub layers: Vec<Map>,
    /// Paths of values files, first the weakest; `-` is standard input.
    pub files: Vec<String>,
    /// Settings in the order typed. The flags have a fixed order among themselves, whatever was typed first.
    pub settings: Vec<Setting>,
    /// The folder that the files of `--set-file` start from; empty for the current one.
    pub folder: PathBuf,
}

/// The order in which the flags count: later ones win.
const ORDER: [Flag; 5] = [Flag::SetJson, Flag::Set, Flag::SetString, Flag::SetFile, Flag::SetLiteral];

impl UserValues {
    /// Reads and merges them.
    ///
    /// # Errors
    /// `failed to parse FILE: …`, `open FILE: …`, `failed parsing --set data: …`.
    pub fn merge(&self, host: &dyn Host, sources: &Sources, profile: Profile) -> Result<Map> {
        let values = Map::new();
        for layer in &self.layers {
            // A copy: merging changes maps in place, and others hold the layer too.
            if let Some(layer) = Value::from(layer.clone()).deep_copy().as_map() {
                merge_maps(&values, layer);
            }
        }
        for file in &self.files {
            let bytes = read_file(host, file)?;
            let source = sources.add(file.as_str(), bytes);
            let documents = match profile.values_documents {
                ValuesDocuments::Merged => Documents::All,
                ValuesDocuments::First => Documents::First,
            };
            let given = read_values(&source, documents).map_err(|error| {
                Error::new(Kind::Values, format!("failed to parse {file}: {}", error.message)).at(Place::in_text(
                    file.as_str(),
                    &source.text,
                    error.offset,
                ))
            })?;
            merge_maps(&values, &given);
        }
        let read = |name: &str| {
            let real = self.folder.join(name);
            let reworded = |error: Error| error.wrap(|words| words.replacen(&real.display().to_string(), name, 1));
            if name.trim() == "-" { host.stdin() } else { host.read(&real).map_err(reworded) }
        };
        let settings = Settings { dialect: profile.set_dialect, sources, read: &read };
        for flag in ORDER {
            for setting in self.settings.iter().filter(|setting| setting.flag == flag) {
                parse_into(&values, setting, &settings)?;
            }
        }
        Ok(values)
    }
}

fn read_file(host: &dyn Host, name: &str) -> Result<Vec<u8>> {
    if name.trim() == "-" { host.stdin() } else { host.read(Path::new(name)) }
}
