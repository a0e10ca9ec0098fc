//! What has to happen to one release: `wanted objects + what the records say + what is there → ordered steps`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::object::Id;
use super::order::{install_order, uninstall_order};
use crate::charts::Profile;

/// helm's marks on what it owns (helm pkg/action/validate.go).
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The annotation with the owning release's name.
pub const RELEASE_NAME: &str = "meta.helm.sh/release-name";
/// The annotation with the owning release's namespace.
pub const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";
/// The annotation that keeps an object when its release goes.
pub const RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// The annotation that lets an object be removed and made again where it can't be changed.
pub const ALLOW_REPLACE: &str = "bkhelm.dev/allow-replace";

/// An object that should be there.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which.
    pub id: Id,
    /// All of it as it is sent, helm's marks included.
    pub body: Json,
    /// The template it comes from.
    pub source: String,
}

/// An object that is there.
#[derive(Debug, Clone)]
pub struct Found {
    /// As it is.
    pub live: Json,
    /// As it would be after the apply, as the server says; `None` where it was not asked.
    pub after: Option<Json>,
    /// The fields that can't become what is wanted: the server does not let them change.
    pub locked: Vec<String>,
}

/// What the records say.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Number of the last revision; 0 for none.
    pub revision: i64,
    /// Its status in helm's words; empty for none.
    pub status: String,
    /// What the release may have made and not yet removed: the objects of the last deployed revision and of all that came
    /// later, failed ones too.
    pub objects: Vec<Id>,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// It is not there: made.
    Create,
    /// It is there and differs.
    Change,
    /// It is there, is nobody's or another's, and is taken over.
    Adopt,
    /// It can't be changed that way: removed and made again.
    Replace,
    /// It is sent as it is: nobody looked whether it differs.
    Apply,
    /// It is there as wanted.
    Nothing,
    /// No longer wanted: removed.
    Delete,
    /// No longer wanted, but marked to stay.
    Keep,
}

impl Verb {
    /// Whether the cluster is another one afterwards.
    pub fn changes(self) -> bool {
        !matches!(self, Verb::Nothing | Verb::Keep)
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub verb: Verb,
    /// To which object.
    pub id: Id,
    /// Why.
    pub reason: String,
}

/// Why an object can't be touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Which.
    pub id: Id,
    /// helm's words: `label validation error: …; annotation validation error: …`.
    pub why: String,
}

/// An object that can't be changed to what is wanted, and may not be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Which.
    pub id: Id,
    /// The fields that the server does not let change.
    pub fields: Vec<String>,
}

/// Why there are no steps: all objects that are in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    /// Those that belong to somebody else.
    pub foreign: Vec<Foreign>,
    /// Those that can't be changed.
    pub locked: Vec<Locked>,
}

/// The steps of one release, in the order in which they are taken: objects that are made or changed in kind order, then
/// those that go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps(pub Vec<Step>);

impl Steps {
    /// Steps that change something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.0.iter().filter(|step| step.verb.changes())
    }
}

/// Everything that decides the steps.
#[derive(Debug)]
pub struct Question<'a> {
    /// The release's name.
    pub release: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// What should be there, in the order of the manifest.
    pub wanted: &'a [Wanted],
    /// What is there, of the wanted and of the past objects.
    pub found: &'a BTreeMap<Id, Found>,
    /// What the records say.
    pub past: &'a Past,
    /// `--take-ownership`
    pub take_ownership: bool,
    /// Kinds whose objects may be removed and made again where they can't be changed; `*` for all.
    pub replace: &'a [String],
    /// Which helm's kind order.
    pub profile: Profile,
}

