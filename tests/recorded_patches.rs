//! Patches as client-go computes them: `tests/cases/plan/patch.jsonl`, answered by `tests/oracle/patch`
//! (`patchoracle < questions > patch.jsonl`). `PATCHES` names another such file.

use std::fs;
use std::path::PathBuf;

use bkhelm::plan::patch::{self, OpenApi, merge};
use bkhelm::plan::{immutable_changes, ownership};
use serde_json::{Map, Value as Json};

use crate::harness::project;

#[test]
fn patches_are_those_of_client_go() {
    let file = std::env::var_os("PATCHES").map_or_else(|| project().join("tests/cases/plan/patch.jsonl"), PathBuf::from);
    let document = fs::read_to_string(project().join("tests/fixtures/openapi.json")).expect("the OpenAPI document");
    let document = OpenApi::parse(serde_json::from_str(&document).expect("JSON"));
    let mut failed = Vec::new();
    let mut passed = 0;
    for line in fs::read_to_string(file).expect("the cases").lines() {
        let case: Json = serde_json::from_str(line).expect("a case");
        let wanted = match case.get("error") {
            Some(words) => Err(words.as_str().expect("text").to_owned()),
            None => Ok(case["patch"].clone()),
        };
        let got = answer(&case, &document);
        if agree(&got, &wanted) {
            passed += 1;
        } else {
            failed.push(format!("{}\n  case {line}\n  want {wanted:?}\n  got  {got:?}", case["name"]));
        }
    }
    let shown = failed.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(failed.is_empty(), "{passed} passed, {} failed:\n{shown}", failed.len());
    assert!(passed > 0, "no cases were found");
    println!("{passed} passed");
}

fn fields<'c>(case: &'c Json, side: &str) -> &'c Map<String, Json> {
    case[side].as_object().expect("an object")
}

fn answer(case: &Json, document: &OpenApi) -> Result<Json, String> {
    let side = |name: &str| fields(case, name);
    let patch = match case["do"].as_str().expect("a question") {
        "strategic" => {
            let [api_version, kind] = [&case["kind"][0], &case["kind"][1]].map(|part| part.as_str().expect("a kind"));
            let schema = document.kind(api_version, kind).expect("a known kind");
            patch::strategic(schema, &[side("original")], side("modified"), side("current"))
        }
        "three-way" => merge::three_way(&[side("original")], side("modified"), side("current")),
        "two-way" => Ok(merge::diff(side("original"), side("modified"))),
        "apply" => {
            let mut target = case["original"].clone();
            merge::apply(&mut target, case["modified"].clone());
            return Ok(target);
        }
        "migrate" => return Ok(migrated(case)),
        other => panic!("no such question: {other}"),
    };
    patch.map(Json::Object).map_err(|error| error.to_string())
}

/// The patch that moves ownership; client-go also sends one that changes nothing where its order of keys is another.
fn migrated(case: &Json) -> Json {
    let managers: Vec<&str> = case["managers"].as_array().expect("managers").iter().filter_map(Json::as_str).collect();
    match ownership::migrate(&case["current"], "helm", &managers) {
        None if case["patch"][0]["value"] == case["current"]["metadata"]["managedFields"] => case["patch"].clone(),
        patch => patch.unwrap_or_default(),
    }
}

/// Go prints a float without a fraction as an integer. Which of several faults is told depends on the order of its maps.
fn agree(got: &Result<Json, String>, wanted: &Result<Json, String>) -> bool {
    match (got, wanted) {
        (Ok(got), Ok(wanted)) => plain(got) == plain(wanted),
        (Err(got), Err(wanted)) => got == wanted,
        _ => false,
    }
}

fn plain(value: &Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect::<Map<_, _>>().into(),
        value => value.clone(),
    }
}

/// `tests/cases/plan/immutable.jsonl`: what an API server (1.36.3) said to changes, written by `tests/oracle/patch/immutable.py`.
#[test]
fn changes_that_a_server_refuses_are_foreseen() {
    let cases = fs::read_to_string(project().join("tests/cases/plan/immutable.jsonl")).expect("the cases");
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).expect("a case");
        let changes = immutable_changes(&case["live"], &case["new"]);
        if case["refused"] != !changes.is_empty() {
            wrong.push(format!("{}: refused {}, foreseen {changes:?}: {}", case["name"], case["refused"], case["says"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.lines().count(), wrong.join("\n"));
}
