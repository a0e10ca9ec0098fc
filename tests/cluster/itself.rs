//! The control plane and its proxy do what the other tests build on.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bkhelm::cluster::client::{Access, Client};
use bkhelm::cluster::{Cluster, Fault};
use serde_json::{Value as Json, json};

use super::{ControlPlane, Helm, User, ask, eventually};

/// What most waits need at most, on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// A Deployment of one pod that behaves so.
fn deployment(name: &str, behave: &str) -> String {
    let pod = pod_template(behave, "", "{}");
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{selector: {{matchLabels: {{behave: x{behave}}}}}, template: {pod}}}\n"
    )
}

/// A Job whose pod behaves so.
fn job(name: &str, behave: &str) -> String {
    let pod = pod_template(behave, "Never", "{}");
    format!("apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec: {{backoffLimit: 0, template: {pod}}}\n")
}

fn pod_template(behave: &str, restart: &str, nodes: &str) -> String {
    let restart = if restart.is_empty() { "Always" } else { restart };
    format!(
        "{{metadata: {{labels: {{behave: x{behave}, bkhelm.test/behave: \"{behave}\"}}}}, \
         spec: {{restartPolicy: {restart}, nodeSelector: {nodes}, containers: [{{name: main, image: 'app:1'}}]}}}}"
    )
}

/// The only pod with that behaviour.
fn pod(plane: &ControlPlane, namespace: &str, behave: &str) -> Option<Json> {
    plane.get(&["pods", "--namespace", namespace, "--selector", &format!("behave=x{behave}")])["items"].get(0).cloned()
}

