//! Files that others refer to by URL, kept beside the deployment: `URL → bytes by digest`, never from the network.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::sha256;
use crate::data::{Map, Sources, Value, json};
use crate::diag::{Error, Kind, Place, Result};
use crate::host::{EntryKind, Host};

/// The file that says which URL is which file, and its digest.
const LOCK: &str = "lock.json";

/// A folder of such files, as its lock says.
#[derive(Debug, Clone, Default)]
pub struct Vendored {
    folder: PathBuf,
    /// By URL.
    entries: BTreeMap<String, Entry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Its path below the folder.
    file: String,
    /// Its SHA-256.
    digest: String,
}

impl Vendored {
    /// Reads the lock of a folder; without one, nothing is kept there.
    ///
    /// # Errors
    /// A lock that is none.
    pub fn open(host: &dyn Host, folder: &Path) -> Result<Self> {
        let mut vendored = Self { folder: folder.to_owned(), entries: BTreeMap::new() };
        let lock = folder.join(LOCK);
        if host.kind(&lock) != Some(EntryKind::File) {
            return Ok(vendored);
        }
        let shown = lock.display().to_string();
        let broken = |words: &str| {
            Error::new(Kind::Syntax, format!("{shown} is no lock of vendored files: {words}"))
                .at(Place::file(&shown))
                .hint("write it anew with `bkhelm schema vendor --update`")
        };
        let text = host.read(&lock)?;
        let document = json::read(&Sources::new().add(shown.as_str(), text)).map_err(|(words, _)| broken(&words))?;
        let files = document.path(["files"]).and_then(|files| files.as_map().cloned()).ok_or_else(|| broken("it has no `files`"))?;
        for (url, entry) in files.read().iter() {
            let word = |key: &str| Some(entry.path([key])?.as_str()?.to_string());
            let (Some(file), Some(digest)) = (word("file"), word("sha256")) else {
                return Err(broken(&format!("{url} has no file or no sha256")));
            };
            if file != file_name(&file) {
                return Err(broken(&format!("{file:?} leaves the folder")));
            }
            vendored.entries.insert(url.to_string(), Entry { file, digest });
        }
        Ok(vendored)
    }

    /// Whether the URL is kept.
    pub fn has(&self, url: &str) -> bool {
        self.entries.contains_key(url)
    }

    /// What is kept of a URL.
    ///
    /// # Errors
    /// Nothing is, the file can't be read, or it is not what the lock says.
    pub fn load(&self, host: &dyn Host, url: &str) -> Result<Vec<u8>> {
        let entry = self.entries.get(url).ok_or_else(|| {
            Error::new(Kind::Fetch, format!("{url} is not vendored: this run stays offline"))
                .hint("`bkhelm schema vendor` keeps what schemas refer to")
        })?;
        let path = self.folder.join(&entry.file);
        let bytes = host.read(&path)?;
        let digest = sha256(&bytes);
        if digest != entry.digest {
            let words = format!("{} was changed: its SHA-256 is {digest}, the lock says {}", path.display(), entry.digest);
            return Err(Error::new(Kind::Fetch, words).hint("`bkhelm schema vendor --update` takes it anew"));
        }
        Ok(bytes)
    }

    /// Writes these files and their lock, in place of what the lock said before. Gives the files that the lock named and
    /// names no more: they stay, for nothing is removed here.
    ///
    /// # Errors
    /// What can't be written.
    pub fn replace(&self, host: &dyn Host, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<PathBuf>> {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for (url, bytes) in files {
            let digest = sha256(bytes);
            let mut file = file_name(url.split_once("://").map_or(url.as_str(), |(_, rest)| rest));
            // Names that differ in what a file can't have only.
            if file == LOCK || entries.values().any(|other| other.file.eq_ignore_ascii_case(&file) && other.digest != digest) {
                file = format!("{}-{file}", digest.get(..8).unwrap_or_default());
            }
            entries.insert(url.clone(), Entry { file, digest });
        }
        for (url, entry) in &entries {
            let path = self.folder.join(&entry.file);
            let bytes = files.get(url).map_or(&[][..], Vec::as_slice);
            if host.read(&path).ok().is_none_or(|old| old != bytes) {
                host.write(&path, bytes)?;
            }
        }
        host.write(&self.folder.join(LOCK), &lock(&entries).map_err(|words| Error::new(Kind::Fetch, words))?)?;
        let named = |file: &str| entries.values().any(|entry| entry.file == file);
        Ok(self.entries.values().filter(|old| !named(&old.file)).map(|old| self.folder.join(&old.file)).collect())
    }
}

fn lock(entries: &BTreeMap<String, Entry>) -> Result<Vec<u8>, String> {
    let files: Map = entries
        .iter()
        .map(|(url, entry)| {
            let entry: Map = [("file", Value::from(entry.file.as_str())), ("sha256", entry.digest.as_str().into())].into_iter().collect();
            (url.as_str(), Value::from(entry))
        })
        .collect();
    let document: Map = [("files", Value::from(files)), ("version", Value::int(1))].into_iter().collect();
    let mut bytes = json::write(&document.into(), false, "  ")?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A path below the folder that every system can have.
fn file_name(address: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let parts = address.split('/').filter(|part| !part.is_empty());
    let clean = parts.map(|part| {
        let part: String = part.chars().map(|c| if fits(c) { c } else { '_' }).take(100).collect();
        if part.chars().all(|c| c == '.') { "_".repeat(part.len()) } else { part }
    });
    clean.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_stay_below_the_folder() {
        assert_eq!(file_name("example.org/a/b.json"), "example.org/a/b.json");
        assert_eq!(file_name("example.org:8080/../x?y=1#z"), "example.org_8080/__/x_y_1_z");
    }
}
