//! What has to hold after every change while the engine works, whoever dies, meddles, or runs at the same time.
//!
//! A client's name is also the identity that it holds leases with.

use std::collections::{BTreeMap, BTreeSet};

use bkhelm::charts::Profile;
use bkhelm::plan::{install_order, uninstall_order};
use serde_json::Value as Json;

use super::engine_charts::RELEASES;
use super::world::Change;
use super::{CONTROLLER, PERSON, Simulation, invariants, owners};

/// Puts all rules on a world.
pub fn watch_over(simulation: &Simulation) {
    for (release, _) in RELEASES {
        simulation.invariant("a deployed record stays", invariants::a_deployed_record_stays(release));
        simulation.invariant("the last record goes with the release", the_last_record_goes_with_the_release(release));
    }
    simulation.invariant("only its own is touched", only_its_own_is_touched);
    simulation.invariant("one client at a time", one_client_at_a_time());
    simulation.invariant("in order", in_order());
    simulation.invariant("hooks", hooks());
    simulation.invariant("what is needed comes first", what_is_needed_comes_first());
}

/// What a change is about.
enum About {
    /// A record of a release, and its status before and after.
    Record(String, String, String),
    /// A release's lease.
    Lease(String),
    /// A hook's object.
    Hook,
    /// An object with a release's marks.
    Marked(String),
    Definition,
    Namespace,
    Other,
}

fn body(change: &Change) -> &Json {
    let stored = change.before.as_ref().or(change.after.as_ref());
    stored.map_or(&Json::Null, |stored| &stored.body)
}

fn about(change: &Change) -> About {
    let name = change.key.name.as_str();
    let status = |stored: &Option<std::sync::Arc<super::world::Stored>>| {
        let word = stored.as_ref().and_then(|stored| stored.body["metadata"]["labels"]["status"].as_str());
        word.unwrap_or_default().to_owned()
    };
    let annotations = &body(change)["metadata"]["annotations"];
    match change.kind.as_str() {
        "Secret" if name.starts_with("sh.helm.release.v1.") => {
            let release = name.split('.').nth(4).unwrap_or_default();
            About::Record(release.to_owned(), status(&change.before), status(&change.after))
        }
        "Lease" => About::Lease(name.trim_start_matches("bkhelm.").to_owned()),
        "CustomResourceDefinition" => About::Definition,
        "Namespace" => About::Namespace,
        _ if annotations.get("helm.sh/hook").is_some() => About::Hook,
        _ => annotations["meta.helm.sh/release-name"].as_str().map_or(About::Other, |release| About::Marked(release.to_owned())),
    }
}

fn is_client(change: &Change) -> bool {
    ![CONTROLLER, PERSON, "server"].contains(&change.actor.as_str())
}

fn what(change: &Change) -> String {
    let done = match (&change.before, &change.after) {
        (None, _) => "made",
        (_, None) => "removed",
        _ => "changed",
    };
    format!("{} {done} {}/{}", change.actor, change.kind, change.key.name)
}

/// Whether the change makes the object, or puts an end to it.
fn makes(change: &Change) -> bool {
    change.before.is_none()
}

fn ends(change: &Change) -> bool {
    let ending = |body: &Json| body.pointer("/metadata/deletionTimestamp").is_some();
    let was = change.before.as_ref().is_some_and(|before| ending(&before.body));
    !was && change.after.as_ref().is_none_or(|after| ending(&after.body))
}

/// A client makes, changes and removes what its releases own, their records, leases and hooks. CRDs and the namespace it
/// makes, and then leaves them alone.
fn only_its_own_is_touched(change: &Change) -> Result<(), String> {
    let ours = |release: &str| RELEASES.iter().any(|(known, _)| *known == release);
    let fine = !is_client(change)
        || match about(change) {
            About::Record(release, ..) | About::Lease(release) | About::Marked(release) => ours(&release),
            About::Hook => true,
            // An apply whose answer was lost is sent again: who manages which field is noted again, nothing else changes.
            About::Definition | About::Namespace => makes(change) || difference(change).is_empty(),
            About::Other => false,
        };
    if fine { Ok(()) } else { Err(format!("{}: {}", what(change), difference(change))) }
}

