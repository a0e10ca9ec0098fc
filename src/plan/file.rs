//! A plan that is kept: what was going to happen, and enough of what was seen to refuse when the world moved on.
//!
//! It holds digests, never a value of a Secret: what is needed to apply it without rendering again is sealed with a key.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::release::{Step, settled};
use crate::diag::{Error, Kind, Result};
use crate::state::Release;

/// What this program writes and takes.
const FORMAT: &str = "bkhelm-plan/1";

/// A plan of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    /// `bkhelm-plan/1`
    pub format: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// What digests are salted with.
    pub salt: String,
    /// The environment.
    pub environment: String,
    /// Releases in the order in which they are worked on.
    pub releases: Vec<ReleasePlan>,
}

/// What happens to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Install,
    /// It is there and changes.
    Upgrade,
    /// It goes.
    Remove,
}

/// The plan of one release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleasePlan {
    /// Its name.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// The kubeconfig context; empty for the current one.
    pub context: String,
    /// Who the cluster is: the uid of its namespace `kube-system`.
    pub cluster: String,
    /// Releases of one stage don't need each other; stages are worked on in order.
    pub stage: usize,
    /// What happens.
    pub action: Action,
    /// The revision that is going to be made.
    pub revision: i64,
    /// The status of the revision before; empty for none.
    pub before: String,
    /// Digest of what was rendered: manifest, hooks, CRDs, values.
    pub rendered: String,
    /// What happens to which object.
    pub steps: Vec<Planned>,
    /// What was rendered, sealed; where a key was given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sealed: String,
}

/// A step with what was seen of its object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// The step.
    #[serde(flatten)]
    pub step: Step,
    /// Fields that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Digest of the live object; empty where it is not there.
    pub seen: String,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// `spec.containers[name=web].image`
    pub path: String,
    /// What it is, masked in Secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Json>,
    /// What it becomes, masked in Secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Json>,
    /// Who owns it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

impl PlanFile {
    /// A plan without releases.
    pub fn new(made: String, salt: String, environment: String) -> Self {
        Self { format: FORMAT.to_owned(), made, salt, environment, releases: Vec::new() }
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// Text that is no plan, or one of another format.
    pub fn read(name: &str, text: &[u8]) -> Result<Self> {
        let refused = |words: String| Error::new(Kind::Usage, format!("{name} is no plan: {words}"));
        let plan: Self = serde_json::from_slice(text).map_err(|error| refused(error.to_string()))?;
        match plan.format.as_str() {
            FORMAT => Ok(plan),
            other => Err(refused(format!("its format is {other:?}, this bkhelm reads {FORMAT:?}"))
                .hint("make it again with `bkhelm diff --plan-out`")),
        }
    }

    /// The plan as text.
    ///
    /// # Errors
    /// None that is known of: serde's.
    pub fn text(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| Error::new(Kind::File, error.to_string()))?;
        text.push(b'\n');
        Ok(text)
    }
}

impl ReleasePlan {
    /// Whether it is the plan of that release of a state. A release without a namespace of its own is in the context's.
    pub fn is_of(&self, release: &Release) -> bool {
        let namespace = release.namespace.is_empty() || release.namespace == self.namespace;
        self.release == release.name && namespace && self.context == release.kube_context
    }

    /// What is other than it was when the plan was made.
    pub fn moved(&self, now: &ReleasePlan) -> Vec<String> {
        let mut moved = Vec::new();
        let mut other = |what: &str, then: &str, now: &str| {
            if then != now {
                moved.push(format!("{what} was {then:?} and is {now:?}"));
            }
        };
        other("the cluster", &self.cluster, &now.cluster);
        other("the next revision", &self.revision.to_string(), &now.revision.to_string());
        other("the status of the last revision", &self.before, &now.before);
        if self.rendered != now.rendered {
            moved.push("it renders to something else".to_owned());
        }
        for planned in &self.steps {
            match now.steps.iter().find(|other| other.step.id == planned.step.id) {
                Some(other) if other.seen == planned.seen && other.step.verb == planned.step.verb => {}
                Some(other) if other.seen.is_empty() => moved.push(format!("{} is gone", planned.step.id)),
                Some(_) if planned.seen.is_empty() => moved.push(format!("{} is there now", planned.step.id)),
                Some(_) => moved.push(format!("{} was changed", planned.step.id)),
                None => moved.push(format!("{} takes no part any more", planned.step.id)),
            }
        }
        for other in &now.steps {
            if !self.steps.iter().any(|planned| planned.step.id == other.step.id) {
                moved.push(format!("{} takes part now", other.step.id));
            }
        }
        moved
    }
}

/// A salted digest of a live object without what the server counts.
pub fn seen(object: &Json, salt: &str) -> String {
    let mut object = settled(object);
    // Controllers note their progress there: deployment.kubernetes.io/revision.
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Json::as_object_mut) {
        annotations.retain(|key, _| !key.contains(".kubernetes.io/"));
    }
    digest(object.to_string().as_bytes(), salt)
}

/// A salted digest.
pub fn digest(bytes: &[u8], salt: &str) -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    context.update(salt.as_bytes());
    context.update(bytes);
    data_encoding::HEXLOWER.encode(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Action, PlanFile, Planned, ReleasePlan, seen};
    use crate::plan::Id;
    use crate::plan::release::{Step, Verb};

    fn plan(seen: &str) -> ReleasePlan {
        let id = Id { group: String::new(), kind: "Secret".into(), namespace: "bk".into(), name: "key".into() };
        ReleasePlan {
            release: "web".into(),
            namespace: "bk".into(),
            context: String::new(),
            cluster: "c1".into(),
            stage: 0,
            action: Action::Upgrade,
            revision: 2,
            before: "deployed".into(),
            rendered: "d".into(),
            steps: vec![Planned { step: Step { verb: Verb::Change, id, reason: String::new() }, fields: Vec::new(), seen: seen.into() }],
            sealed: String::new(),
        }
    }

    #[test]
    fn a_plan_is_read_as_it_was_written_and_says_what_moved() {
        let mut file = PlanFile::new("2026-11-28T00:00:00Z".into(), "salt".into(), "default".into());
        file.releases.push(plan("a"));
        let again = PlanFile::read("plan.json", &file.text().unwrap()).unwrap();
        assert_eq!(again, file);
        assert!(file.releases[0].moved(&plan("a")).is_empty());
        assert_eq!(file.releases[0].moved(&plan("b")), ["Secret/bk/key was changed"]);
        assert_eq!(file.releases[0].moved(&plan("")), ["Secret/bk/key is gone"]);
        assert!(PlanFile::read("x", b"{}").is_err());
        let other = String::from_utf8(file.text().unwrap()).unwrap().replace("bkhelm-plan/1", "bkhelm-plan/9");
        assert!(PlanFile::read("x", other.as_bytes()).unwrap_err().message().contains("bkhelm-plan/9"));
    }

    #[test]
    fn what_controllers_count_is_not_seen() {
        let object = |version: &str, data: &str| json!({"kind": "Secret", "metadata": {"resourceVersion": version}, "data": {"x": data}});
        assert_eq!(seen(&object("1", "a"), "s"), seen(&object("2", "a"), "s"));
        assert_ne!(seen(&object("1", "a"), "s"), seen(&object("1", "b"), "s"));
        assert_ne!(seen(&object("1", "a"), "s"), seen(&object("1", "a"), "t"));
    }
}