/// The steps.
///
/// # Errors
/// The objects that belong to somebody else, and those that can't be changed; all of them.
pub fn steps(question: &Question<'_>) -> Result<Steps, Refused> {
    let ours: BTreeSet<&Id> = question.past.objects.iter().collect();
    let mut refused = Refused::default();
    let mut steps = Vec::new();
    for wanted in question.wanted {
        let (verb, reason) = match question.found.get(&wanted.id) {
            None if ours.contains(&wanted.id) => (Verb::Create, "it is gone from the cluster"),
            None => (Verb::Create, "it is new"),
            Some(found) => match not_owned(&found.live, question.release, question.namespace) {
                Some(_) if ours.contains(&wanted.id) => change(found, "its marks were changed"),
                Some(_) if question.take_ownership => (Verb::Adopt, "taken over as asked"),
                Some(why) => {
                    refused.foreign.push(Foreign { id: wanted.id.clone(), why });
                    continue;
                }
                None => change(found, "the release's manifest has it otherwise"),
            },
        };
        let locked = question.found.get(&wanted.id).map_or(&[][..], |found| &found.locked);
        let step = |verb, reason: String| Step { verb, id: wanted.id.clone(), reason };
        match (locked, may_replace(wanted, question.replace)) {
            ([], _) => steps.push(step(verb, reason.to_owned())),
            (fields, true) => steps.push(step(Verb::Replace, format!("{} can't be changed", fields.join(", ")))),
            (fields, false) => refused.locked.push(Locked { id: wanted.id.clone(), fields: fields.to_vec() }),
        }
    }
    if refused != Refused::default() {
        return Err(refused);
    }
    let order = install_order(question.profile);
    steps.sort_by(|one, other| order(&one.id.kind, &other.id.kind));
    let wanted: BTreeSet<&Id> = question.wanted.iter().map(|wanted| &wanted.id).collect();
    let mut gone = BTreeSet::new();
    let mut leaving: Vec<Step> = question
        .past
        .objects
        .iter()
        .filter(|id| !wanted.contains(id) && gone.insert(*id))
        .filter_map(|id| {
            let found = question.found.get(id)?;
            let (verb, reason) = match policy(&found.live) {
                Some(_) => (Verb::Keep, "its resource policy keeps it"),
                // An object that somebody else owns by now is not ours to remove.
                None if not_owned(&found.live, question.release, question.namespace).is_some() => {
                    (Verb::Keep, "it belongs to somebody else")
                }
                None => (Verb::Delete, "the release no longer has it"),
            };
            Some(Step { verb, id: id.clone(), reason: reason.to_owned() })
        })
        .collect();
    leaving.sort_by(|one, other| uninstall_order(&one.id.kind, &other.id.kind));
    steps.extend(leaving);
    Ok(Steps(steps))
}

/// Whether an object may be removed and made again: as the user says, or its author.
fn may_replace(wanted: &Wanted, kinds: &[String]) -> bool {
    let marked = wanted.body.pointer("/metadata/annotations").and_then(|annotations| annotations.get(ALLOW_REPLACE));
    marked.and_then(Json::as_str) == Some("true") || kinds.iter().any(|kind| kind == "*" || kind.eq_ignore_ascii_case(&wanted.id.kind))
}

fn change(found: &Found, reason: &'static str) -> (Verb, &'static str) {
    match &found.after {
        None => (Verb::Apply, "sent as it is"),
        Some(after) if settled(after) == settled(&found.live) => (Verb::Nothing, ""),
        Some(_) => (Verb::Change, reason),
    }
}

/// An object without what the server counts and keeps.
pub fn settled(object: &Json) -> Json {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
        if let Some(metadata) = fields.get_mut("metadata").and_then(Json::as_object_mut) {
            for key in ["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"] {
                metadata.remove(key);
            }
        }
    }
    object
}

/// The value of `helm.sh/resource-policy`: any value keeps the object (helm pkg/action/resource_policy.go).
fn policy(object: &Json) -> Option<&str> {
    object.get("metadata")?.get("annotations")?.get(RESOURCE_POLICY)?.as_str()
}

/// helm's words where the object's marks do not say that the release owns it.
pub fn not_owned(live: &Json, release: &str, namespace: &str) -> Option<String> {
    let metadata = live.get("metadata");
    let mark = |part: &str, key: &str| metadata?.get(part)?.get(key)?.as_str();
    let checks = [
        ("label", "labels", MANAGED_BY, "Helm"),
        ("annotation", "annotations", RELEASE_NAME, release),
        ("annotation", "annotations", RELEASE_NAMESPACE, namespace),
    ];
    let faults: Vec<String> = checks
        .iter()
        .filter_map(|(what, part, key, wanted)| match mark(part, key) {
            Some(value) if value == *wanted => None,
            Some(value) => Some(format!("{what} validation error: key {key:?} must equal {wanted:?}: current value is {value:?}")),
            None => Some(format!("{what} validation error: missing key {key:?}: must be set to {wanted:?}")),
        })
        .collect();
    (!faults.is_empty()).then(|| faults.join("; "))
}

