//! Pods that will never be ready: said soon, with the reason.

use std::time::{Duration, Instant};

use super::stand::{SMALL, Stand, has_line};

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn what_can_not_become_ready_is_said_within_15_seconds() {
    let stand = Stand::new("waiting");
    stand.chart("small", SMALL);
    let release = |name: &str, values: &str| {
        format!("- {{name: {name}, namespace: NAMESPACE, chart: ./small, wait: true, timeout: 120, values: [{{{values}}}]}}\n")
    };
    let all = [
        release("crashes", "behave: crash"),
        release("unpullable", "behave: pull-fail"),
        release("nowhere", "behave: nowhere, node: where"),
        release("late", "behave: slow"),
        release("well", ""),
    ];
    stand.state(&format!("releases:\n{}", all.concat()));
    let begun = Instant::now();
    let ran = stand.run(1, ["sync"]);
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}\n{}{}", ran.stdout, ran.stderr);
    for (name, reason) in [("crashes", "CrashLoopBackOff"), ("unpullable", "Pull"), ("nowhere", "0/3 nodes are available")] {
        assert!(ran.stderr.contains(&format!("release {name}")), "{name}\n{}", ran.stderr);
        assert!(has_line(&ran.stderr, &[name, reason]), "{name}: {reason}\n{}", ran.stderr);
        assert_eq!(stand.revisions(name), ["1 failed"]);
    }
    // The last words of the container that crashes.
    assert!(has_line(&(ran.stdout + &ran.stderr), &["crashes-", "/main | ", "listening on :8080"]));
    // The others of the stage were finished.
    assert_eq!((stand.revisions("well"), stand.revisions("late")), (vec!["1 deployed".to_owned()], vec!["1 deployed".to_owned()]));
}
