//! Which of lint's findings are reported: what comments allow, what a baseline or a revision has already, and again when
//! files change.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Exit, Run, lint};
use crate::check::{Allowed, Baseline, Fingerprints};
use crate::cli::{GlobalFlags, LintArgs};
use crate::diag::{Error, Errors, Kind, Result};
use crate::host::{EntryKind, Host, Revision};

/// The findings that are new, and how many are known already: to the baseline, or to the revision of `--since`. With
/// `--write-baseline` none is new: all are written there.
///
/// # Errors
/// A baseline that can't be read or written; a revision that does not exist.
pub fn narrow(run: &Run, args: &LintArgs, flags: &GlobalFlags, mut found: Errors) -> Result<(Errors, usize)> {
    let mut known = 0;
    if let Some(revision) = &args.since {
        let before = earlier(run, args, flags, revision)?;
        let mut fingerprints = Fingerprints::default();
        let count = found.len();
        found = found.into_iter().filter(|finding| !before.contains(&fingerprints.of(finding))).collect();
        known += count - found.len();
    }
    let Some(file) = &args.baseline else { return Ok((found, known)) };
    let path = Path::new(file);
    if args.write_baseline {
        let bytes = Baseline::write(&found).map_err(|text| Error::new(Kind::Render, text))?;
        run.host().write(path, &bytes)?;
        run.output.info(&format!("{file}: {} findings written", found.len()));
        return Ok((Errors::new(), known + found.len()));
    }
    let text = run.host().read(path).map_err(|error| error.hint("--write-baseline makes the file"))?;
    let (kept, held) = Baseline::read(file, &text)?.apply(found);
    Ok((kept, known + held))
}

/// Fingerprints of what lint found at a revision of the repository.
fn earlier(run: &Run, args: &LintArgs, flags: &GlobalFlags, revision: &str) -> Result<HashSet<String>> {
    let host: Arc<dyn Host> = Arc::new(Revision::open(run.setting.host.clone(), revision)?);
    let mut past = Run::new(run.called.clone(), flags, host, false).map_err(|(_, error)| error)?;
    past.output.level = crate::report::Level::Error;
    past.hooks = false;
    let mut fingerprints = Fingerprints::default();
    Ok(lint::look(past.recording(), args).found.iter().map(|finding| fingerprints.of(finding)).collect())
}

/// The comments of all texts that were read, and of the files that findings point into.
pub fn comments(run: &Run, found: &Errors) -> Allowed {
    let mut allowed = Allowed::default();
    for file in run.setting.sources.files() {
        allowed.read(&file.name.to_text(), &file.text);
    }
    let related = |finding: &Error| finding.related_places().iter().map(|one| one.place.file.clone()).collect::<Vec<_>>();
    let named: HashSet<String> =
        found.iter().flat_map(|finding| finding.place().map(|place| place.file.clone()).into_iter().chain(related(finding))).collect();
    for file in named {
        let path = Path::new(&file);
        if run.host().kind(path) == Some(EntryKind::File)
            && let Ok(text) = run.host().read(path)
        {
            allowed.read(&file, &text);
        }
    }
    allowed
}

/// How often folders are looked at.
const LOOK: Duration = Duration::from_millis(400);
/// Files that are watched at most: a folder with more is no deployment's.
const WATCHED: usize = 50_000;

/// Does the work again whenever a file below the current folder changed; ends with Ctrl-C.
pub fn watch(run: &Run, flags: &GlobalFlags, work: impl Fn(&Run) -> Exit) -> Exit {
    let here = run.host().current_folder();
    let mut seen = state_of(run.host(), &here);
    loop {
        run.host().sleep(LOOK);
        let now = state_of(run.host(), &here);
        if now == seen {
            continue;
        }
        seen = now;
        run.output.info("--- files changed");
        match Run::new(run.called.clone(), flags, run.setting.host.clone(), run.output.colour) {
            Ok(mut fresh) => drop(work(fresh.recording())),
            Err((_, error)) => return run.fail(error.into()),
        }
    }
}

/// A number that changes when a file below the folder is written, made or removed.
fn state_of(host: &dyn Host, folder: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut open = vec![folder.to_owned()];
    let mut count = 0;
    while let Some(folder) = open.pop() {
        for name in host.list(&folder).unwrap_or_default() {
            let path = folder.join(&name);
            count += 1;
            if count > WATCHED
                || name.starts_with('.')
                || ["target", "node_modules"].contains(&name.as_str())
                || host.link_target(&path).is_some()
            {
                continue;
            }
            (&path, host.modified(&path)).hash(&mut hasher);
            if host.kind(&path) == Some(EntryKind::Folder) {
                open.push(path);
            }
        }
    }
    hasher.finish()
}
