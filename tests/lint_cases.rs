//! Mistakes in the embedded deployment: each case of `tests/cases/lint/` is the deployment with a few edits, and the one finding that
//! they have to give.
//!
//! `case.yaml` has `edits` (file, find, replace), `files` (whole ones) and `arguments`; `expected` has one line: code, severity,
//! place. Run one case with `BKHELM_CASE=BK1601 cargo test --test all lint_cases`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use bkhelm::check::codes;
use bkhelm::data::yaml::{Reading, read_value};
use bkhelm::data::{Sources, Value};

use crate::harness::{Call, project};

/// Codes that no mistake of a deployment gives to lint.
const WITHOUT_CASE: [(&str, &str); 8] = [
    ("BK0001", "the command line: lint ends with it before it looks at anything"),
    ("BK0302", "nothing is selected: lint ends with it before it looks at anything"),
    ("BK0701", "lint asks no cluster"),
    ("BK0702", "lint changes no cluster"),
    ("BK1501", "has cases of its own"),
    ("BK1502", "has cases of its own"),
    ("BK1701", "has cases of its own"),
    ("BK1702", "has cases of its own"),
];

struct Case {
    name: String,
    arguments: Vec<String>,
    /// The files that it changes, with their new text.
    files: BTreeMap<String, String>,
    expected: String,
}

fn text(value: &Value, key: &str) -> String {
    value.path([key]).and_then(|text| Some(text.as_str()?.to_string())).unwrap_or_default()
}

fn items(value: &Value, key: &str) -> Vec<Value> {
    value.path([key]).and_then(|list| Some(list.as_list()?.items().to_vec())).unwrap_or_default()
}

impl Case {
    fn read(folder: &Path) -> Case {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let written = fs::read(folder.join("case.yaml")).unwrap_or_else(|error| panic!("{name}/case.yaml: {error}"));
        let source = Sources::new().add("case.yaml", written);
        let case = read_value(&source, Reading::CHARTS).unwrap_or_else(|errors| panic!("{name}/case.yaml: {errors:?}"));
        let mut files = BTreeMap::new();
        for edit in items(&case, "edits") {
            let [file, find, replace] = ["file", "find", "replace"].map(|key| text(&edit, key));
            let before = files.remove(&file).unwrap_or_else(|| fs::read_to_string(project().join(&file)).expect("a file to edit"));
            assert!(before.contains(&find), "{name}: {file} has no {find:?}");
            files.insert(file, before.replacen(&find, &replace, 1));
        }
        for (file, content) in case.path(["files"]).and_then(|files| files.as_map().cloned()).unwrap_or_default().snapshot() {
            files.insert(file.to_string(), content.as_str().expect("a text").to_string());
        }
        let arguments = items(&case, "arguments").iter().filter_map(|word| Some(word.as_str()?.to_string())).collect();
        let expected = fs::read_to_string(folder.join("expected")).unwrap_or_else(|error| panic!("{name}/expected: {error}"));
        Case { name, arguments, files, expected: expected.trim_end().to_owned() }
    }

    /// What lint finds with the case's files in a copy of the deployment; the copy is left as it was.
    fn found(&self, copy: &Path) -> String {
        for (file, content) in &self.files {
            let path = copy.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        let ran = Call::new(copy).arguments(["lint", "--output", "json"]).arguments(self.arguments.iter().cloned()).run();
        for file in self.files.keys() {
            let path = copy.join(file);
            match fs::read(project().join(file)) {
                Ok(before) => fs::write(path, before).expect("a file"),
                Err(_) => fs::remove_file(path).expect("a file"),
            }
        }
        let Ok(report) = serde_json::from_str::<serde_json::Value>(&ran.stdout) else { return ran.stderr };
        let word = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line = |finding: &serde_json::Value| {
            let place = &finding["place"];
            format!("{} {} {}:{}:{}", word(&finding["code"]), word(&finding["severity"]), word(&place["file"]), place["line"], place["column"])
        };
        report["findings"].as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn cases() -> Vec<Case> {
    let wanted = std::env::var("BKHELM_CASE").unwrap_or_default();
    let folders = fs::read_dir(project().join("tests/cases/lint")).expect("cases").flatten();
    let mut cases: Vec<Case> = folders
        .filter(|folder| folder.file_name().to_string_lossy().starts_with(&wanted))
        .map(|folder| Case::read(&folder.path()))
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// A copy of the deployment that the project is.
fn deployment() -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    fs::copy(project().join("helmfile.yaml.gotmpl"), copy.path().join("helmfile.yaml.gotmpl")).expect("a state");
    for folder in ["environments", "releases", "schemas"] {
        copy_folder(&project().join(folder), &copy.path().join(folder));
    }
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let name = entry.file_name();
        // Schemas that the program has in it, and an operator's own settings.
        let own = ["custom.yaml", "custom-values.yaml.gotmpl", "paas3_initial_cluster.yaml"].iter().any(|own| name == *own);
        let shipped = ["releases/bk-redis", "releases/bk-cmdb"].iter().any(|folder| from.ends_with(folder));
        if name == "kubernetes" || own && !shipped {
            continue;
        }
        if entry.path().is_dir() { copy_folder(&entry.path(), &to.join(name)) } else { drop(fs::copy(entry.path(), to.join(name)).expect("a file")) }
    }
}

#[test]
fn each_mistake_gives_its_finding_and_no_other() {
    let cases = Mutex::new(cases());
    let wrong = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let copy = deployment();
                loop {
                    let next = cases.lock().expect("no panic").pop();
                    let Some(case) = next else { break };
                    let found = case.found(copy.path());
                    if found != case.expected {
                        wrong.lock().expect("no panic").push(format!("{}: want {}, found\n{found}", case.name, case.expected));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no panic");
    wrong.sort();
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_code_of_lint_has_a_case() {
    let folders = fs::read_dir(project().join("tests/cases/lint")).expect("cases").flatten();
    let covered: BTreeSet<String> = folders.filter_map(|folder| Some(folder.file_name().to_str()?.split('-').next()?.to_owned())).collect();
    let known: BTreeSet<&str> = codes::every().map(|code| code.id).collect();
    for code in &covered {
        assert!(known.contains(code.as_str()), "{code} is no code");
    }
    let excepted = |id: &str| WITHOUT_CASE.iter().any(|(code, _)| *code == id);
    let missing: Vec<&&str> = known.iter().filter(|id| !covered.contains(**id) && !excepted(id)).collect();
    assert!(missing.is_empty(), "codes without a case in tests/cases/lint: {missing:?}");
    for (code, _) in WITHOUT_CASE {
        assert!(!covered.contains(code), "{code} has a case");
    }
}
