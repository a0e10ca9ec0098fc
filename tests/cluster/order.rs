//! What is worked on, and in which order.

use super::Helm;
use super::stand::{SMALL, Stand, has_line};

/// A release of the state that all tests here have.
fn release(name: &str, more: &str) -> String {
    format!("- {{name: {name}, namespace: NAMESPACE, chart: ./small, wait: true, {more}}}\n")
}

fn store() -> String {
    release("store", "labels: {seq: first}")
}

fn app() -> String {
    release("app", "labels: {seq: second}, needs: [NAMESPACE/store]")
}

fn side(more: &str) -> String {
    release("side", &format!("labels: {{seq: third}}, {more}"))
}

/// The state: what needs another is written before it.
fn state(stand: &Stand, releases: &[String]) {
    stand.state(&format!("releases:\n{}", releases.concat()));
}

/// Where the first line with that text begins.
fn at(output: &str, text: &str) -> usize {
    output.find(text).unwrap_or_else(|| panic!("no {text:?} in\n{output}"))
}

/// The releases that helm sees, with their revisions.
fn there(stand: &Stand) -> Vec<String> {
    let list = stand.helm(Helm::Four, ["list", "--no-headers"]);
    list.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut cells = line.split('\t').map(str::trim);
            format!("{} {}", cells.next().expect("a name"), cells.nth(1).expect("a revision"))
        })
        .collect()
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn selectors_pick_and_needs_order() {
    let stand = Stand::new("order");
    stand.chart("small", SMALL);
    state(&stand, &[app(), store(), side("")]);
    let log = stand.run(0, ["-l", "seq=second", "sync", "--include-needs"]).stderr;
    assert!(at(&log, "store: revision 1 is deployed") < at(&log, "Upgrading release=app"), "{log}");
    assert_eq!(there(&stand), ["app 1", "store 1"]);
    stand.run(0, ["-l", "seq=first", "-l", "seq=third", "sync"]);
    assert_eq!(there(&stand), ["app 1", "side 1", "store 2"]);
    stand.run(0, ["-l", "name=side", "sync"]);
    assert_eq!(there(&stand), ["app 1", "side 2", "store 2"]);
    stand.run(3, ["-l", "name=nobody", "sync"]);

    let log = stand.run(0, ["destroy"]).stderr;
    assert!(at(&log, "Deleting app") < at(&log, "Deleting store"), "{log}");
    assert_eq!(there(&stand), Vec::<String>::new());
    assert!(stand.get("deployment", "app").is_null() && stand.get("configmap", "store").is_null());
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_left_the_state_is_removed_when_asked() {
    let stand = Stand::new("leaving");
    stand.chart("small", SMALL);
    state(&stand, &[app(), store(), side("")]);
    stand.run(0, ["sync"]);
    // installed: false is shown by diff and removed by apply.
    state(&stand, &[app(), store(), side("installed: false")]);
    let ran = stand.run(2, ["diff", "--detailed-exitcode"]);
    assert!(has_line(&(ran.stdout + &ran.stderr), &["side", "DELETED"]));
    stand.run(0, ["apply"]);
    assert_eq!(there(&stand), ["app 1", "store 1"]);
    assert!(stand.get("configmap", "side").is_null());

    state(&stand, &[store(), side("installed: false")]);
    let ran = stand.run(0, ["prune"]);
    assert!(has_line(&ran.stdout, &["app", "small-1.0.0"]) && !has_line(&ran.stdout, &["store"]), "{}", ran.stdout);
    assert_eq!(there(&stand), ["app 1", "store 1"]);
    stand.run(0, ["prune", "--yes"]);
    assert_eq!(there(&stand), ["store 1"]);
    assert!(stand.get("configmap", "app").is_null() && !stand.get("configmap", "store").is_null());
    let ran = stand.run(0, ["prune", "--yes"]);
    assert!((ran.stdout + &ran.stderr).contains("Nothing has left the state"));
}
