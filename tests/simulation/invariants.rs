//! What has to hold whatever happens: for [`super::Simulation::invariant`].

use bkhelm::charts::Profile;
use bkhelm::plan::install_order;
use serde_json::Value as Json;

use super::world::Change;
use super::{CONTROLLER, PERSON};

/// A release's record.
fn is_record(change: &Change) -> bool {
    change.kind == "Secret" && change.key.name.starts_with("sh.helm.release.v1.")
}

/// Whether a client of ours did it.
fn is_ours(change: &Change) -> bool {
    ![CONTROLLER, PERSON, "server"].contains(&change.actor.as_str())
}

/// No client deletes, or marks as deleted, what does not carry Helm's label. Records, leases and hooks are its own business.
pub fn only_what_is_helms_is_deleted(change: &Change) -> Result<(), String> {
    let Some(before) = change.before.as_ref().filter(|_| is_ours(change) && !is_record(change) && change.kind != "Lease") else {
        return Ok(());
    };
    let ends = |body: &Json| body.pointer("/metadata/deletionTimestamp").is_some();
    let deleted = change.after.as_ref().is_none_or(|after| ends(&after.body) && !ends(&before.body));
    let metadata = &before.body["metadata"];
    let owned = metadata["labels"]["app.kubernetes.io/managed-by"] == "Helm" || metadata["annotations"].get("helm.sh/hook").is_some();
    if deleted && !owned { Err(format!("{} deleted {} {}", change.actor, change.kind, change.key.name)) } else { Ok(()) }
}

/// Once a release has a record that says `deployed`, it has one after every change, but while it is uninstalled: then
/// one says `uninstalling`.
pub fn a_deployed_record_stays(release: &str) -> impl FnMut(&Change) -> Result<(), String> + Send + use<> {
    let start = format!("sh.helm.release.v1.{release}.v");
    let mut records = std::collections::BTreeMap::<String, String>::new();
    let mut had = false;
    move |change| {
        if !is_record(change) || !change.key.name.starts_with(&start) {
            return Ok(());
        }
        let before = records.clone();
        match &change.after {
            Some(after) => {
                let status = after.body["metadata"]["labels"]["status"].as_str().unwrap_or_default();
                records.insert(change.key.name.clone(), status.to_owned());
            }
            None => drop(records.remove(&change.key.name)),
        }
        let has = |word: &str| records.values().any(|status| status == word);
        let leaves = has("uninstalling") || has("uninstalled") || before.values().any(|status| status == "uninstalling");
        had = has("deployed") || (had && !leaves);
        if had && !has("deployed") { Err(format!("{before:?} became {records:?}")) } else { Ok(()) }
    }
}

/// Objects are made in helm's order of kinds. Where a person deletes or the release changes between, it can't be asked for.
pub fn made_in_order() -> impl FnMut(&Change) -> Result<(), String> + Send {
    let mut last = String::new();
    move |change| {
        let hook = change.after.as_ref().is_some_and(|after| after.body["metadata"]["annotations"].get("helm.sh/hook").is_some());
        if !is_ours(change) || change.before.is_some() || is_record(change) || change.kind == "Lease" || hook {
            return Ok(());
        }
        let order = install_order(Profile::HELM4);
        if !last.is_empty() && order(&last, &change.kind).is_gt() {
            return Err(format!("{} {} after a {last}", change.kind, change.key.name));
        }
        last.clone_from(&change.kind);
        Ok(())
    }
}
