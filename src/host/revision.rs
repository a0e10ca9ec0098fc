//! The files as they were at a revision of the git repository around the current folder.
//!
//! What git holds is read into memory at once; outside the repository, and for everything but files, the world stays as it
//! is. Nothing can be written.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::real::fault;
use super::{Command, EntryKind, Host, Output, Request, Response};
use crate::diag::{Error, Kind, Result};

/// Links in a row: more are a ring.
const LINKS: usize = 40;

enum Entry {
    File(Vec<u8>),
    Folder,
    Link(PathBuf),
}

/// A repository's files at a revision, in the world of another host.
pub struct Revision {
    world: Arc<dyn Host>,
    root: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
}

impl Revision {
    /// The repository around the current folder at that revision: `HEAD~1`, `origin/main`, a hash.
    ///
    /// # Errors
    /// No git, no repository, no such revision.
    pub fn open(world: Arc<dyn Host>, revision: &str) -> Result<Self> {
        let folder = world.current_folder();
        let git = |folder: &Path, arguments: &[&str], input: Vec<u8>| {
            let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
            let ran =
                world.run(&Command { program: "git".to_owned(), arguments, folder: folder.to_owned(), input, ..Command::default() })?;
            if ran.code == 0 {
                return Ok(ran.stdout);
            }
            let words = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
            Err(Error::new(Kind::Usage, format!("revision {revision:?}: git: {words}")))
        };
        let root = PathBuf::from(String::from_utf8_lossy(&git(&folder, &["rev-parse", "--show-toplevel"], Vec::new())?).trim_end());
        let commit = format!("{revision}^{{commit}}");
        let commit = git(&root, &["rev-parse", "--verify", "--end-of-options", &commit], Vec::new())
            .map_err(|error| error.hint("a branch, a tag or a hash that `git log` knows"))?;
        let commit = String::from_utf8_lossy(&commit).trim().to_owned();
        let tree = git(&root, &["ls-tree", "-r", "-z", "--full-tree", &commit], Vec::new())?;
        let files: Vec<(&[u8], &str, PathBuf)> = tree.split(|byte| *byte == 0).filter_map(listed).collect();
        let wanted: String = files.iter().map(|(_, id, _)| format!("{id}\n")).collect();
        let blobs = git(&root, &["cat-file", "--batch"], wanted.into_bytes())?;
        let mut entries = BTreeMap::from([(PathBuf::new(), Entry::Folder)]);
        let mut rest = blobs.as_slice();
        for (mode, _, path) in &files {
            let Some((blob, after)) = next_blob(rest) else { break };
            rest = after;
            for above in path.ancestors().skip(1) {
                entries.entry(above.to_owned()).or_insert(Entry::Folder);
            }
            let entry = match *mode {
                b"120000" => Entry::Link(PathBuf::from(String::from_utf8_lossy(blob).into_owned())),
                _ => Entry::File(blob.to_owned()),
            };
            entries.insert(path.clone(), entry);
        }
        Ok(Self { world, root, entries })
    }

    /// The path below the repository; `None` outside it.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        clean(&self.world.current_folder().join(path)).strip_prefix(&self.root).ok().map(Path::to_owned)
    }

    /// Where a path inside leads once links on the way are followed.
    fn follow(&self, inside: &Path) -> Option<PathBuf> {
        let mut whole = inside.to_owned();
        for _ in 0..LINKS {
            let link = whole.ancestors().find_map(|part| match self.entries.get(part) {
                Some(Entry::Link(target)) => Some((part.to_owned(), target)),
                _ => None,
            });
            let Some((part, target)) = link else { return Some(whole) };
            let behind = whole.strip_prefix(&part).map(Path::to_owned).unwrap_or_default();
            let led = self.root.join(part.parent().unwrap_or(Path::new(""))).join(target).join(behind);
            whole = clean(&led).strip_prefix(&self.root).ok()?.to_owned();
        }
        None
    }

    fn entry(&self, inside: &Path) -> Option<&Entry> {
        self.entries.get(&self.follow(inside)?)
    }
}

/// `MODE blob ID\tPATH`; nothing for submodules.
fn listed(line: &[u8]) -> Option<(&[u8], &str, PathBuf)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = (line.get(..tab)?, line.get(tab.checked_add(1)?..)?);
    let mut words = head.split(|byte| *byte == b' ');
    let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
    let path = PathBuf::from(String::from_utf8_lossy(path).into_owned());
    (kind == b"blob").then_some((mode, std::str::from_utf8(id).ok()?, path))
}

