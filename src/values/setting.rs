//! What every function of these rooms needs of the world around it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::template::Helpers;
use super::trace::Trace;
use crate::data::yaml::Duplicates;
use crate::data::{Map, SourceFile, Sources};
use crate::diag::{Error, Place, Result};
use crate::gotmpl::Limits;
use crate::host::{EntryKind, Host};

/// The world, the sources of the load, and where to put what is worth saying. Cheap to clone, shared by threads.
#[derive(Clone)]
pub struct Setting {
    /// Files, environment, programs.
    pub host: Arc<dyn Host>,
    /// Every text that is read is registered here.
    pub sources: Sources,
    /// Warnings and progress lines, in helmfile's words.
    pub notes: Notes,
    /// What to do about a key that stands twice in a layer (`--duplicate-keys`).
    pub duplicates: Duplicates,
    /// What hostile templates run into (`--limit`).
    pub limits: Limits,
    /// Where to record what templates read and what makes the lines of rendered layers; nobody wants to know where `None`.
    pub trace: Option<Trace>,
    /// What was read into the environment's values.
    pub layers: LayerLog,
    pub(super) helpers: Arc<Mutex<HashMap<PathBuf, Arc<Helpers>>>>,
}

impl Setting {
    /// A setting that refuses repeated keys.
    pub fn new(host: Arc<dyn Host>, sources: Sources) -> Self {
        Self {
            host,
            sources,
            notes: Notes::default(),
            duplicates: Duplicates::Refuse,
            limits: Limits::default(),
            trace: None,
            layers: LayerLog::default(),
            helpers: Arc::default(),
        }
    }
}

/// Notes and warnings in the order in which they came up; shared between threads.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<Error>>>);

impl Notes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds one; its severity says whether it is a note or a warning.
    pub fn push(&self, note: Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
    /// Takes all that came up since the last time.
    pub fn take(&self) -> Vec<Error> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A layer of an environment's values.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its text, rendered where it is a template; `None` for values written in the state.
    pub source: Option<SourceFile>,
    /// Its values.
    pub values: Map,
}

/// The lists of layers that a load merged, weakest layer first; shared between threads.
#[derive(Debug, Clone, Default)]
pub struct LayerLog(Arc<Mutex<Vec<Vec<Layer>>>>);

impl LayerLog {
    /// Adds a list, unless the same files were read before.
    pub fn push(&self, layers: Vec<Layer>) {
        let names =
            |layers: &[Layer]| layers.iter().map(|layer| layer.source.as_ref().map(|source| source.text.clone())).collect::<Vec<_>>();
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !layers.is_empty() && !lists.iter().any(|list| names(list) == names(&layers)) {
            lists.push(layers);
        }
    }
    /// All lists so far.
    pub fn lists(&self) -> Vec<Vec<Layer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A folder that relative paths start from, as helmfile shows it and as it is.
///
/// helmfile changes into a state's folder and shows paths from there; a process with many threads can't, so the
/// shown path and the place it is taken from are kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The absolute folder that shown paths are taken from.
    pub from: PathBuf,
    /// The folder's path as shown: `.`, `sub`, `/abs`.
    pub shown: String,
}

impl Folder {
    /// The folder `from` itself.
    pub fn here(from: PathBuf) -> Self {
        Self { from, shown: ".".to_owned() }
    }

    /// A relative path as shown, starting in this folder (`filepath.Join`); an absolute one as it is.
    pub fn shown(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { join(&self.shown, path) }
    }

    /// Where a shown path really is.
    pub fn real(&self, shown: &str) -> PathBuf {
        if shown.is_empty() { self.from.clone() } else { self.from.join(shown) }
    }

    /// The folder of a shown file.
    pub fn of(&self, shown: &str) -> Folder {
        Folder { from: self.from.clone(), shown: folder_of(shown) }
    }

    /// Reads a shown file.
    ///
    /// # Errors
    /// Go's words with the shown path.
    pub fn read(&self, host: &dyn Host, shown: &str) -> Result<Vec<u8>> {
        let real = self.real(shown);
        host.read(&real).map_err(|error| self.reword(error, &real, shown))
    }

    /// The names in a shown folder.
    ///
    /// # Errors
    /// Go's words with the shown path.
    pub fn list(&self, host: &dyn Host, shown: &str) -> Result<Vec<String>> {
        let real = self.real(shown);
        host.list(&real).map_err(|error| self.reword(error, &real, shown))
    }

    /// What is at a shown path.
    pub fn kind(&self, host: &dyn Host, shown: &str) -> Option<EntryKind> {
        host.kind(&self.real(shown))
    }

    /// A shown path as the user, who called from somewhere else, would type it.
    pub fn typed(&self, host: &dyn Host, shown: &str) -> String {
        typed(host, &self.real(shown))
    }

    fn reword(&self, error: Error, real: &Path, shown: &str) -> Error {
        let real = real.display().to_string();
        error.wrap(|message| message.replacen(&real, shown, 1)).at(Place::file(shown))
    }
}

/// An absolute path as the user would type it from the folder he is in.
pub fn typed(host: &dyn Host, real: &Path) -> String {
    let here = host.current_folder();
    let clean = PathBuf::from(clean(&real.display().to_string()));
    clean.strip_prefix(&here).unwrap_or(&clean).display().to_string()
}

/// `filepath.Join` of two.
pub fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", "") => String::new(),
        ("", path) => clean(path),
        (folder, "") => clean(folder),
        (folder, path) => clean(&format!("{folder}/{path}")),
    }
}

/// `filepath.Clean`.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => {
                steps.pop();
            }
            ".." if rooted => {}
            step => steps.push(step),
        }
    }
    match (rooted, steps.is_empty()) {
        (true, _) => format!("/{}", steps.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => steps.join("/"),
    }
}

/// `filepath.Dir`.
pub fn folder_of(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => clean(&path[..=at]),
        None => ".".to_owned(),
    }
}

/// `filepath.Base`.
pub fn file_of(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, file_of, folder_of, join};

    #[test]
    fn paths_are_cleaned_as_go_does() {
        assert_eq!(join(".", "a/../b.yaml"), "b.yaml");
        assert_eq!(join("/x", "../../y"), "/y");
        assert_eq!(clean("a//./b/../../.."), "..");
        assert_eq!(clean(""), ".");
        assert_eq!(folder_of("b.yaml"), ".");
        assert_eq!(folder_of("/b.yaml"), "/");
        assert_eq!(folder_of("a/b/c"), "a/b");
        assert_eq!(file_of("a/b/"), "b");
    }
}
