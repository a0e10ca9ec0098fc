//! A host without a machine: files in memory, a clock that stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bkhelm::diag::{Error, Kind};
use bkhelm::gotmpl::World;
use bkhelm::host::{Command, EntryKind, Host, Output, Request, Response};

/// The clock stands, nothing is random.
pub struct Still;

impl World for Still {
    fn now(&self) -> i128 {
        1_700_000_000_000_000_000
    }
    fn random(&self, buffer: &mut [u8]) {
        for (position, byte) in buffer.iter_mut().enumerate() {
            *byte = (position * 37 + 11) as u8;
        }
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

/// A host with some files and nothing else.
pub struct Memory {
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Memory {
    fn refused<T>(&self, what: &str) -> Result<T, Error> {
        Err(Error::new(Kind::File, what))
    }
}

impl Host for Memory {
    fn current_folder(&self) -> PathBuf {
        PathBuf::from("/")
    }
    fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        let missing = || Error::new(Kind::File, format!("open {}: no such file or directory", path.display()));
        self.files.get(path).cloned().ok_or_else(missing)
    }
    fn kind(&self, path: &Path) -> Option<EntryKind> {
        if self.files.contains_key(path) {
            return Some(EntryKind::File);
        }
        self.files.keys().any(|file| file.starts_with(path)).then_some(EntryKind::Folder)
    }
    fn modified(&self, _: &Path) -> Option<i128> {
        None
    }
    fn link_target(&self, _: &Path) -> Option<Result<PathBuf, Error>> {
        None
    }
    fn list(&self, path: &Path) -> Result<Vec<String>, Error> {
        let below = self.files.keys().filter_map(|file| file.strip_prefix(path).ok()?.iter().next());
        let mut names: Vec<String> = below.map(|name| name.to_string_lossy().into_owned()).collect();
        names.dedup();
        names.sort();
        names.dedup();
        Ok(names)
    }
    fn write(&self, _: &Path, _: &[u8]) -> Result<(), Error> {
        self.refused("nothing is written here")
    }
    fn write_secret(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.write(path, bytes)
    }
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
    fn variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    fn now(&self) -> i128 {
        Still.now()
    }
    fn machine(&self) -> String {
        "memory".to_owned()
    }
    fn process(&self) -> String {
        "1-1".to_owned()
    }
    fn is_alive(&self, process: &str) -> bool {
        process == "1-1"
    }
    fn usage(&self) -> (std::time::Duration, u64) {
        Default::default()
    }
    fn zone(&self) -> String {
        Still.zone()
    }
    fn random(&self, buffer: &mut [u8]) {
        Still.random(buffer);
    }
    fn run(&self, _: &Command) -> Result<Output, Error> {
        self.refused("nothing is run here")
    }
    fn ask(&self, _: &Request) -> Result<Response, Error> {
        self.refused("nothing is asked here")
    }
    fn sleep(&self, _: Duration) {}
    fn read_line(&self) -> Result<Option<String>, Error> {
        Ok(None)
    }
    fn stdin(&self) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }
}