/// The content of the next `ID blob SIZE\n…\n`, and what follows.
fn next_blob(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let size: usize = std::str::from_utf8(bytes.get(..end)?).ok()?.rsplit(' ').next()?.parse().ok()?;
    let from = end.checked_add(1)?;
    let to = from.checked_add(size)?;
    Some((bytes.get(from..to)?, bytes.get(to.checked_add(1)?..)?))
}

/// The path without `.` and `..`, by its letters.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(cleaned.pop()),
            part => cleaned.push(part),
        }
    }
    cleaned
}

impl Host for Revision {
    fn current_folder(&self) -> PathBuf {
        self.world.current_folder()
    }
    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let Some(inside) = self.inside(path) else { return self.world.read(path) };
        match self.entry(&inside) {
            Some(Entry::File(bytes)) => Ok(bytes.clone()),
            Some(_) => Err(fault("read", path, &io::ErrorKind::IsADirectory.into())),
            None => Err(fault("open", path, &io::ErrorKind::NotFound.into())),
        }
    }
    fn kind(&self, path: &Path) -> Option<EntryKind> {
        let Some(inside) = self.inside(path) else { return self.world.kind(path) };
        match self.entry(&inside)? {
            Entry::File(_) => Some(EntryKind::File),
            Entry::Folder => Some(EntryKind::Folder),
            Entry::Link(_) => None,
        }
    }
    fn modified(&self, path: &Path) -> Option<i128> {
        if self.inside(path).is_some() { None } else { self.world.modified(path) }
    }
    fn link_target(&self, path: &Path) -> Option<Result<PathBuf>> {
        let Some(inside) = self.inside(path) else { return self.world.link_target(path) };
        let Some(Entry::Link(_)) = self.entries.get(&inside) else { return None };
        let missing = || fault("lstat", path, &io::ErrorKind::NotFound.into());
        Some(self.follow(&inside).map(|led| self.root.join(led)).ok_or_else(missing))
    }
    fn list(&self, path: &Path) -> Result<Vec<String>> {
        let Some(inside) = self.inside(path) else { return self.world.list(path) };
        let folder = self.follow(&inside).filter(|folder| matches!(self.entries.get(folder), Some(Entry::Folder)));
        let Some(folder) = folder else { return Err(fault("open", path, &io::ErrorKind::NotFound.into())) };
        // What is below a folder stands behind it.
        let behind = self.entries.range(folder.clone()..).map(|(entry, _)| entry).take_while(|entry| entry.starts_with(&folder));
        let below = behind.filter(|entry| entry.parent() == Some(&folder));
        let mut names: Vec<String> = below.filter_map(|entry| Some(entry.file_name()?.to_string_lossy().into_owned())).collect();
        names.sort();
        Ok(names)
    }
    fn write(&self, path: &Path, _: &[u8]) -> Result<()> {
        Err(fault("open", path, &io::ErrorKind::ReadOnlyFilesystem.into()).hint("a revision of the past can't be written"))
    }
    fn write_secret(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        self.write(path, bytes)
    }
    fn variable(&self, name: &str) -> Option<String> {
        self.world.variable(name)
    }
    fn variables(&self) -> Vec<(String, String)> {
        self.world.variables()
    }
    fn now(&self) -> i128 {
        self.world.now()
    }
    fn usage(&self) -> (Duration, u64) {
        self.world.usage()
    }
    fn zone(&self) -> String {
        self.world.zone()
    }
    fn machine(&self) -> String {
        self.world.machine()
    }
    fn process(&self) -> String {
        self.world.process()
    }
    fn is_alive(&self, process: &str) -> bool {
        self.world.is_alive(process)
    }
    fn random(&self, buffer: &mut [u8]) {
        self.world.random(buffer);
    }
    fn run(&self, command: &Command) -> Result<Output> {
        self.world.run(command)
    }
    fn ask(&self, request: &Request) -> Result<Response> {
        self.world.ask(request)
    }
    fn sleep(&self, time: Duration) {
        self.world.sleep(time);
    }
    fn read_line(&self) -> Result<Option<String>> {
        self.world.read_line()
    }
    fn stdin(&self) -> Result<Vec<u8>> {
        self.world.stdin()
    }
}
