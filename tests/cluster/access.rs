//! Who may not: told why, exit code 5, nothing half done.

use std::fs;

use super::User;
use super::stand::{SMALL, Stand};

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn looking_needs_no_more_than_the_right_to_look() {
    let stand = Stand::new("reader");
    stand.chart("small", SMALL);
    stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./small, values: [{x: '{{ env \"X\" }}'}]}\n");
    let diff = |x: &str| {
        let call = stand.plane.call(User::Reader, stand.folder()).arguments(["diff", "--detailed-exitcode", "--context", "0"]);
        call.variable("X", x).run()
    };
    assert_eq!(diff("1").code, 2, "there is nothing yet");
    assert_eq!(stand.call(["sync"]).variable("X", "1").run().code, 0);
    let ran = diff("1");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = diff("2");
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("web, ConfigMap (v1) has changed"), "{}", ran.stdout);
    for arguments in [["list"], ["history"]] {
        let call = stand.plane.call(User::Reader, stand.folder()).arguments(["helm", arguments[0]]);
        let call = if arguments == ["history"] { call.arguments(["web"]) } else { call };
        let ran = call.arguments(["--namespace", &stand.namespace]).run();
        assert!(ran.code == 0 && ran.stdout.contains("deployed"), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    }
    // Changing needs more.
    let before = stand.plane.objects(&stand.namespace);
    let ran = stand.plane.call(User::Reader, stand.folder()).arguments(["apply"]).variable("X", "2").run();
    assert!(ran.code == 5 && ran.stderr.contains("forbidden"), "code {}\n{}", ran.code, ran.stderr);
    assert_eq!(stand.plane.objects(&stand.namespace), before);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn who_can_not_come_in_is_told_why() {
    let stand = Stand::new("outside");
    stand.chart("small", SMALL);
    stand.state("releases:\n- {name: web, namespace: NAMESPACE, chart: ./small}\n");
    let before = stand.plane.objects(&stand.namespace);
    let commands = [&["sync"][..], &["apply"], &["diff"], &["destroy"], &["prune"]];
    for arguments in commands {
        for (user, words) in [(User::Nobody, "forbidden"), (User::Expired, "Unauthorized")] {
            let ran = stand.plane.call(user, stand.folder()).arguments(arguments.iter().copied()).run();
            assert!(ran.code == 5 && ran.stderr.contains(words), "{user:?} {arguments:?}: code {}\n{}{}", ran.code, ran.stdout, ran.stderr);
        }
        let kubeconfig = fs::read_to_string(stand.plane.kubeconfig(User::Admin)).expect("a kubeconfig");
        stand.write("nowhere", &kubeconfig.replace(stand.plane.url(), "https://127.0.0.1:9"));
        let ran = stand.plane.call_with(&stand.folder().join("nowhere"), stand.folder()).arguments(arguments.iter().copied()).run();
        assert!(ran.code == 5 && ran.stderr.contains("127.0.0.1:9"), "{arguments:?}: code {}\n{}", ran.code, ran.stderr);
    }
    assert_eq!(stand.plane.objects(&stand.namespace), before);
}
