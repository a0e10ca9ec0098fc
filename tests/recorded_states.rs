//! Small states with what the real helmfile made of them: parts, bases, environments, templates, inheritance, sub-states,
//! selectors, secrets, scalars. `tests/cases/state/recorded.jsonl`, written by `tests/oracle/record-states.py`.
//!
//! Exit code, stdout and written files must be equal; of a failure, helmfile's words must stand in our messages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::harness::{Call, project};

#[test]
fn small_states_give_what_helmfile_gave() {
    let text = fs::read_to_string(project().join("tests/cases/state/recorded.jsonl")).expect("the cases");
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut failed = Vec::new();
    let mut passed = 0;
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).expect("a case");
        let name = case["name"].as_str().expect("a name");
        for run in case["runs"].as_array().expect("runs").iter().filter(|_| name.contains(&only)) {
            match difference(&case["files"], run) {
                None => passed += 1,
                Some(difference) => failed.push(format!("{name} {}: {difference}", run["arguments"])),
            }
        }
    }
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed > 0, "no cases were found");
}

fn difference(files: &Json, run: &Json) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let work = folder.path().canonicalize().expect("a folder").join("case");
    write_files(files, &work);
    let before = files_below(&work);
    let arguments = run["arguments"].as_array().expect("arguments").iter().filter_map(Json::as_str);
    let mut call = Call::new(&work).arguments(arguments);
    for (name, value) in run["variables"].as_object().expect("variables") {
        call = call.variable(name, value.as_str().expect("text"));
    }
    let ran = call.run();
    let clean = |text: &str| text.replace(&work.display().to_string(), "@DIR@");
    let stderr = squeezed(&clean(&ran.stderr));
    if i64::from(ran.code) != run["exit"] {
        return Some(format!("exit {} for {}: {stderr}", ran.code, run["exit"]));
    }
    if run["stdout"] != clean(&ran.stdout) {
        return Some(format!("stdout\n  want {}\n  got  {:?}", run["stdout"], clean(&ran.stdout)));
    }
    let written: BTreeMap<String, String> = files_below(&work).into_iter().filter(|(name, _)| !before.contains_key(name)).collect();
    if run["written"] != serde_json::to_value(&written).expect("text") {
        return Some(format!("written\n  want {}\n  got  {written:?}", run["written"]));
    }
    let says = run.get("says").and_then(Json::as_array).cloned().unwrap_or_default();
    let missing = says.iter().filter_map(Json::as_str).find(|words| !stderr.contains(&squeezed(words)));
    missing.map(|words| format!("stderr lacks {words:?}: {stderr}"))
}

/// Writes a case's files below a folder.
pub fn write_files(files: &Json, work: &Path) {
    for (name, text) in files.as_object().expect("files") {
        let path = work.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text.as_str().expect("text")).expect("a file");
    }
}

/// White space as single blanks: our messages are laid out on several lines.
pub fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts of all files below a folder.
pub fn files_below(root: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    entries.map(|entry| (entry.path().strip_prefix(root).expect("below").display().to_string(), read(entry.path()))).collect()
}
