//! What schemas refer to, and first drafts of them.

use std::fs;
use std::path::Path;

use crate::harness::web::Web;
use crate::harness::{Call, Ran};

/// A deployment of one release whose chart's schema is that text.
fn deployment(schema: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        ("helmfile.yaml", "releases:\n- {name: web, namespace: bk, chart: ./web, values: [web.yaml]}\n"),
        ("web.yaml", "port: abc\nimage: {tag: null}\n"),
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("web/values.yaml", "replicas: 2\nimage: {tag: '1', repository: nginx}\n"),
        ("web/values.schema.json", schema),
        ("web/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
    ];
    for (name, text) in files {
        write(&folder, name, text);
    }
    folder
}

fn write(folder: &tempfile::TempDir, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn run(folder: &tempfile::TempDir, arguments: &[&str]) -> Ran {
    Call::new(folder.path()).arguments(arguments.iter().copied()).run()
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

#[test]
fn schemas_of_the_network_are_kept_and_locked() {
    let web = Web::serve(|url| {
        let base = format!(r#"{{"properties": {{"port": {{"$ref": "types.json#/definitions/port"}}}}, "$comment": "{url}"}}"#);
        let types = r#"{"definitions": {"port": {"type": "integer"}}}"#;
        vec![("/base.json".to_owned(), base.into_bytes()), ("/types.json".to_owned(), types.into())]
    });
    let folder = deployment(&format!(r#"{{"$ref": "{}/base.json"}}"#, web.url));
    let before = run(&folder, &["lint"]);
    assert!(before.code == 4 && before.stdout.contains("is not vendored"), "{}", before.stdout);
    assert!(before.stdout.contains("bkhelm schema vendor"), "{}", before.stdout);
    assert_eq!(web.take_asked(), [""; 0], "lint asked the network");

    let vendored = run(&folder, &["schema", "vendor"]);
    assert_eq!((vendored.code, web.take_asked()), (0, vec!["/base.json".to_owned(), "/types.json".to_owned()]), "{}", vendored.stderr);
    assert!(vendored.stderr.contains("2 schemas, 2 of them new"), "{}", vendored.stderr);
    assert_eq!(files_below(&folder.path().join("schemas/vendor")), ["base.json", "lock.json", "types.json"]);

    let found = run(&folder, &["lint"]);
    assert!(found.code == 4 && found.stdout.contains("web.yaml:1:7"), "{}", found.stdout);
    let refused = run(&folder, &["template"]);
    assert!(refused.code == 1 && refused.stderr.contains("got string, want integer"), "{}", refused.stderr);
    let again = run(&folder, &["schema", "vendor"]);
    assert!(again.code == 0 && again.stderr.contains("0 of them new"), "{}", again.stderr);
    assert_eq!(web.take_asked(), [""; 0], "what is locked is not asked for");
    assert_eq!(run(&folder, &["schema", "vendor", "--update"]).code, 0);
    assert_eq!(web.take_asked().len(), 2);

    let copy =
        walkdir::WalkDir::new(folder.path()).into_iter().flatten().find(|entry| entry.file_name() == "types.json").expect("the copy");
    fs::write(copy.path(), "{}").expect("a change");
    let changed = run(&folder, &["lint"]);
    assert!(changed.code == 4 && changed.stdout.contains("was changed: its SHA-256 is"), "{}", changed.stdout);
}

#[test]
fn what_cannot_be_fetched_changes_nothing() {
    let web = Web::serve(|_| Vec::new());
    let folder = deployment(&format!(r#"{{"$ref": "{}/none.json"}}"#, web.url));
    let failed = run(&folder, &["schema", "vendor"]);
    assert_eq!(failed.code, 1);
    assert!(failed.stderr.contains("none.json") && failed.stderr.contains("404 Not Found"), "{}", failed.stderr);
    assert!(!folder.path().join("schemas").exists());
}

#[test]
fn relative_references_are_files_of_the_chart_then_of_the_folder() {
    let folder = deployment(r#"{"properties": {"port": {"$ref": "own.json"}, "replicas": {"$ref": "lib/count.json"}}}"#);
    write(&folder, "web/own.json", r#"{"type": "integer"}"#);
    write(&folder, "schemas/lib/count.json", r#"{"maximum": 1}"#);
    write(&folder, "schemas/releases/web.schema.json", r#"{"properties": {"image": {"$ref": "../image.json"}}}"#);
    write(&folder, "schemas/image.json", r#"{"required": ["digest"]}"#);
    let found = run(&folder, &["lint"]).stdout;
    for place in
        ["web.yaml:1:7", "port: got string, want integer", "web/values.yaml:1:11", "replicas: maximum", "missing property 'digest'"]
    {
        assert!(found.contains(place), "{place}\n{found}");
    }
}

#[test]
fn a_draft_holds_the_values_and_replaces_no_schema() {
    let folder = deployment("{}");
    let draft = run(&folder, &["schema", "infer", "web"]);
    let schema: serde_json::Value = serde_json::from_str(&draft.stdout).unwrap_or_else(|error| panic!("{error}: {}", draft.stderr));
    assert_eq!(schema["properties"]["port"], serde_json::json!({"type": "string"}));
    assert_eq!(schema["properties"]["image"]["properties"]["repository"], serde_json::json!({"type": "string"}));
    assert_eq!(schema["properties"]["replicas"], serde_json::json!({"type": "integer"}));
    assert_eq!(run(&folder, &["schema", "infer", "web", "--write"]).code, 0);
    let written = fs::read_to_string(folder.path().join("schemas/releases/web.schema.json")).expect("the draft");
    assert_eq!(written, draft.stdout);
    assert_eq!(run(&folder, &["lint"]).code, 0, "a draft fits what it was made of");
    let refused = run(&folder, &["schema", "infer", "web", "--write"]);
    assert!(refused.code == 1 && refused.stderr.contains("is there already"), "{}", refused.stderr);
    let unknown = run(&folder, &["schema", "infer", "wen"]);
    assert!(unknown.code == 3 && unknown.stderr.contains("did you mean web?"), "{}", unknown.stderr);
}
