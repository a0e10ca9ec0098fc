//! Recorded cases: files of JSON lines that the real programs' answers stand in, replayed against ours.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::{Call, project};

/// Replays all cases of a file below `tests/cases` (those whose name holds `ONLY`, where that is set). `check` gives for each
/// run of a case what it was called with, and the difference if there is one.
pub fn replay(file: &str, check: impl Fn(&Json) -> Vec<(String, Option<String>)>) {
    let text = fs::read_to_string(project().join("tests/cases").join(file)).expect("the cases");
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut failed = Vec::new();
    let mut passed = 0;
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).expect("a case");
        let name = case["name"].as_str().expect("a name");
        if !name.contains(&only) {
            continue;
        }
        for (run, difference) in check(&case) {
            match difference {
                None => passed += 1,
                Some(difference) => failed.push(format!("{name} {run}: {difference}")),
            }
        }
    }
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed > 0, "no cases were found");
}

/// The runs of a case with `files` and `runs`, each in a folder of its own, by what must be equal: exit code, stdout, and
/// written files; what the real program `says` must stand in our standard error, which may say more. `call` makes a
/// call in that folder of some arguments.
pub fn differences(case: &Json, call: impl Fn(&Path, &Json, &Json) -> Call) -> Vec<(String, Option<String>)> {
    let runs = case["runs"].as_array().expect("runs").iter();
    runs.map(|run| (run["arguments"].to_string(), difference(&case["files"], run, &call))).collect()
}

fn difference(files: &Json, run: &Json, call: impl Fn(&Path, &Json, &Json) -> Call) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let work = folder.path().canonicalize().expect("a folder").join("case");
    fs::create_dir_all(&work).expect("a folder");
    write_files(files, &work);
    for arguments in run.get("before").and_then(Json::as_array).into_iter().flatten() {
        call(&work, run, arguments).run();
    }
    let before = files_below(&work);
    let ran = call(&work, run, &run["arguments"]).run();
    let clean = |text: &str| text.replace(&work.display().to_string(), "@DIR@");
    let (stdout, stderr) = (clean(&ran.stdout), squeezed(&clean(&ran.stderr)));
    if i64::from(ran.code) != run["exit"] {
        return Some(format!("exit {} for {}: {stderr}", ran.code, run["exit"]));
    }
    if run["stdout"] != stdout {
        return Some(format!("stdout\n  want {}\n  got  {stdout:?}", run["stdout"]));
    }
    let changed = files_below(&work).into_iter().filter(|(name, text)| before.get(name) != Some(text));
    let written: BTreeMap<String, String> = changed.map(|(name, text)| (name, clean(&text))).collect();
    if run["written"] != serde_json::to_value(&written).expect("text") {
        return Some(format!("written\n  want {}\n  got  {written:?}", run["written"]));
    }
    let says = run.get("says").and_then(Json::as_array).into_iter().flatten();
    let missing: Vec<&str> = says.map(|words| words.as_str().expect("words")).filter(|words| !stderr.contains(&squeezed(words))).collect();
    (!missing.is_empty()).then(|| format!("stderr lacks {missing:?}: {stderr}"))
}

/// The arguments of a call.
pub fn arguments(arguments: &Json) -> impl Iterator<Item = &str> {
    arguments.as_array().expect("arguments").iter().map(|argument| argument.as_str().expect("text"))
}

/// Writes a case's files below a folder.
fn write_files(files: &Json, work: &Path) {
    for (name, text) in files.as_object().expect("files") {
        let path = work.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text.as_str().expect("text")).expect("a file");
    }
}

/// White space as single blanks: our messages are laid out on several lines.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts of all files below a folder.
fn files_below(root: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    entries.map(|entry| (entry.path().strip_prefix(root).expect("below").display().to_string(), read(entry.path()))).collect()
}
