//! The machinery, shown on the smallest client there is: it writes a record, applies five objects, and says in the record
//! that it is done. Killed at any call, the next one goes on, and the end is always the same.

use std::sync::Arc;

use bkhelm::cluster::{Api, ApplyOptions, Cluster, Fault};
use bkhelm::plan::Object;
use serde_json::{Value as Json, json};

use super::{Change, Ended, Moment, Profile, Random, Simulation, invariants, seeds};

const NAMESPACE: &str = "bk";

/// What is to be there.
fn wanted() -> Vec<Json> {
    let labels = json!({"app.kubernetes.io/managed-by": "Helm"});
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
    vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", "labels": labels}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web", "labels": labels}, "stringData": {"password": "x"}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web", "labels": labels}, "data": {"a": "1"}}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "labels": labels}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": labels}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}}),
    ]
}

fn record(status: &str) -> Json {
    json!({"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "metadata": {"name": "sh.helm.release.v1.web.v1", "labels": {"owner": "helm", "name": "web", "status": status}}, "data": {"release": "e30="}})
}

async fn apply(cluster: &Cluster, body: &Json, force: bool) -> Result<(), Fault> {
    let object = Object::new(body.clone(), "");
    let (resource, namespace) = cluster.locate(&object, NAMESPACE).expect("a kind that is served");
    cluster.apply(&resource, &namespace, body, ApplyOptions { force, dry_run: false }).await.map(drop)
}

/// The client.
async fn deploy(api: Arc<dyn Api>) -> Result<(), Fault> {
    let cluster = Cluster::connect(api).await?;
    apply(&cluster, &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}), true).await?;
    let secrets = cluster.resource("v1", "Secret").expect("Secrets");
    let known = cluster.get(&secrets, NAMESPACE, "sh.helm.release.v1.web.v1").await?;
    if known.is_none() {
        cluster.create(&secrets, NAMESPACE, &record("pending-install")).await?;
    }
    for body in wanted() {
        apply(&cluster, &body, true).await?;
    }
    cluster.replace(&secrets, NAMESPACE, &record("deployed")).await.map(drop)
}

/// What has to hold all the time, whoever changes what.
fn watch_over(simulation: &Simulation) {
    simulation.invariant("nothing is applied before there is a record", {
        let mut recorded = false;
        move |change: &Change| {
            recorded |= change.key.name.starts_with("sh.helm.release");
            let applied = change.actor == "bkhelm" && !["Namespace", "Secret"].contains(&change.kind.as_str());
            if applied && !recorded { Err(format!("{} {}", change.kind, change.key.name)) } else { Ok(()) }
        }
    });
    simulation.invariant("only what is Helm's is deleted", invariants::only_what_is_helms_is_deleted);
    simulation.invariant("a deployed record stays", invariants::a_deployed_record_stays("web"));
    simulation.invariant("made in order", invariants::made_in_order());
}

/// Runs the client until it lives to its end; gives the number of deaths.
fn until_done(simulation: &Simulation, random: &mut Random, mut deaths: u64) -> u64 {
    let mut died = 0;
    loop {
        if deaths > 0 {
            deaths -= 1;
            let moment = if random.chance(500) { Moment::Before } else { Moment::After };
            simulation.crash_at(1 + random.below(14), moment);
        }
        match simulation.run(deploy(simulation.api())) {
            Ended::Done(Ok(())) => return died,
            Ended::Done(Err(fault)) => panic!("{}", simulation.story(&fault.message)),
            Ended::Crashed => died += 1,
        }
    }
}

#[test]
fn a_client_that_dies_anywhere_is_finished_by_the_next() {
    let reference = Simulation::new(0, Profile::calm());
    until_done(&reference, &mut Random::new(0, 9), 0);
    reference.rest(std::time::Duration::from_secs(600));
    let deployment = reference.object("Deployment", NAMESPACE, "web").expect("a Deployment");
    assert_eq!(deployment["status"]["readyReplicas"], 2);
    let wanted = reference.objects();
    let died = std::cell::Cell::new(0);
    seeds(2000, |seed| {
        let simulation = Simulation::new(seed, Profile::rough());
        watch_over(&simulation);
        let mut random = Random::new(seed, 9);
        let deaths = random.below(4);
        died.set(died.get() + until_done(&simulation, &mut random, deaths));
        let got = simulation.objects();
        assert!(got == wanted, "{}", simulation.story(&format!("{got:?}\n{wanted:?}")));
    });
    assert!(died.get() > 0 || std::env::var("BKHELM_SEED").is_ok(), "nobody died");
}

#[test]
fn a_client_that_dies_at_each_of_its_calls_is_finished_by_the_next() {
    let reference = Simulation::new(1, Profile::calm());
    until_done(&reference, &mut Random::new(0, 9), 0);
    assert!(reference.calls() > 9);
    for (call, moment) in (1..=reference.calls()).flat_map(|call| [(call, Moment::Before), (call, Moment::After)]) {
        let simulation = Simulation::new(1, Profile::calm());
        watch_over(&simulation);
        simulation.crash_at(call, moment);
        assert_eq!(simulation.run(deploy(simulation.api())), Ended::Crashed);
        until_done(&simulation, &mut Random::new(0, 9), 0);
        assert!(simulation.objects() == reference.objects(), "{}", simulation.story("another end"));
    }
}

#[test]
fn one_seed_decides_everything() {
    let history = |seed| {
        let simulation = Simulation::new(seed, Profile { people: 100, ..Profile::rough() });
        simulation.crash_at(5, Moment::After);
        let first = simulation.run(deploy(simulation.api()));
        let second = simulation.run(deploy(simulation.api()));
        simulation.rest(std::time::Duration::from_secs(1000));
        (first, second, simulation.trace(), format!("{:?}", simulation.objects()))
    };
    assert_eq!(history(7), history(7));
    assert_ne!(history(7).2, history(8).2);
}
