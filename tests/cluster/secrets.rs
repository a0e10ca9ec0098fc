//! What is in Secrets is in no output.

use serde_json::json;

use super::stand::{SMALL, Stand};

/// Fails where the marker, plain or as base64, is in it.
fn clean(what: &str, text: &str) {
    for secret in ["hidden-marker", "aGlkZGVuLW1hcmtlc"] {
        assert!(!text.contains(secret), "{what} shows a Secret's content:\n{text}");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn no_output_has_a_secrets_content() {
    let stand = Stand::new("secrets");
    stand.chart("small", SMALL);
    let state = |password: &str| {
        stand.state(&format!(
            "releases:\n- {{name: web, namespace: NAMESPACE, chart: ./small, values: [{{password: hidden-marker-{password}}}]}}\n"
        ));
    };
    let run = |code: i32, arguments: &[&str]| {
        let ran = stand.run(code, [&["--debug"], arguments].concat());
        clean(&format!("bkhelm {arguments:?}"), &format!("{}{}", ran.stdout, ran.stderr));
        ran.stdout + &ran.stderr
    };
    state("1");
    run(2, &["diff", "--detailed-exitcode"]);
    run(0, &["sync"]);
    state("2");
    for output in ["diff", "simple", "json", "structured", "template"] {
        let text = run(2, &["diff", "--detailed-exitcode", "--output", output]);
        assert!(text.contains("Secret") || text.contains("secret"), "{output}: the change is shown\n{text}");
    }
    run(0, &["diff", "--suppress-secrets"]);
    run(0, &["apply"]);
    run(0, &["apply"]);
    // Somebody else's change of it.
    let patch = json!({"stringData": {"password": "hidden-marker-3"}}).to_string();
    stand.plane.kubectl(&["patch", "secret", "web", "--namespace", &stand.namespace, "--type=merge", "--patch", &patch]);
    let text = run(2, &["diff", "--detailed-exitcode", "--plan-out", "plan.json"]);
    assert!(text.contains("was changed on the cluster"), "{text}");
    clean("the plan", &std::fs::read_to_string(stand.folder().join("plan.json")).expect("a plan"));
    run(0, &["apply", "plan.json"]);
    // One that only its owner reads: shown where that is asked for, nowhere else.
    state("4");
    let ran = stand.run(0, ["diff", "--show-secrets"]);
    assert!(ran.stdout.contains("hidden-marker-4"), "{}", ran.stdout);
    run(0, &["destroy"]);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn no_error_has_a_secrets_content() {
    let stand = Stand::new("secret-errors");
    let broken = [
        // The server's words would repeat the value.
        ("of-a-map", "stringData: {password: {inner: hidden-marker-1}}"),
        ("of-a-list", "stringData: {password: [hidden-marker-1]}"),
        ("no-base64", "data: {password: 'hidden-marker-1!'}"),
        ("of-a-number", "data: {password: 5, other: hidden-marker-1}"),
        ("wrong-key", "stringData: {'a key with hidden-marker': x}"),
        ("wrong-type", "stringData: {username: hidden-marker-1}, type: kubernetes.io/basic-auth, immutable: hidden-marker-2"),
        ("of-tls", "data: {tls.crt: aGlkZGVuLW1hcmtlcg==}, type: kubernetes.io/tls"),
    ];
    for (name, body) in broken {
        stand.chart(name, &format!("{{apiVersion: v1, kind: Secret, metadata: {{name: {name}}}, {body}}}\n"));
        stand.state(&format!("releases:\n- {{name: {name}, namespace: NAMESPACE, chart: ./{name}}}\n"));
        for arguments in [&["diff"][..], &["sync"], &["apply"]] {
            let ran = stand.call([&["--debug"], arguments].concat()).run();
            assert!(arguments == ["diff"] || ran.code == 1, "{name} {arguments:?}: code {}\n{}{}", ran.code, ran.stdout, ran.stderr);
            // A key is no content.
            let text = format!("{}{}", ran.stdout, ran.stderr).replace("a key with hidden-marker", "");
            clean(&format!("{name}: bkhelm {arguments:?}"), &text);
        }
        let history = stand.helm(super::Helm::Four, ["history", name]).replace("a key with hidden-marker", "");
        clean(&format!("{name}: the description of the revision"), &history);
    }
}
