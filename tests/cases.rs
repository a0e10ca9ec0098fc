//! Cases as files: `tests/cases/<room>/<name>/` in, `snapshots/<room>/<name>.txt` out.
//!
//! A case folder holds the files of a small deployment or chart and a file `command`: one line a call, the words
//! after `bkhelm` (quoted as in a shell, `NAME=value` before them sets a variable; lines with `#` are comments). All
//! calls run in one fresh copy of the folder. The snapshot holds each call with its exit code, stdout, stderr and, at the
//! end, the names of the files that were written. `BLESS=1` writes snapshots anew: look at the difference before you commit.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Call, copy_folder, first_difference, project};

#[test]
fn cases() {
    let bless = std::env::var_os("BLESS").is_some();
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut failed = Vec::new();
    let mut passed = 0;
    for case in folders(&project().join("tests/cases")) {
        let name = case.strip_prefix(project().join("tests/cases")).expect("below cases").display().to_string();
        if !name.contains(&only) {
            continue;
        }
        let snapshot = project().join("snapshots").join(format!("{name}.txt"));
        let got = run(&case);
        if bless {
            fs::create_dir_all(snapshot.parent().expect("a folder")).expect("a folder");
            fs::write(&snapshot, &got).expect("the snapshot can be written");
        }
        match fs::read_to_string(&snapshot) {
            Ok(want) if want == got => passed += 1,
            Ok(want) => failed.push(format!("{name}: {}", first_difference(&want, &got))),
            Err(_) => failed.push(format!("{name}: no snapshot; BLESS=1 writes one")),
        }
    }
    assert!(failed.is_empty(), "{passed} cases passed, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed > 0 || !only.is_empty(), "no cases were found");
}

#[test]
fn every_snapshot_of_a_case_has_its_case() {
    for room in fs::read_dir(project().join("tests/cases")).expect("cases").flatten() {
        let snapshots = project().join("snapshots").join(room.file_name());
        for snapshot in fs::read_dir(&snapshots).into_iter().flatten().flatten() {
            let path = snapshot.path();
            let case = room.path().join(path.file_stem().expect("a name"));
            assert!(case.join("command").is_file(), "{} has no case {}", path.display(), case.display());
        }
    }
}

/// All folders below that hold a file `command`, in order.
fn folders(below: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(below).sort_by_file_name();
    let commands = entries.into_iter().flatten().filter(|entry| entry.file_name() == "command");
    commands.map(|entry| entry.path().parent().expect("a folder").to_owned()).collect()
}

fn run(case: &Path) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let work = folder.path().canonicalize().expect("a folder").join("case");
    copy_folder(case, &work);
    fs::remove_file(work.join("command")).expect("the copy's command");
    let before = files(&work);
    let commands = fs::read_to_string(case.join("command")).expect("the command");
    let mut shown = String::new();
    for line in commands.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let mut call = Call::new(&work);
        let mut words = words(line).into_iter().peekable();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')).filter(|(name, _)| is_variable(name)) {
            call = call.variable(name, value);
            words.next();
        }
        let ran = call.arguments(words).run();
        let clean = |text: &str| text.replace(&work.display().to_string(), "@DIR@");
        write!(shown, "$ bkhelm {line}\nexit {}\n--- stdout\n{}--- stderr\n{}", ran.code, clean(&ran.stdout), clean(&ran.stderr))
            .expect("text");
    }
    for file in files(&work).difference(&before) {
        writeln!(shown, "+++ {file}\n{}", fs::read_to_string(work.join(file)).unwrap_or_else(|_| "(not text)".to_owned())).expect("text");
    }
    shown
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn files(below: &Path) -> BTreeSet<String> {
    let entries = walkdir::WalkDir::new(below).into_iter().flatten().filter(|entry| !entry.file_type().is_dir());
    entries.map(|entry| entry.path().strip_prefix(below).expect("below").display().to_string()).collect()
}

/// Words of a line: split at spaces, quotes keep them together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut begun, mut quote) = (String::new(), false, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => (quote, begun) = (Some(c), true),
            (None, ' ') => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (None, c) => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}
