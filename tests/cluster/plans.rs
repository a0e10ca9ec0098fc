//! Plans in files: applied exactly, or refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::stand::{SMALL, Stand};

/// Two releases, `web` with these values.
fn state(stand: &Stand, x: &str, password: &str) {
    let release = |name: &str, values: &str| format!("- {{name: {name}, namespace: NAMESPACE, chart: ./small, values: [{{{values}}}]}}\n");
    let web = release("web", &format!("x: '{x}', password: hidden-marker-{password}"));
    stand.state(&format!("releases:\n{web}{}", release("other", "x: '1'")));
}

fn x(stand: &Stand) -> String {
    stand.get("configmap", "web")["data"]["x"].as_str().expect("a value").to_owned()
}

/// What is left of a plan in a file: its mode is checked, and that no value of a Secret is in it.
fn planned(stand: &Stand, more: &[&str]) -> String {
    stand.run(2, [&["diff", "--detailed-exitcode", "--plan-out", "plan.json"], more].concat());
    let path = stand.folder().join("plan.json");
    assert_eq!(fs::metadata(&path).expect("a plan").permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(path).expect("a plan");
    let encoded = data_encoding::BASE64.encode(b"hidden-marker");
    assert!(!text.contains("hidden-marker") && !text.contains(&encoded[..encoded.len() - 4]), "{text}");
    text
}

fn refused(stand: &Stand, words: &str) {
    let before = (stand.made(), stand.revisions("web"));
    let ran = stand.run(1, ["apply", "plan.json"]);
    assert!(ran.stderr.contains(words), "{}{}", ran.stdout, ran.stderr);
    assert_eq!((stand.made(), stand.revisions("web")), before);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_plan_is_applied_exactly_or_refused() {
    let stand = Stand::new("plans");
    stand.chart("small", SMALL);
    state(&stand, "1", "1");
    stand.run(0, ["sync"]);

    state(&stand, "2", "2");
    let plan = planned(&stand, &[]);
    assert!(plan.contains("\"web\"") && !plan.contains("\"other\""), "{plan}");
    stand.run(0, ["apply", "plan.json"]);
    assert_eq!((x(&stand).as_str(), stand.revisions("web")), ("2", vec!["1 superseded".to_owned(), "2 deployed".to_owned()]));
    assert_eq!(stand.revisions("other"), ["1 deployed"]);
    // The record has moved on.
    refused(&stand, "no longer holds");

    // The rendering has.
    state(&stand, "3", "3");
    planned(&stand, &[]);
    state(&stand, "4", "3");
    refused(&stand, "no longer holds");

    // The cluster has.
    planned(&stand, &[]);
    let patch = json!({"data": {"x": "somebody"}}).to_string();
    stand.plane.kubectl(&["patch", "configmap", "web", "--namespace", &stand.namespace, "--type=merge", "--patch", &patch]);
    refused(&stand, "no longer holds");
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_sealed_plan_is_not_rendered_again() {
    let stand = Stand::new("sealed");
    stand.chart("small", SMALL);
    state(&stand, "1", "1");
    stand.run(0, ["sync"]);
    stand.write("key", "0123456789abcdef0123456789abcdef");
    stand.write("other-key", "fedcba9876543210fedcba9876543210");
    state(&stand, "2", "2");
    planned(&stand, &["--plan-key", "key"]);
    state(&stand, "3", "3");
    let before = (stand.made(), stand.revisions("web"));
    let ran = stand.run(3, ["apply", "plan.json", "--plan-key", "other-key"]);
    assert!(ran.stderr.contains("not sealed with this key"), "{}", ran.stderr);
    assert_eq!((stand.made(), stand.revisions("web")), before);
    stand.run(0, ["apply", "plan.json", "--plan-key", "key"]);
    assert_eq!(x(&stand), "2");
    assert_eq!(stand.get("secret", "web")["data"]["password"], data_encoding::BASE64.encode(b"hidden-marker-2").as_str());
    assert_eq!(stand.revisions("web"), ["1 superseded", "2 deployed"]);
}