/// The fields of an object that a change touches; its version alone is none.
fn difference(change: &Change) -> String {
    let body = |stored: &Option<std::sync::Arc<super::world::Stored>>| {
        let mut body = stored.as_ref().map(|stored| stored.body.clone()).unwrap_or_default();
        body["metadata"]["resourceVersion"].take();
        body
    };
    let (before, after) = (body(&change.before), body(&change.after));
    let names: BTreeSet<&String> = [&before, &after].into_iter().filter_map(Json::as_object).flat_map(|fields| fields.keys()).collect();
    let differing = names.into_iter().filter(|name| before[*name] != after[*name]);
    differing.map(|name| format!("{name}: {} → {}", before[name], after[name])).collect::<Vec<_>>().join(", ")
}

/// The last record of a release is removed only when it was being uninstalled.
fn the_last_record_goes_with_the_release(release: &'static str) -> impl FnMut(&Change) -> Result<(), String> + Send {
    let mut records = BTreeMap::<String, String>::new();
    move |change| {
        let About::Record(of, before, after) = about(change) else { return Ok(()) };
        if of != release {
            return Ok(());
        }
        if change.after.is_some() {
            records.insert(change.key.name.clone(), after);
            return Ok(());
        }
        records.remove(&change.key.name);
        let leaves = before == "uninstalling" || before == "uninstalled";
        if records.is_empty() && !leaves { Err(format!("{}, which was {before}", what(change))) } else { Ok(()) }
    }
}

/// What a release owns is changed only by the client that holds its lease.
fn one_client_at_a_time() -> impl FnMut(&Change) -> Result<(), String> + Send {
    let mut holders = BTreeMap::<String, String>::new();
    move |change| {
        let release = match about(change) {
            About::Lease(release) => {
                let holder = change.after.as_ref().and_then(|after| after.body["spec"]["holderIdentity"].as_str());
                holders.insert(release, holder.unwrap_or_default().to_owned());
                return Ok(());
            }
            About::Record(release, ..) | About::Marked(release) => release,
            About::Hook => "web".to_owned(),
            _ => return Ok(()),
        };
        let holder = holders.get(&release).map(String::as_str).unwrap_or_default();
        if is_client(change) && holder != change.actor {
            return Err(format!("{}, and the lease of {release} is held by {holder:?}", what(change)));
        }
        Ok(())
    }
}

/// What one client did in one operation on a release.
#[derive(Default)]
struct Done {
    names: BTreeSet<String>,
    made: Option<String>,
    removed: Option<String>,
    taken_back: Option<String>,
}