fn condition<'o>(object: &'o Json, kind: &str) -> &'o Json {
    let conditions = object["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    conditions.iter().find(|condition| condition["type"] == kind).unwrap_or(&Json::Null)
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn nodes_are_ready_and_work_becomes_ready() {
    let plane = ControlPlane::shared();
    let nodes = plane.get(&["nodes"]);
    let nodes = nodes["items"].as_array().expect("nodes");
    assert!(nodes.len() == 3 && nodes.iter().all(|node| condition(node, "Ready")["status"] == "True"), "{nodes:?}");

    let namespace = plane.unique_namespace("work");
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 8Gi}}}\n";
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, selector: {behave: x}, ports: [{port: 80}]}\n";
    plane.apply(&namespace, &[&deployment("web", ""), &job("once", ""), claim, service].join("---\n"));
    plane.kubectl(&["rollout", "status", "deployment/web", "--namespace", &namespace, "--timeout=60s"]);
    plane.kubectl(&["wait", "job/once", "--for=condition=Complete", "--namespace", &namespace, "--timeout=60s"]);
    plane.kubectl(&["wait", "pvc/data", "--for=jsonpath={.status.phase}=Bound", "--namespace", &namespace, "--timeout=60s"]);
    let address = eventually("the service's endpoint", SOON, || {
        let slices = plane.get(&["endpointslices", "--namespace", &namespace]);
        slices["items"][0]["endpoints"][0]["addresses"][0].as_str().map(str::to_owned)
    });
    assert!(address.starts_with("10.244."), "{address}");
    eventually("the load balancer's address", SOON, || {
        let service = plane.get(&["service", "web", "--namespace", &namespace]);
        (service["status"]["loadBalancer"]["ingress"][0]["ip"] == "192.0.2.1").then_some(())
    });

    // The garbage collector and the namespace's end work too.
    plane.kubectl(&["delete", "deployment", "web", "--namespace", &namespace, "--wait"]);
    eventually("the end of the deployment's pod", SOON, || {
        let pods = plane.get(&["pods", "--namespace", &namespace, "--selector", "behave=x,!job-name"]);
        pods["items"].as_array().is_some_and(Vec::is_empty).then_some(())
    });
    plane.kubectl(&["delete", "namespace", &namespace, "--wait", "--timeout=60s"]);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn pods_behave_as_their_label_says() {
    let plane = ControlPlane::shared();
    let namespace = plane.unique_namespace("behave");
    let nowhere = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: nowhere}}\nspec: {{selector: {{matchLabels: {{behave: xnowhere}}}}, template: {}}}\n",
        pod_template("nowhere", "", "{no: where}")
    );
    let mut all: Vec<String> = ["crash", "pull-fail", "slow", "hang"].map(|behave| deployment(behave, behave)).into();
    all.extend([job("fail", "fail"), nowhere]);
    let begun = Instant::now();
    plane.apply(&namespace, &all.join("---\n"));
    let waiting = |behave: &str, reason: &str| {
        eventually(&format!("{behave}: {reason}"), SOON, || {
            let status = pod(plane, &namespace, behave)?["status"]["containerStatuses"][0].clone();
            (status["state"]["waiting"]["reason"] == reason).then_some(status)
        })
    };

    let status = waiting("pull-fail", "ImagePullBackOff");
    assert_eq!(status["state"]["waiting"]["message"], "Back-off pulling image \"app:1\"");
    let status = waiting("crash", "CrashLoopBackOff");
    let first = status["restartCount"].as_i64().expect("a count");
    assert!(first >= 1 && status["lastState"]["terminated"]["exitCode"] == 1, "{status}");
    plane.kubectl(&["wait", "job/fail", "--for=condition=Failed", "--namespace", &namespace, "--timeout=60s"]);
    let failed = pod(plane, &namespace, "fail").expect("the job's pod");
    assert_eq!(failed["status"]["phase"], "Failed");
    assert_eq!(failed["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"], 1);
    let unscheduled = eventually("the scheduler's words", SOON, || {
        let scheduled = condition(&pod(plane, &namespace, "nowhere")?, "PodScheduled").clone();
        (scheduled["reason"] == "Unschedulable").then_some(scheduled)
    });
    assert!(unscheduled["message"].as_str().expect("a message").starts_with("0/3 nodes are available"), "{unscheduled}");

    plane.kubectl(&["rollout", "status", "deployment/slow", "--namespace", &namespace, "--timeout=60s"]);
    assert!(begun.elapsed() > Duration::from_secs(7), "slow was ready after {:?}", begun.elapsed());
    let again = eventually("another crash", SOON, || {
        let status = pod(plane, &namespace, "crash")?["status"]["containerStatuses"][0].clone();
        (status["restartCount"].as_i64()? > first).then_some(status)
    });
    assert_eq!(again["ready"], false);
    assert_eq!(waiting("hang", "ContainerCreating")["ready"], false);
    let events = plane.kubectl(&["get", "events", "--namespace", &namespace]);
    for words in ["Back-off restarting failed container", "Failed to pull image", "FailedScheduling"] {
        assert!(events.contains(words), "no {words:?} in\n{events}");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn containers_have_logs() {
    let plane = ControlPlane::shared();
    let namespace = plane.unique_namespace("logs");
    plane.apply(
        &namespace,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: two}\nspec: {restartPolicy: Never, containers: [{name: main, image: 'app:1'}, {name: broken, image: 'app:1'}]}\n",
    );
    plane.kubectl(&["wait", "pod/two", "--for=jsonpath={.status.phase}=Succeeded", "--namespace", &namespace, "--timeout=60s"]);
    let log = |more: &[&str]| plane.kubectl(&[&["logs", "two", "--namespace", &namespace], more].concat());
    assert_eq!(log(&["--container", "main"]), "starting up\nlistening on :8080\n");
    assert_eq!(log(&["--container", "broken", "--tail", "1"]), "fatal: connection refused\n");
    assert_eq!(log(&["--container", "broken", "--previous"]), "connecting to the database\nfatal: connection refused\n");
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn users_may_do_what_they_may() {
    let plane = ControlPlane::shared();
    let namespace = plane.unique_namespace("users");
    let create = ["create", "configmap", "made", "--namespace", &namespace];
    for user in [User::Reader, User::Nobody] {
        let ran = plane.kubectl_as(user, &create);
        assert!(ran.code == 1 && ran.stderr.contains("configmaps is forbidden"), "{user:?}: {}", ran.stderr);
    }
    assert_eq!(plane.kubectl_as(User::Reader, &["get", "secrets,pods", "--all-namespaces"]).code, 0);
    let ran = plane.kubectl_as(User::Nobody, &["get", "pods", "--namespace", &namespace]);
    assert!(ran.code == 1 && ran.stderr.contains("User \"nobody\" cannot list resource \"pods\""), "{}", ran.stderr);
    let ran = plane.kubectl_as(User::Expired, &["get", "pods"]);
    assert!(ran.code == 1 && ran.stderr.contains("You must be logged in to the server"), "{}", ran.stderr);
    let ran = plane.kubectl_as(User::Certificate, &create);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = plane.kubectl_as(User::TwoContexts, &["auth", "whoami", "--output", "jsonpath={.status.userInfo.username}"]);
    assert_eq!(ran.stdout, "admin", "{}", ran.stderr);
    let ran =
        plane.kubectl_as(User::TwoContexts, &["--context", "second", "auth", "whoami", "--output", "jsonpath={.status.userInfo.username}"]);
    assert_eq!(ran.stdout, "reader", "{}", ran.stderr);
}

/// What our own client sees with that access: the names of the namespaces.
fn namespaces(access: &Access) -> Result<Vec<String>, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = Client::new(access, || 0).await.map_err(|error| Fault::unreachable(error.to_string()))?;
        let cluster = Cluster::connect(Arc::new(client)).await?;
        let kind = cluster.resource("v1", "Namespace").expect("namespaces are served");
        let list = cluster.list(&kind, "", "").await?;
        Ok(list.iter().map(|one| one["metadata"]["name"].as_str().expect("a name").to_owned()).collect())
    })
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn our_client_comes_in_by_every_kubeconfig() {
    let plane = ControlPlane::shared();
    let access = |user| Access { kubeconfig: Some(plane.kubeconfig(user).display().to_string()), ..Access::default() };
    for user in [User::Admin, User::Certificate, User::Reader, User::TwoContexts] {
        let names = namespaces(&access(user)).unwrap_or_else(|fault| panic!("{user:?}: {fault}"));
        assert!(names.iter().any(|name| name == "kube-system"), "{user:?}: {names:?}");
    }
    assert_eq!(namespaces(&access(User::Nobody)).expect_err("no right").code, 403);
    assert_eq!(namespaces(&access(User::Expired)).expect_err("no user").code, 401);
    let second = Access { context: Some("second".to_owned()), ..access(User::TwoContexts) };
    assert!(namespaces(&second).is_ok());
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn both_helms_install_and_leave_objects_to_compare() {
    let plane = ControlPlane::shared();
    let chart = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(chart.path().join("templates")).expect("a folder");
    fs::write(chart.path().join("Chart.yaml"), "apiVersion: v2\nname: small\nversion: 1.0.0\n").expect("written");
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: small}\ndata: {server: {{ .Capabilities.KubeVersion.Version }}}\n";
    fs::write(chart.path().join("templates/config.yaml"), template).expect("written");
    let installed = |helm: Helm| {
        let namespace = plane.unique_namespace("helm");
        let ran = plane.helm(helm, chart.path()).arguments(["install", "small", ".", "--wait", "--namespace", &namespace]).run();
        assert_eq!(ran.code, 0, "{helm:?}: {}", ran.stderr);
        let config =
            plane.objects(&namespace).into_iter().find(|object| object["metadata"]["name"] == "small").expect("the chart's object");
        (config, namespace)
    };
    let wanted = |namespace: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"server": "v1.36.3"},
            "metadata": {
                "name": "small", "namespace": namespace,
                "labels": {"app.kubernetes.io/managed-by": "Helm"},
                "annotations": {"meta.helm.sh/release-name": "small", "meta.helm.sh/release-namespace": namespace},
            },
        })
    };
    for helm in [Helm::Three, Helm::Four] {
        let (config, namespace) = installed(helm);
        assert_eq!(config, wanted(&namespace), "{helm:?}");
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn the_proxy_injects_what_it_is_told() {
    let plane = ControlPlane::shared();
    let namespace = plane.unique_namespace("proxy");
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let proxy = plane.faults(&json!({}));
    let get = |path: &str| ask(proxy.url(), "GET", path, "");
    let one = |kind: &str, more: Json| {
        let mut fault = json!({"kind": kind, "rate": 1.0});
        fault.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        proxy.set(&json!({"faults": [fault]}));
    };

    assert_eq!(get(&maps).expect("an answer").code, 200);
    assert_eq!(proxy.count("list", "configmaps", "none"), 1);
    one("too-many", json!({"retryAfter": 2}));
    let answer = get(&maps).expect("an answer");
    assert!(answer.code == 429 && answer.head.contains("Retry-After: 2") && answer.body.contains("\"TooManyRequests\""), "{}", answer.head);
    for (kind, code) in [("error", 500), ("unavailable", 503), ("unauthorized", 401)] {
        one(kind, json!({}));
        assert_eq!(get(&maps).expect("an answer").code, code, "{kind}");
    }
    one("latency", json!({"milliseconds": 300}));
    let begun = Instant::now();
    assert_eq!(get(&maps).expect("an answer").code, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());

    // The answer is lost before the request was forwarded, and after.
    let create = |name: &str| {
        ask(proxy.url(), "POST", &maps, &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}).to_string())
    };
    one("close-before", json!({"verbs": ["create"]}));
    assert!(create("before").is_none());
    assert_eq!(get(&format!("{maps}/before")).expect("an answer").code, 404);
    one("close-after", json!({"verbs": ["create"], "times": 1}));
    assert!(create("after").is_none());
    assert_eq!(get(&format!("{maps}/after")).expect("an answer").code, 200);
    assert_eq!(create("after").expect("an answer").code, 409);
    assert_eq!(proxy.count("create", "configmaps", "close-after"), 1);

    one("cut", json!({"milliseconds": 500, "verbs": ["watch"]}));
    let begun = Instant::now();
    let watched = get(&format!("{maps}?watch=true&resourceVersion=0")).expect("an answer");
    assert!((500..5_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
    assert!(watched.code == 200 && watched.body.contains("\"after\""), "{}", watched.body);
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn the_proxy_keeps_to_rate_and_seed() {
    let plane = ControlPlane::shared();
    let faults = json!({"seed": 7, "faults": [{"kind": "unavailable", "rate": 0.25, "resources": ["nodes"]}, {"kind": "error", "rate": 1.0, "resources": ["nodes"], "skip": 300, "times": 5}]});
    let proxy = plane.faults(&faults);
    let codes = || -> Vec<u16> { (0..400).map(|_| ask(proxy.url(), "GET", "/api/v1/nodes/node-1", "").expect("an answer").code).collect() };
    let first = codes();
    let of = |code: u16| first.iter().filter(|one| **one == code).count();
    assert!((70..=130).contains(&of(503)), "{} of 400", of(503));
    assert_eq!(of(500), 5);
    assert_eq!(proxy.count("get", "nodes", "unavailable"), of(503) as u64);
    assert_eq!(proxy.count("", "", ""), 400);
    assert_eq!(ask(proxy.url(), "GET", "/api/v1/namespaces/default", "").expect("an answer").code, 200);
    proxy.set(&faults);
    assert_eq!(codes(), first, "the same seed, the same faults");

    // Our client gets through: it asks again.
    proxy.set(&json!({"seed": 3, "faults": [{"kind": "close-before", "rate": 0.3}, {"kind": "unavailable", "rate": 0.3}]}));
    let access = Access { kubeconfig: Some(proxy.kubeconfig().display().to_string()), ..Access::default() };
    assert!(namespaces(&access).expect("an answer in the end").iter().any(|name| name == "default"));
}
