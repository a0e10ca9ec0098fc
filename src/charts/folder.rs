//! A chart's folder → its files (helm pkg/chart/v2/loader/directory.go, internal/sympath/walk.go).

use std::path::{Path, PathBuf};

use super::ignore::Rules;
use super::profile::{Loader, Profile};
use super::{File, MAX_CHART_SIZE, MAX_FILE_SIZE, Warning, without_byte_order_mark};
use crate::diag::{Error, Kind, Place, Result};
use crate::golang::{path, strconv};
use crate::host::{EntryKind, Host};

/// How deep folders may nest: links can make a circle.
const MAX_DEPTH: usize = 100;

/// All files that are not ignored, each folder's in bytewise order.
pub(super) fn read_folder(host: &dyn Host, folder: &Path, profile: Profile, warnings: &mut Vec<Warning>) -> Result<Vec<File>> {
    let top = absolute(host, folder);
    let mut rules = Rules::default();
    let ignore_file = top.join(".helmignore");
    if host.kind(&ignore_file).is_some() {
        rules = Rules::parse(&host.read(&ignore_file)?, &ignore_file.to_string_lossy())?;
    }
    rules.add_defaults();
    let mut walk = Walk { host, profile, rules, files: Vec::new(), left: MAX_CHART_SIZE, warnings };
    walk.folder(&top, "", 0)?;
    Ok(walk.files)
}

/// The path from the root, cleaned.
pub(super) fn absolute(host: &dyn Host, given: &Path) -> PathBuf {
    let whole = host.current_folder().join(given);
    PathBuf::from(String::from_utf8_lossy(&path::clean(whole.to_string_lossy().as_bytes())).into_owned())
}

struct Walk<'a> {
    host: &'a dyn Host,
    profile: Profile,
    rules: Rules,
    files: Vec<File>,
    left: usize,
    warnings: &'a mut Vec<Warning>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, inside: &str, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            let text = format!("{}: folders nest deeper than {MAX_DEPTH} levels", folder.display());
            return Err(Error::new(Kind::Limit, text).hint("a symbolic link may lead back to a folder above it"));
        }
        for name in self.host.list(folder)? {
            let full = folder.join(&name);
            let inside = if inside.is_empty() { name } else { format!("{inside}/{name}") };
            self.entry(&full, &inside, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, full: &Path, inside: &str, depth: usize) -> Result<()> {
        if let Some(target) = self.host.link_target(full) {
            let target = target.map_err(|error| {
                error.wrap(|text| format!("error evaluating symlink {}: {text}", full.display())).at(Place::file(full.to_string_lossy()))
            })?;
            let (from, to) = (full.to_string_lossy(), target.to_string_lossy());
            self.warnings.push(Warning::structured(
                self.profile,
                "INFO",
                "found symbolic link in path. Contents of linked file included and used",
                &[("path", &from), ("resolved", &to)],
                format!("walk.go:75: found symbolic link in path: {from} resolves to {to}. Contents of linked file included and used"),
            ));
        }
        let kind = self.host.kind(full);
        let is_folder = kind == Some(EntryKind::Folder);
        if self.rules.ignores(inside, is_folder) {
            return Ok(());
        }
        match kind {
            Some(EntryKind::Folder) => self.folder(full, inside, depth + 1),
            Some(EntryKind::Other) => {
                let text = format!("cannot load irregular file {} as it has file mode type bits set", full.display());
                Err(Error::new(Kind::Chart, text))
            }
            Some(EntryKind::File) | None => self.file(full, inside),
        }
    }

    fn file(&mut self, full: &Path, inside: &str) -> Result<()> {
        let bytes = self.host.read(full).map_err(|error| error.wrap(|text| format!("error reading {inside}: {text}")))?;
        let text = match self.profile.loader {
            Loader::AnyVersion if bytes.len() > MAX_FILE_SIZE => {
                let name = strconv::quote(&path::base(inside.as_bytes()));
                format!("chart file {name} is larger than the maximum file size {MAX_FILE_SIZE}")
            }
            _ if bytes.len() > self.left => {
                format!("error reading {inside}: chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes")
            }
            _ => {
                self.left -= bytes.len();
                let modified = self.host.modified(full);
                self.files.push(File { name: inside.into(), data: without_byte_order_mark(bytes), modified });
                return Ok(());
            }
        };
        Err(Error::new(Kind::Chart, text).at(Place::file(full.to_string_lossy())))
    }
}
