//! What a run says of itself: which release, how long, and nothing twice.

use super::eventually;
use super::stand::{SMALL, Stand, has_line};

use std::time::Duration;

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn two_releases_of_one_name_are_told_apart() {
    let (one, other) = (Stand::new("one"), Stand::new("other"));
    one.chart("small", SMALL);
    let release = |namespace: &str| format!("- {{name: web, namespace: {namespace}, chart: ./small, wait: true}}\n");
    let both = [&one.namespace, &other.namespace];
    one.state(&format!("releases:\n{}- {{name: alone, namespace: NAMESPACE, chart: ./small}}\n", both.map(|name| release(name)).concat()));
    let log = one.run(0, ["sync"]).stderr;
    for namespace in both {
        for said in ["created 3", "waiting for 3 objects", "revision 1 is deployed"] {
            assert!(has_line(&log, &[&format!("{namespace}/web: {said}")]), "{said}\n{log}");
        }
    }
    assert!(has_line(&log, &["alone: revision 1 is deployed"]) && !log.contains("/alone: "), "{log}");
    let log = one.run(0, ["destroy"]).stderr;
    assert!(both.iter().all(|namespace| has_line(&log, &[&format!("{namespace}/web: deleted 3")])), "{log}");
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_failed_is_shown_with_the_time_that_it_took() {
    let stand = Stand::new("took");
    stand.chart("small", SMALL);
    stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./small, wait: true, timeout: 3, values: [{behave: hang}]}\n");
    let log = stand.run(1, ["sync"]).stderr;
    let table = log.split(" Failed Releases ").nth(1).unwrap_or_else(|| panic!("no table in\n{log}"));
    let row: Vec<&str> = table.lines().find(|line| line.starts_with("web ")).expect("a row").split_whitespace().collect();
    let seconds: u64 = row.last().and_then(|time| time.strip_suffix('s')?.parse().ok()).expect("seconds");
    assert!((3..60).contains(&seconds), "{row:?}");
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_run_that_is_stopped_gives_its_reason_once() {
    let stand = Stand::new("once");
    stand.chart("small", SMALL);
    let release = |name: &str, more: &str| format!("- {{name: {name}, namespace: NAMESPACE, chart: ./small, wait: true, {more}}}\n");
    let state = [release("first", "values: [{behave: slow}]"), release("second", "needs: [NAMESPACE/first]")].concat();
    stand.state(&format!("releases:\n{state}"));
    let running = stand.call(["sync"]).start();
    eventually("the wait", Duration::from_secs(60), || (!stand.get("deployment", "first").is_null()).then_some(()));
    running.signal("INT");
    let ran = running.end();
    let errors: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error")).collect();
    assert!(ran.code == 1 && errors.len() == 1 && errors[0].contains("release first: context canceled"), "{}", ran.stderr);
    assert!(has_line(&ran.stderr, &["not begun: second"]), "{}", ran.stderr);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn a_removal_that_takes_too_long_is_gone_on_with() {
    let stand = Stand::new("held");
    stand.chart("small", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, finalizers: [example.com/hold]}\n");
    let install = ["helm", "install", "web", "small", "--namespace", &stand.namespace];
    let uninstall = ["helm", "uninstall", "web", "--wait", "--timeout", "2s", "--namespace", &stand.namespace];
    stand.run(0, install);
    for _ in 0..2 {
        let ran = stand.run(1, uninstall);
        assert!(has_line(&ran.stderr, &["ConfigMap", "held by its finalizers: example.com/hold"]), "{}", ran.stderr);
        assert!(!ran.stderr.contains("()"), "{}", ran.stderr);
        assert_eq!(stand.revisions("web"), ["1 uninstalling"]);
    }
    let free = r#"{"metadata": {"finalizers": null}}"#;
    stand.plane.kubectl(&["patch", "configmap", "held", "--namespace", &stand.namespace, "--type=merge", "--patch", free]);
    stand.run(0, uninstall);
    assert_eq!(stand.ours(["list", "--short"]), "");
    // And what comes in its place is new.
    stand.run(0, install);
    stand.run(1, uninstall);
    stand.plane.kubectl(&["patch", "configmap", "held", "--namespace", &stand.namespace, "--type=merge", "--patch", free]);
    stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./small}\n");
    stand.run(0, ["sync"]);
    assert!(stand.revisions("web").last().is_some_and(|last| last.ends_with(" deployed")));
    stand.plane.kubectl(&["patch", "configmap", "held", "--namespace", &stand.namespace, "--type=merge", "--patch", free]);
}