/// In one operation on a release, objects are made in helm's order of kinds, then others removed in its order; where it
/// failed, what it made may be taken back after that.
fn in_order() -> impl FnMut(&Change) -> Result<(), String> + Send {
    let mut operations = BTreeMap::<(String, String), Done>::new();
    move |change| {
        if !is_client(change) {
            return Ok(());
        }
        let name = format!("{}/{}", change.kind, change.key.name);
        let wrong = |last: &str| Err(format!("{} after a {last}", what(change)));
        let order = install_order(Profile::HELM4);
        match about(change) {
            About::Record(release, before, after) if before != after => drop(operations.remove(&(change.actor.clone(), release))),
            About::Marked(release) if makes(change) => {
                let done = operations.entry((change.actor.clone(), release)).or_default();
                done.names.insert(name);
                match (done.removed.as_ref(), done.made.replace(change.kind.clone())) {
                    (Some(kind), _) => return wrong(&format!("{kind} that was removed")),
                    (_, Some(last)) if order(&last, &change.kind).is_gt() => return wrong(&last),
                    _ => {}
                }
            }
            About::Marked(release) if ends(change) => {
                let done = operations.entry((change.actor.clone(), release)).or_default();
                let last = if done.names.contains(&name) { &mut done.taken_back } else { &mut done.removed };
                if let Some(last) = last.replace(change.kind.clone()).filter(|last| uninstall_order(last, &change.kind).is_gt()) {
                    return wrong(&last);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Hooks run one after the other by weight; nothing else happens to the release meanwhile; no Job is begun while pods of
/// one of its name still run.
fn hooks() -> impl FnMut(&Change) -> Result<(), String> + Send {
    let mut last = BTreeMap::<String, (i64, String)>::new();
    let mut running = BTreeMap::<String, String>::new();
    let mut pods = BTreeMap::<String, String>::new();
    move |change| {
        let client = is_client(change);
        match about(change) {
            About::Record(release, before, after) if client && release == "web" && before != after => drop(last.remove(&change.actor)),
            About::Hook if change.kind == "Job" => {
                let name = change.key.name.clone();
                let conditions = change.after.as_ref().map(|after| after.body["status"]["conditions"].to_string()).unwrap_or_default();
                if client && makes(change) {
                    if let Some(pod) = pods.iter().find(|(_, job)| **job == name) {
                        return Err(format!("{} while {} of the last one still runs", what(change), pod.0));
                    }
                    if let Some(other) = running.iter().find(|(_, actor)| **actor == change.actor) {
                        return Err(format!("{} while {} runs", what(change), other.0));
                    }
                    let weight = &body(change)["metadata"]["annotations"]["helm.sh/hook-weight"];
                    let turn = (weight.as_str().and_then(|weight| weight.parse().ok()).unwrap_or_default(), name.clone());
                    if let Some(before) = last.insert(change.actor.clone(), turn.clone()).filter(|before| *before >= turn) {
                        return Err(format!("{} after {before:?}", what(change)));
                    }
                    running.insert(name, change.actor.clone());
                } else if change.after.is_none() || conditions.contains("\"Complete\"") || conditions.contains("\"Failed\"") {
                    running.remove(&name);
                }
            }
            About::Marked(release) if client && release == "web" => {
                if let Some(other) = running.iter().find(|(_, actor)| **actor == change.actor) {
                    return Err(format!("{} while hook {} runs", what(change), other.0));
                }
            }
            _ if change.kind == "Pod" => {
                pods.remove(&change.key.name);
                let Some(after) = change.after.as_ref().filter(|after| owners(&after.body).any(|(kind, _)| kind == "Job")) else {
                    return Ok(());
                };
                let job = after.body["metadata"]["ownerReferences"][0]["name"].as_str().unwrap_or_default();
                match after.body["status"]["phase"].as_str() {
                    // The job's controller says so later.
                    Some("Succeeded") => drop(running.remove(job)),
                    Some("Failed") => {}
                    _ => drop(pods.insert(change.key.name.clone(), job.to_owned())),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// A release's first record is written when those that it needs are deployed.
fn what_is_needed_comes_first() -> impl FnMut(&Change) -> Result<(), String> + Send {
    let mut deployed = BTreeMap::<String, bool>::new();
    move |change| {
        let About::Record(release, before, after) = about(change) else { return Ok(()) };
        let needs = RELEASES.iter().find(|(name, _)| *name == release).map_or(&[][..], |(_, needs)| needs);
        let missing = needs.iter().find(|need| !deployed.get(**need).copied().unwrap_or_default());
        if let Some(missing) = missing.filter(|_| before.is_empty()) {
            return Err(format!("{}, and {missing} is not there", what(change)));
        }
        match after.as_str() {
            "deployed" => drop(deployed.insert(release, true)),
            "uninstalling" => drop(deployed.insert(release, false)),
            _ => {}
        }
        Ok(())
    }
}
