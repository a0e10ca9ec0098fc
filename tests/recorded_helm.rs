//! helm's commands on small charts with what the real helm made of them: `tests/cases/helm/recorded.jsonl`, written by
//! `tests/oracle/record-helm.py`.
//!
//! Exit code, stdout and changed files must be equal; helm's standard error must stand in ours, which may say more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::harness::{Call, project};
use crate::recorded_states::{files_below, squeezed, write_files};

#[test]
fn helms_commands_give_what_helm_gave() {
    let text = fs::read_to_string(project().join("tests/cases/helm/recorded.jsonl")).expect("the cases");
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
    assert!(passed > 0 || !only.is_empty(), "no cases were found");
}

fn difference(files: &Json, run: &Json) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let work = folder.path().canonicalize().expect("a folder").join("case");
    fs::create_dir_all(&work).expect("a folder");
    write_files(files, &work);
    for arguments in run.get("before").and_then(Json::as_array).into_iter().flatten() {
        call(&work, arguments).run();
    }
    let before = files_below(&work);
    let ran = call(&work, &run["arguments"]).run();
    let clean = |text: &str| text.replace(&work.display().to_string(), "@DIR@");
    let stderr = clean(&ran.stderr);
    if i64::from(ran.code) != run["exit"] {
        return Some(format!("exit {} for {}: {stderr}", ran.code, run["exit"]));
    }
    if run["stdout"] != clean(&ran.stdout) {
        return Some(format!("stdout\n  want {}\n  got  {:?}", run["stdout"], clean(&ran.stdout)));
    }
    let changed = files_below(&work).into_iter().filter(|(name, text)| before.get(name) != Some(text));
    let written: BTreeMap<String, String> = changed.map(|(name, text)| (name, clean(&text))).collect();
    if run["written"] != serde_json::to_value(&written).expect("text") {
        return Some(format!("written\n  want {}\n  got  {written:?}", run["written"]));
    }
    let says = run["says"].as_array().expect("words").iter().filter_map(Json::as_str);
    let missing = says.filter(|words| !squeezed(&stderr).contains(&squeezed(words))).collect::<Vec<_>>();
    (!missing.is_empty()).then(|| format!("stderr lacks {missing:?}: {stderr}"))
}

fn call(work: &Path, arguments: &Json) -> Call {
    let arguments = arguments.as_array().expect("arguments").iter().filter_map(Json::as_str);
    let call = Call::new(work).arguments(std::iter::once("helm").chain(arguments));
    ["CONFIG", "CACHE", "DATA"].into_iter().fold(call, |call, kind| {
        let home = work.join("home").join(kind.to_lowercase());
        call.variable(&format!("HELM_{kind}_HOME"), home.display().to_string())
    })
}
