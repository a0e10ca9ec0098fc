//! Small charts with what the real helm 4 and helm 3 made of them: loading, values, `--set`, dependencies, nulls, schemas,
//! splitting, hooks, order, errors. `tests/cases/render/recorded.jsonl`, written by `tests/oracle/record-charts.py`.
//!
//! stdout and exit code must be equal; stderr as a set of lines (some of helm's have a random order), our explanation left out.
//! A case with `differs` is known not to agree, for the reason that stands there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value as Json;

use crate::harness::Call;
use crate::harness::recorded::{arguments as texts, replay};

#[test]
fn small_charts_give_what_helm_gave() {
    replay("render/recorded.jsonl", |case| {
        let differences = ["helm4", "helm3"].map(|profile| (profile.to_owned(), difference(case, profile)));
        if case.get("differs").is_none() {
            return differences.into();
        }
        let agrees = differences.iter().all(|(_, difference)| difference.is_none());
        agrees.then(|| ("both".to_owned(), Some("differs no more".to_owned()))).into_iter().collect()
    });
}

fn difference(case: &Json, profile: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().canonicalize().expect("a folder");
    unpack(&root.join("c"), &case["files"]);
    let chart = case["chart"].as_str().expect("a chart");
    let mut arguments = vec!["helm", "template", "rel", chart, "--namespace", "ns", "--compat", profile];
    arguments.extend(texts(&case["arguments"]));
    let ran = Call::new(&root).variable("TZ", "UTC").arguments(arguments).run();
    let want = &case[profile];
    let stderr = ran.stderr.replace(&root.display().to_string(), "@DIR@");
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().filter(|line| !is_ours(line)).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    if i64::from(ran.code) != want["exit"] {
        return Some(format!("exit {} for {}: {stderr}", ran.code, want["exit"]));
    }
    if want["stdout"] != ran.stdout {
        return Some(format!("stdout\n  want {}\n  got  {:?}", want["stdout"], ran.stdout));
    }
    let wanted = want["stderr"].as_str().expect("text");
    (lines(wanted) != lines(&stderr)).then(|| format!("stderr\n  want {wanted:?}\n  got  {stderr:?}"))
}

/// Lines of our explanation, which stands before helm's words: places, excerpts, notes.
fn is_ours(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    ["-->", ":::", "|", "= note: ", "= help: "].iter().any(|start| line.starts_with(start))
}

fn unpack(chart: &Path, files: &Json) {
    fs::create_dir_all(chart).expect("a folder");
    for (name, content) in files.as_object().expect("files") {
        let path = chart.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        if let Some(target) = content.get("link") {
            symlink(target.as_str().expect("a target"), &path).expect("a link");
        } else if let Some(bytes) = content.get("base64") {
            let bytes = data_encoding::BASE64.decode(bytes.as_str().expect("text").as_bytes()).expect("base64");
            fs::write(&path, bytes).expect("a file");
        } else {
            fs::write(&path, content.as_str().expect("text")).expect("a file");
        }
    }
}