/// A manifest's object with the marks that say who owns it.
pub fn marked(body: &Json, release: &str, namespace: &str) -> Json {
    let mut body = body.clone();
    let marks = [("labels", MANAGED_BY, "Helm"), ("annotations", RELEASE_NAME, release), ("annotations", RELEASE_NAMESPACE, namespace)];
    for (part, key, value) in marks {
        let Some(fields) = body.as_object_mut() else { break };
        let metadata = fields.entry("metadata").or_insert_with(|| Json::Object(Default::default()));
        let Some(metadata) = metadata.as_object_mut() else { break };
        let part = metadata.entry(part).or_insert(Json::Null);
        if !part.is_object() {
            *part = Json::Object(Default::default());
        }
        if let Some(part) = part.as_object_mut() {
            part.insert(key.to_owned(), value.into());
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value as Json, json};

    use super::{Found, Id, Past, Question, Verb, Wanted, marked, steps};
    use crate::charts::Profile;

    fn object(kind: &str, name: &str, data: &str) -> (Id, Json) {
        let id = Id { group: String::new(), kind: kind.into(), namespace: "bk".into(), name: name.into() };
        (id, json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "bk"}, "data": {"x": data}}))
    }

    fn run(wanted: &[(Id, Json)], live: &[(Id, Json, Option<Json>)], past: &[&Id], take: bool) -> Result<Vec<(Verb, String)>, Vec<String>> {
        let wanted: Vec<Wanted> =
            wanted.iter().map(|(id, body)| Wanted { id: id.clone(), body: marked(body, "web", "bk"), source: String::new() }).collect();
        let found: BTreeMap<Id, Found> = live
            .iter()
            .map(|(id, live, after)| (id.clone(), Found { live: live.clone(), after: after.clone(), locked: Vec::new() }))
            .collect();
        let past = Past { revision: 1, status: "deployed".into(), objects: past.iter().map(|id| (*id).clone()).collect() };
        let question = Question {
            release: "web",
            namespace: "bk",
            wanted: &wanted,
            found: &found,
            past: &past,
            take_ownership: take,
            replace: &[],
            profile: Profile::HELM4,
        };
        steps(&question)
            .map(|steps| steps.0.into_iter().map(|step| (step.verb, step.id.to_string())).collect())
            .map_err(|refused| refused.foreign.into_iter().map(|foreign| foreign.why).collect())
    }

    #[test]
    fn steps_make_change_and_remove_in_order() {
        let (deployment, body) = object("Deployment", "web", "1");
        let (secret, secret_body) = object("Secret", "key", "1");
        let (old, old_body) = object("ConfigMap", "old", "1");
        let (service, service_body) = object("Service", "old", "1");
        let live = |body: &Json| marked(body, "web", "bk");
        let changed = marked(&object("Secret", "key", "2").1, "web", "bk");
        let got = run(
            &[(deployment.clone(), body.clone()), (secret.clone(), secret_body.clone())],
            &[
                (secret.clone(), changed, Some(live(&secret_body))),
                (old.clone(), live(&old_body), None),
                (service.clone(), live(&service_body), None),
            ],
            &[&secret, &old, &service],
            false,
        );
        let names = |id: &Id| id.to_string();
        let want = [(Verb::Change, &secret), (Verb::Create, &deployment), (Verb::Delete, &service), (Verb::Delete, &old)];
        assert_eq!(got.unwrap(), want.map(|(verb, id)| (verb, names(id))));
    }

    #[test]
    fn what_is_as_wanted_is_left_alone_and_kept_objects_stay() {
        let (id, body) = object("ConfigMap", "a", "1");
        let live = marked(&body, "web", "bk");
        let mut counted = live.clone();
        counted["metadata"]["resourceVersion"] = json!("7");
        assert_eq!(run(&[(id.clone(), body)], &[(id.clone(), counted, Some(live.clone()))], &[&id], false).unwrap()[0].0, Verb::Nothing);
        let mut kept = live;
        kept["metadata"]["annotations"]["helm.sh/resource-policy"] = json!("keep");
        assert_eq!(run(&[], &[(id.clone(), kept, None)], &[&id], false).unwrap()[0].0, Verb::Keep);
    }

    #[test]
    fn what_belongs_to_others_is_named_or_adopted() {
        let (id, body) = object("ConfigMap", "a", "1");
        let theirs = marked(&body, "other", "bk");
        let all = [(id.clone(), body.clone())];
        let refused = run(&all, &[(id.clone(), theirs.clone(), None)], &[], false).unwrap_err();
        assert_eq!(refused, [r#"annotation validation error: key "meta.helm.sh/release-name" must equal "web": current value is "other""#]);
        assert_eq!(run(&all, &[(id.clone(), theirs.clone(), None)], &[], true).unwrap()[0].0, Verb::Adopt);
        // An object of an earlier revision that another release took over meanwhile stays when it is no longer wanted.
        assert_eq!(run(&[], &[(id.clone(), theirs, None)], &[&id], false).unwrap()[0].0, Verb::Keep);
    }
}
