//! The simulation's own promises: faults, deaths, watches, people, controllers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use bkhelm::cluster::{Api, Call, Content, Fault, Method, WatchEvent};
use futures::StreamExt;
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::{BEHAVE, Ended, Moment, Profile, Simulation};

fn config_map(name: &str) -> Json {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

fn apply(path: &str, body: Json) -> Call {
    Call::new(Method::Patch, path).query("fieldManager", "helm").body(Content::Apply, body)
}

fn apply_map(name: &str) -> Call {
    apply(&format!("/api/v1/namespaces/default/configmaps/{name}"), config_map(name))
}

fn done<T>(ended: Ended<T>) -> T {
    match ended {
        Ended::Done(output) => output,
        Ended::Crashed => panic!("nobody was to die"),
    }
}

fn told(failing: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(failing)).expect_err("it fails");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn an_answer_that_is_lost_took_effect_and_a_refused_call_did_not() {
    for (profile, there) in
        [(Profile { lost_answers: 1000, ..Profile::calm() }, true), (Profile { refused: 1000, ..Profile::calm() }, false)]
    {
        let simulation = Simulation::new(1, profile);
        let api = simulation.api();
        let fault: Fault = done(simulation.run(api.call(apply_map("x")))).expect_err("no answer");
        assert_eq!((fault.code, fault.is_passing()), (0, true));
        assert_eq!(simulation.object("ConfigMap", "default", "x").is_some(), there);
    }
}

#[test]
fn a_client_dies_before_or_after_its_call_and_takes_its_tasks_with_it() {
    for (moment, there) in [(Moment::Before, false), (Moment::After, true)] {
        let simulation = Simulation::new(2, Profile::calm());
        let (api, other) = (simulation.api(), simulation.api());
        simulation.crash_at(2, moment);
        let ended = simulation.run(async {
            tokio::spawn(async move {
                sleep(Duration::from_secs(10)).await;
                other.call(apply_map("late")).await
            });
            api.call(apply_map("x")).await.expect("the first");
            api.call(apply_map("y")).await
        });
        assert_eq!(ended, Ended::Crashed);
        simulation.rest(Duration::from_secs(60));
        let is_there = |name| simulation.object("ConfigMap", "default", name).is_some();
        assert_eq!((is_there("x"), is_there("y"), is_there("late")), (true, there, false));
        assert_eq!(simulation.calls(), 2);
    }
}

#[test]
fn a_run_without_end_and_a_broken_invariant_tell_the_seed() {
    let simulation = Simulation::new(77, Profile::calm());
    let endless = told(|| assert_eq!(simulation.run(std::future::pending::<()>()), Ended::Crashed));
    assert!(endless.contains("does not come to an end") && endless.contains("BKHELM_SEED=77"), "{endless}");
    let simulation = Simulation::new(78, Profile::calm());
    simulation.invariant("no x", |change| if change.key.name == "x" { Err(change.kind.clone()) } else { Ok(()) });
    let api = simulation.api();
    let broken = told(|| drop(simulation.run(api.call(apply_map("x")))));
    assert!(broken.contains("no x: ConfigMap") && broken.contains("APPLY") && broken.contains("BKHELM_SEED=78"), "{broken}");
    assert_eq!(simulation.seed(), 78);
}

async fn watched(api: &dyn Api, since: &str) -> Vec<Result<WatchEvent, Fault>> {
    let call = Call::get("/api/v1/configmaps").query("watch", "1").query("allowWatchBookmarks", "true").query("resourceVersion", since);
    api.watch(call).await.expect("a watch").collect().await
}

#[test]
fn watches_say_how_far_they_are_and_end_and_old_versions_are_forgotten() {
    let simulation = Simulation::new(3, Profile { history: 5, ..Profile::calm() });
    let api = simulation.api();
    let (first, late) = done(simulation.run(async {
        let before = api.call(Call::get("/api/v1/configmaps")).await.expect("a list")["metadata"]["resourceVersion"].clone();
        let before = before.as_str().expect("a version").to_owned();
        api.call(apply_map("x")).await.expect("applied");
        let first = watched(&*api, &before).await;
        for at in 0..10 {
            api.call(apply_map(&format!("x{at}"))).await.expect("applied");
        }
        (first, watched(&*api, &before).await)
    }));
    let kinds: Vec<_> = first.iter().flatten().map(|event| event.kind.clone()).collect();
    assert_eq!(kinds[..2], ["ADDED", "BOOKMARK"]);
    assert_eq!(late.last().map(|event| event.as_ref().map(|_| ()).map_err(|fault| fault.code)), Some(Err(410)));
}

#[test]
fn other_people_change_what_helm_owns() {
    let profile = Profile { people: 1000, ..Profile::calm() };
    let conflicts = (0..50).filter(|seed| {
        let simulation = Simulation::new(*seed, profile);
        let api = simulation.api();
        let answers = done(simulation.run(async {
            let mut answers = Vec::new();
            for _ in 0..5 {
                answers.push(api.call(apply_map("x")).await);
            }
            answers
        }));
        answers.iter().any(|answer| answer.as_ref().is_err_and(|fault| fault.is_conflict() && fault.message.contains("kubectl-edit")))
    });
    assert!(conflicts.count() > 5);
}

#[test]
fn of_two_clients_that_make_the_same_object_one_does() {
    let post = || Call::new(Method::Post, "/api/v1/namespaces/default/configmaps").body(Content::Json, config_map("x"));
    for seed in 0..20 {
        let simulation = Simulation::new(seed, Profile::calm());
        let (one, other) = (simulation.client("one"), simulation.client("other"));
        let (first, second) = done(simulation.run(async { tokio::join!(one.call(post()), other.call(post())) }));
        let refused = |answer: &Result<Json, Fault>| answer.as_ref().is_err_and(Fault::already_exists);
        assert!(refused(&first) != refused(&second), "{}", simulation.trace());
    }
}

fn workload(kind: &str, group: &str, behave: &str) -> Json {
    let template = json!({"metadata": {"labels": {"app": "w", BEHAVE: behave}}, "spec": {"restartPolicy": if kind == "Job" { "Never" } else { "Always" }, "containers": [{"name": "c", "image": "i:1"}]}});
    let mut body = json!({"apiVersion": group, "kind": kind, "metadata": {"name": "w"}, "spec": {"template": template}});
    if kind == "Job" {
        body["spec"]["backoffLimit"] = 1.into();
    } else {
        body["spec"]["selector"] = json!({"matchLabels": {"app": "w"}});
    }
    body
}

#[test]
fn pods_behave_as_their_label_says() {
    let wanted = [
        ("Deployment", "apps/v1", "deployments", "", "/status/conditions/0/reason", "NewReplicaSetAvailable"),
        ("Deployment", "apps/v1", "deployments", "pull-fail", "/status/conditions/0/reason", "ProgressDeadlineExceeded"),
        ("Deployment", "apps/v1", "deployments", "crash", "/status/conditions/0/reason", "ProgressDeadlineExceeded"),
        ("DaemonSet", "apps/v1", "daemonsets", "", "/status/numberReady", "1"),
        ("DaemonSet", "apps/v1", "daemonsets", "slow", "/status/numberReady", "1"),
        ("DaemonSet", "apps/v1", "daemonsets", "hang", "/status/numberReady", "0"),
        ("StatefulSet", "apps/v1", "statefulsets", "pending", "/status/replicas", "1"),
        ("Job", "batch/v1", "jobs", "", "/status/conditions/1/type", "Complete"),
        ("Job", "batch/v1", "jobs", "fail", "/status/conditions/1/type", "Failed"),
    ];
    for (kind, group, plural, behave, pointer, want) in wanted {
        let simulation = Simulation::new(4, Profile::calm());
        let api = simulation.api();
        let path = format!("/apis/{group}/namespaces/default/{plural}/w");
        done(simulation.run(api.call(apply(&path, workload(kind, group, behave))))).expect("applied");
        simulation.rest(Duration::from_secs(700));
        let body = simulation.object(kind, "default", "w").expect("it is there");
        let got = body.pointer(pointer).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        assert_eq!(got.as_deref(), Some(want), "{kind} {behave}: {}", body["status"]);
    }
}

#[test]
fn a_log_is_there_when_the_pod_runs() {
    let simulation = Simulation::new(5, Profile::calm());
    let api = simulation.api();
    let pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}});
    done(simulation.run(api.call(apply("/api/v1/namespaces/default/pods/p", pod)))).expect("applied");
    let log = || done(simulation.run(api.text(Call::get("/api/v1/namespaces/default/pods/p/log"))));
    assert_eq!(log().expect_err("not yet").code, 400);
    simulation.rest(Duration::from_secs(10));
    assert_eq!(log().expect("a log"), "c of p began\nc of p is Running\n");
}
