//! The forms of lint's findings, read by others' readers or against a schema.

use std::collections::BTreeSet;

use bkhelm::check::codes;
use serde_json::Value as Json;

use crate::harness::{Call, Ran, project};

/// A deployment with an error at a known place, a warning, and an allowed finding.
fn deployment() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        (
            "helmfile.yaml",
            "releases:\n- {name: web, namespace: bk, chart: ./web, values: [web.yaml]}\n- {name: fine, namespace: bk, chart: ./fine}\n",
        ),
        ("web.yaml", "port: abc\nadminPassword: [hidden-marker]\nmode: x<y&z\n"),
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        (
            "web/values.schema.json",
            r#"{"properties": {"port": {"type": "integer"}, "adminPassword": {"type": "string"}, "mode": {"enum": ["a"]}}}"#,
        ),
        ("web/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: a, x: b}\n"),
        ("fine/Chart.yaml", "apiVersion: v2\nname: fine\nversion: 0.1.0\n"),
        ("fine/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n"),
    ];
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}

fn lint(folder: &tempfile::TempDir, arguments: &[&str]) -> Ran {
    Call::new(folder.path()).arguments([&["lint"], arguments].concat()).run()
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn json_is_as_its_schema_says() {
    let folder = deployment();
    let ran = lint(&folder, &["--output", "json"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let report = json(&ran.stdout);
    let mut compiler = boon::Compiler::new();
    let mut schemas = boon::Schemas::new();
    let file = project().join("docs/findings.schema.json");
    let schema = compiler.compile(file.to_str().expect("a path"), &mut schemas).expect("a schema");
    schemas.validate(&report, schema).unwrap_or_else(|error| panic!("{error}\n{report:#}"));
    let found = |code: &str| report["findings"].as_array().into_iter().flatten().filter(|one| one["code"] == code).count();
    assert_eq!((found("BK0104"), found("BK1303")), (3, 1), "{report:#}");
    assert_eq!(report["findings"][0]["place"], serde_json::json!({"file": "web.yaml", "line": 1, "column": 7}), "{report:#}");
}

#[test]
fn sarif_names_rules_places_and_fingerprints() {
    let folder = deployment();
    let report = json(&lint(&folder, &["--output", "sarif"]).stdout);
    // What the schema does not know would be lost on the way.
    let read: serde_sarif::sarif::Sarif = serde_json::from_value(report.clone()).expect("SARIF");
    assert_eq!(serde_json::to_value(&read).expect("SARIF"), report);
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a level")));
        assert!(!result["message"]["text"].as_str().expect("a text").is_empty());
        let location = &result["locations"][0]["physicalLocation"];
        let uri = location["artifactLocation"]["uri"].as_str().expect("a uri");
        assert!(folder.path().join(uri).exists(), "{uri}");
        assert!(location["region"]["startLine"].as_u64().is_none_or(|line| line > 0));
        assert_eq!(result["partialFingerprints"]["bkhelm/v1"].as_str().map(str::len), Some(32));
    }
}

#[test]
fn gitlab_and_github_get_what_they_read() {
    let folder = deployment();
    let report = json(&lint(&folder, &["--output", "gitlab"]).stdout);
    let fingerprints: BTreeSet<&str> =
        report.as_array().expect("a list").iter().map(|one| one["fingerprint"].as_str().expect("a text")).collect();
    assert_eq!(fingerprints.len(), report.as_array().map_or(0, Vec::len));
    for one in report.as_array().expect("a list") {
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&one["severity"].as_str().expect("a text")));
        assert!(one["location"]["lines"]["begin"].as_u64().expect("a line") > 0 && one["location"]["path"].is_string());
        assert!(one["description"].is_string() && one["check_name"].is_string());
    }
    let text = lint(&folder, &["--output", "github"]).stdout;
    assert!(text.contains("::error file=web.yaml,line=1,col=7,title=BK0104 "), "{text}");
    assert!(text.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")), "{text}");
}

#[test]
fn junit_is_xml_with_a_suite_a_release() {
    let folder = deployment();
    let text = lint(&folder, &["--output", "junit"]).stdout;
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let suites: Vec<(&str, usize, usize)> =
        report.test_suites.iter().map(|suite| (suite.name.as_str(), suite.tests, suite.failures)).collect();
    assert_eq!(suites, [("release web", 4, 3), ("release fine", 1, 0)], "{text}");
}

#[test]
fn no_form_shows_a_secret() {
    let folder = deployment();
    for form in ["text", "json", "sarif", "junit", "github", "gitlab"] {
        let ran = lint(&folder, &["--output", form]);
        assert!(!ran.stdout.contains("hidden-marker") && !ran.stderr.contains("hidden-marker"), "{form}:\n{}", ran.stdout);
    }
}

#[test]
fn comments_baselines_and_revisions_leave_findings_out() {
    let folder = deployment();
    let counts = |arguments: &[&str]| {
        let ran = lint(&folder, &[&["--output", "json"], arguments].concat());
        let report = json(&ran.stdout);
        let count = |key: &str| report[key].as_u64().expect("a count");
        (ran.code, count("errors"), count("allowed"), count("known"))
    };
    assert_eq!(counts(&[]), (4, 3, 0, 0));
    let layer = folder.path().join("web.yaml");
    std::fs::write(&layer, "port: abc # bkhelm: allow BK0104 a test\nadminPassword: [x]\nmode: x<y&z\n").expect("a file");
    assert_eq!(counts(&[]), (4, 2, 1, 0));
    assert_eq!(counts(&["--baseline", "base.json", "--write-baseline"]).0, 0);
    assert_eq!(counts(&["--baseline", "base.json"]), (0, 0, 1, 3));
    let git = |arguments: &[&str]| {
        let ran = std::process::Command::new("git")
            .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("git runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "x"]);
    assert_eq!(counts(&["--since", "HEAD"]), (0, 0, 1, 3));
    std::fs::write(&layer, "port: abc # bkhelm: allow BK0104 a test\nadminPassword: [x]\nmode: other\n").expect("a file");
    assert_eq!(counts(&["--since", "HEAD"]), (4, 1, 1, 2));
    let ran = lint(&folder, &["--since", "nothing"]);
    assert!(ran.code == 3 && ran.stderr.contains("nothing"), "{}", ran.stderr);
}

#[test]
fn every_code_has_its_page_and_its_line_in_the_docs() {
    let table = std::fs::read_to_string(project().join("docs/findings.md")).expect("the docs");
    let mut ids = BTreeSet::new();
    for code in codes::every() {
        assert!(ids.insert(code.id), "{} is there twice", code.id);
        assert!(code.page.starts_with(&format!("# {}: {}\n\n", code.id, code.title)), "the head of the page of {}", code.id);
        let row = format!("| [{0}](findings/{0}.md) | {1} | {2} |", code.id, code.severity.word(), code.title);
        assert!(table.contains(&row), "docs/findings.md has no line\n{row}");
    }
    let pages = std::fs::read_dir(project().join("docs/findings")).expect("pages").flatten();
    for page in pages {
        let name = page.file_name().into_string().expect("a name");
        assert!(ids.contains(name.trim_end_matches(".md")), "{name} is the page of no code");
    }
    let ran = Call::new(project()).arguments(["explain-finding", "bk1303"]).run();
    assert!(ran.code == 0 && ran.stdout.contains("Severity: warning"), "{}", ran.stdout);
    let ran = Call::new(project()).arguments(["explain-finding", "BK1333"]).run();
    assert!(ran.code == 3 && ran.stderr.contains("did you mean"), "{}", ran.stderr);
}
