//! The embedded deployment's own rules: each has a case that meets it and one that does not.
//!
//! A case is `tests/cases/rules/<rule>.yaml`: `pass` and `fail`, each a list of small deployments (`environment`, `env`,
//! `releases` by name, each with `values`, `labels`, `needs`, `manifests` …). One that fails names in `says` a part of the message, and in
//! `at` the text that the finding's place begins with.

use std::collections::BTreeSet;

use bkhelm::check::{Deployment, Member, Object, Rules};
use bkhelm::data::yaml::{Reading, read_value};
use bkhelm::data::{Map, SourceFile, Sources, Value, json};
use bkhelm::diag::Errors;

use crate::harness::{Call, project};

const FILE: &str = "schemas/rules.yaml";

fn rules() -> Rules {
    let text = std::fs::read(project().join(FILE)).expect("the rules");
    let (rules, faults) = Rules::read(FILE, &text);
    let faults: Vec<String> = faults.iter().map(|fault| format!("{:?} {fault}", fault.place())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    rules
}

fn text(map: &Map, key: &str) -> String {
    map.get(key).and_then(|value| Some(value.as_str()?.to_string())).unwrap_or_default()
}

/// The deployment of a case. Releases come in the order of the file.
fn deployment(case: &Value, source: &SourceFile) -> Deployment {
    let case = case.as_map().expect("a mapping");
    let mut deployment = Deployment::default();
    let environment = case.get("environment").map_or_else(|| "default".to_owned(), |name| name.as_str().expect("a text").to_string());
    deployment.environment(&environment, case.get("env").and_then(|env| env.as_map().cloned()).as_ref().unwrap_or(&Map::new()));
    let mut releases = case.get("releases").and_then(|releases| releases.as_map().cloned()).unwrap_or_default().snapshot();
    releases.sort_by_key(|(_, release)| release.origin);
    for (name, release) in releases {
        let origin = release.origin;
        let release = release.as_map().cloned().unwrap_or_default();
        let texts = |key: &str| {
            let map = release.get(key).and_then(|map| map.as_map().cloned()).unwrap_or_default();
            map.snapshot().into_iter().map(|(key, value)| (key.to_string(), value.as_str().expect("a text").to_string())).collect()
        };
        let list = |key: &str| release.get(key).and_then(|list| Some(list.as_list()?.items().to_vec())).unwrap_or_default();
        deployment.add(Member {
            name: name.to_string(),
            namespace: text(&release, "namespace"),
            chart: text(&release, "chart"),
            version: text(&release, "version"),
            chart_version: text(&release, "chartVersion"),
            app_version: text(&release, "appVersion"),
            labels: texts("labels"),
            needs: list("needs").iter().map(|need| need.as_str().expect("a text").to_string()).collect(),
            values: release.get("values").and_then(|values| values.as_map().cloned()).unwrap_or_default(),
            objects: list("manifests").into_iter().map(|object| Object::of_file(object, source.clone())).collect(),
            origin,
        });
    }
    deployment
}

/// What is wrong with a case; empty where it comes out as it says.
fn fault(rule: &str, case: &Value, found: &Errors, passes: bool) -> Option<String> {
    let shown: Vec<String> =
        found.iter().map(|one| format!("{} {one} at {:?}", one.code().id, one.place().map(ToString::to_string))).collect();
    let shown = shown.join("; ");
    if passes {
        return (!found.is_empty()).then(|| format!("should pass, but: {shown}"));
    }
    let case = case.as_map().expect("a mapping");
    let (says, at) = (text(case, "says"), text(case, "at"));
    let Some(first) = found.iter().next() else { return Some("should fail, and nothing was found".to_owned()) };
    if found.iter().any(|one| one.code().id != "BK1702") {
        return Some(format!("fails with another finding: {shown}"));
    }
    if says.is_empty() || !first.message().contains(&says) {
        return Some(format!("does not say {says:?}: {shown}"));
    }
    let place = first.place().expect("a place");
    let stands = place.excerpt.as_deref().unwrap_or_default().chars().skip(place.column.saturating_sub(1) as usize).collect::<String>();
    let related =
        first.related_places().iter().any(|related| related.note.contains(rule)) || first.hints().iter().any(|hint| hint.contains(rule));
    (at.is_empty() || !stands.starts_with(&at) || !related).then(|| format!("is at {stands:?}, not at {at:?}: {shown}"))
}

#[test]
fn every_rule_is_met_and_broken_by_its_cases() {
    let all = rules();
    let mut wrong = Vec::new();
    let mut count = 0;
    for name in all.names() {
        let file = format!("tests/cases/rules/{name}.yaml");
        let Ok(bytes) = std::fs::read(project().join(&file)) else {
            wrong.push(format!("{name} has no case"));
            continue;
        };
        let sources = Sources::new();
        let source = sources.add(file.as_str(), bytes);
        let cases = read_value(&source, Reading::CHARTS).unwrap_or_else(|error| panic!("{file}: {error:?}"));
        for (kind, passes) in [("pass", true), ("fail", false)] {
            let list = cases.path([kind]).and_then(|list| Some(list.as_list()?.items().to_vec())).unwrap_or_default();
            if list.is_empty() {
                wrong.push(format!("{name} has no case that should {kind}"));
            }
            for (at, case) in list.iter().enumerate() {
                let found = all.only(name).check(&deployment(case, &source), &sources);
                wrong.extend(fault(name, case, &found, passes).map(|fault| format!("{name}, {kind} {}: {fault}", at + 1)));
                count += 1;
            }
        }
    }
    println!("{count} cases of {} rules", all.names().count());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_case_is_of_a_rule() {
    let all = rules();
    let names: BTreeSet<&str> = all.names().collect();
    for entry in std::fs::read_dir(project().join("tests/cases/rules")).expect("cases").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        assert!(names.contains(name.trim_end_matches(".yaml")), "{name} is the case of no rule");
    }
}

#[test]
fn the_file_is_as_its_schema_says() {
    let mut compiler = boon::Compiler::new();
    let mut schemas = boon::Schemas::new();
    let file = project().join("docs/rules.schema.json");
    let schema = compiler.compile(file.to_str().expect("a path"), &mut schemas).expect("a schema");
    let read = |text: &[u8]| -> serde_json::Value {
        let value = read_value(&Sources::new().add(FILE, text), Reading::CHARTS).expect("YAML");
        serde_json::from_slice(&json::write(&value, false, "").expect("JSON")).expect("JSON")
    };
    let rules = read(&std::fs::read(project().join(FILE)).expect("the rules"));
    schemas.validate(&rules, schema).unwrap_or_else(|error| panic!("{error}"));
    for wrong in [
        "rules: [{name: a, message: x}]",
        "rules: [{name: a, message: x, check: y, chek: z}]",
        "rules: [{name: a, message: x, check: y, for: each}]",
    ] {
        assert!(schemas.validate(&read(wrong.as_bytes()), schema).is_err(), "{wrong}");
    }
}

/// Sources as the docs and the rules name them: `PS-1`, a range `LE-1 – LE-8` as all between.
fn ids(text: &str) -> BTreeSet<String> {
    let words = text.split(|one: char| !one.is_ascii_alphanumeric() && one != '-' && one != '–').filter(|word| !word.is_empty());
    let mut ids = BTreeSet::new();
    let mut last: Option<(String, u32)> = None;
    let mut range = false;
    for word in words {
        let id = word.split_once('-').and_then(|(group, number)| Some((group.to_owned(), number.parse::<u32>().ok()?)));
        match (id, &last) {
            (Some((group, to)), Some((of, from))) if range && *of == group => {
                ids.extend((*from..=to).map(|number| format!("{group}-{number}")))
            }
            (Some((group, number)), _) => {
                ids.insert(format!("{group}-{number}"));
                last = Some((group, number));
            }
            (None, _) => {}
        }
        range = word == "–";
    }
    ids
}

#[test]
fn every_rule_that_operators_keep_is_a_rule_or_has_a_reason() {
    let rules = ids(&std::fs::read_to_string(project().join(FILE))
        .expect("the rules")
        .lines()
        .filter(|line| line.contains("source: "))
        .collect::<Vec<_>>()
        .join("\n"));
    let docs = std::fs::read_to_string(project().join("docs/rules.md")).expect("the docs");
    let reasons = ids(docs.split("Not rules, since").nth(1).expect("the table"));
    let all = [("PS", 30), ("DO", 15), ("SE", 21), ("ST", 22), ("PO", 10), ("OR", 13), ("VE", 8), ("YA", 12), ("LE", 12)];
    let all: BTreeSet<String> = all.iter().flat_map(|(group, count)| (1..=*count).map(move |number| format!("{group}-{number}"))).collect();
    let named: BTreeSet<String> = rules.union(&reasons).cloned().collect();
    assert_eq!(all.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "neither a rule nor a reason");
    assert_eq!(named.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new(), "not there");
    println!("{} of {} are rules, {} have reasons", rules.len(), all.len(), reasons.len());
}

/// A deployment of two releases, with a rule about both.
fn two_releases() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        (
            "helmfile.yaml",
            "environments:\n  default:\n    values: [env.yaml]\n---\nreleases:\n- {name: one, namespace: a, chart: ./web, values: [one.yaml.gotmpl]}\n\
             - {name: two, namespace: a, chart: ./web, values: [two.yaml]}\n",
        ),
        ("env.yaml", "shared:\n  password: hidden-marker\n"),
        ("one.yaml.gotmpl", "login: {user: web}\nauth:\n  password: {{ .Values.shared.password }}\n"),
        ("two.yaml", "login: {user: web}\nauth:\n  password: other-marker\n"),
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("web/values.yaml", "replicas: 1\n"),
        ("web/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\n"),
        (
            "schemas/rules.yaml",
            "rules:\n- name: passwords\n  message: 'two has ${releases[\"two\"].values.auth.password}, not ${env.shared.password}'\n  \
             check: releases[\"one\"].values.auth.password == releases[\"two\"].values.auth.password\n",
        ),
    ];
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

#[test]
fn a_rule_that_is_not_met_points_at_the_layers() {
    let folder = two_releases();
    let lint = |arguments: &[&str]| Call::new(folder.path()).arguments([&["lint"], arguments].concat()).run();
    let ran = lint(&[]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("error[BK1702]: environment default: two has ********, not ********\n"), "{}", ran.stdout);
    for place in ["one.yaml.gotmpl:3:13", "two.yaml:3:13", "schemas/rules.yaml:2:3"] {
        assert!(ran.stdout.contains(place), "{place}:\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("marker"), "{}", ran.stdout);
    // A release that is not selected ends the question.
    assert_eq!(lint(&["-l", "name=one"]).code, 0);
    std::fs::write(folder.path().join("two.yaml"), "auth:\n  password: other-marker # bkhelm: allow BK1702 it is another server\n")
        .expect("a file");
    assert_eq!(lint(&[]).code, 0);
    std::fs::write(folder.path().join("schemas/rules.yaml"), "rules: [{name: a}]\n").expect("a file");
    let ran = lint(&[]);
    assert!(ran.code == 4 && ran.stdout.contains("error[BK1701]"), "{}", ran.stdout);
}
