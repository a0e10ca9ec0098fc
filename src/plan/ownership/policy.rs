//! Whose value counts where two managers want a field.

use super::ConflictingField;
use crate::plan::Id;

/// Whose value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Ours: the field is taken from its owner.
    Ours,
    /// The other's: the field is left out of what is applied.
    Theirs,
    /// Nobody's: a human has to decide.
    Fail,
}

/// A verdict for some fields. In each pattern `*` stands for any text, also none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Of the object: `Deployment/bk/web`, `CustomResourceDefinition/*`.
    pub object: String,
    /// Of the field: `.spec.replicas`, `.webhooks[*].clientConfig.caBundle`.
    pub field: String,
    /// Of the other manager; where it wrote through a subresource, of both: `*/scale`.
    pub manager: String,
    /// Whose value counts.
    pub verdict: Verdict,
}

/// Rules in order: the first that fits decides; where none does, apply fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    rules: Vec<Rule>,
}

/// Conflicts by what is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// To be taken by force.
    pub ours: Vec<ConflictingField>,
    /// To be left out ([`super::without`]).
    pub theirs: Vec<ConflictingField>,
    /// To be told.
    pub fail: Vec<ConflictingField>,
}

impl Default for Policy {
    /// What controllers are there to write is theirs: replicas through the subresource `scale` (autoscalers, `kubectl scale`) and
    /// certificates that an injector writes into webhooks, conversions and API services. What helm itself wrote
    /// before it applied on the server's side is ours.
    fn default() -> Self {
        let theirs = [
            ("*", ".spec.replicas", "*/scale"),
            ("ValidatingWebhookConfiguration/*", ".webhooks[*].clientConfig.caBundle", "*"),
            ("MutatingWebhookConfiguration/*", ".webhooks[*].clientConfig.caBundle", "*"),
            ("CustomResourceDefinition/*", ".spec.conversion.webhook.clientConfig.caBundle", "*"),
            ("APIService/*", ".spec.caBundle", "*"),
        ];
        let rule = |(object, field, manager): (&str, &str, &str), verdict| Rule {
            object: object.to_owned(),
            field: field.to_owned(),
            manager: manager.to_owned(),
            verdict,
        };
        let mut rules: Vec<Rule> = theirs.into_iter().map(|one| rule(one, Verdict::Theirs)).collect();
        rules.push(rule(("*", "*", "helm"), Verdict::Ours));
        Self { rules }
    }
}

impl Policy {
    /// These rules, and the defaults after them.
    pub fn with(mut rules: Vec<Rule>) -> Self {
        rules.extend(Self::default().rules);
        Self { rules }
    }

    /// What is to be done about the conflicts of one object.
    pub fn resolve(&self, object: &Id, conflicts: Vec<ConflictingField>) -> Resolution {
        let mut resolution = Resolution::default();
        let object = object.to_string();
        for conflict in conflicts {
            let side = match self.verdict(&object, &conflict) {
                Verdict::Ours => &mut resolution.ours,
                Verdict::Theirs => &mut resolution.theirs,
                Verdict::Fail => &mut resolution.fail,
            };
            side.push(conflict);
        }
        // Where two own a field and one of them keeps it, it can't be taken from the other.
        let kept = |field: &str| resolution.theirs.iter().any(|other| other.field == field);
        resolution.ours.retain(|conflict| !kept(&conflict.field));
        resolution
    }

    fn verdict(&self, object: &str, conflict: &ConflictingField) -> Verdict {
        let manager = conflict.owner();
        let fits = |rule: &&Rule| fits(&rule.object, object) && fits(&rule.field, &conflict.field) && fits(&rule.manager, &manager);
        self.rules.iter().find(fits).map_or(Verdict::Fail, |rule| rule.verdict)
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts = rest.split('*');
    let tail = parts.next_back().unwrap_or_default();
    let mut left = text;
    for part in parts {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::{ConflictingField, Policy, Rule, Verdict, fits};
    use crate::plan::Id;

    fn verdict(policy: &Policy, kind: &str, field: &str, manager: &str, subresource: &str) -> Verdict {
        let id = Id { group: String::new(), kind: kind.to_owned(), namespace: "bk".to_owned(), name: "web".to_owned() };
        let conflict = ConflictingField { manager: manager.to_owned(), subresource: subresource.to_owned(), field: field.to_owned() };
        let resolution = policy.resolve(&id, vec![conflict]);
        match (resolution.ours.len(), resolution.theirs.len(), resolution.fail.len()) {
            (1, 0, 0) => Verdict::Ours,
            (0, 1, 0) => Verdict::Theirs,
            (0, 0, 1) => Verdict::Fail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn controllers_keep_what_is_theirs() {
        let policy = Policy::default();
        let cases = [
            ("Deployment", ".spec.replicas", "kube-controller-manager", "scale", Verdict::Theirs),
            ("Deployment", ".spec.replicas", "kubectl-edit", "", Verdict::Fail),
            ("Deployment", ".spec.template.spec.replicas", "x", "scale", Verdict::Fail),
            ("ValidatingWebhookConfiguration", ".webhooks[name=\"a.b\"].clientConfig.caBundle", "cainjector", "", Verdict::Theirs),
            ("ValidatingWebhookConfiguration", ".webhooks[name=\"a.b\"].failurePolicy", "cainjector", "", Verdict::Fail),
            ("ConfigMap", ".data.message", "helm", "", Verdict::Ours),
            ("ConfigMap", ".data.message", "helmfile", "", Verdict::Fail),
        ];
        for (kind, field, manager, subresource, wanted) in cases {
            assert_eq!(verdict(&policy, kind, field, manager, subresource), wanted, "{kind} {field} {manager} {subresource}");
        }
    }

    #[test]
    fn ones_own_rules_come_first() {
        let rule = |field: &str, verdict| Rule { object: "*/bk/web".into(), field: field.into(), manager: "*".into(), verdict };
        let policy = Policy::with(vec![rule(".spec.replicas", Verdict::Ours), rule(".data.*", Verdict::Theirs)]);
        assert_eq!(verdict(&policy, "Deployment", ".spec.replicas", "x", "scale"), Verdict::Ours);
        assert_eq!(verdict(&policy, "ConfigMap", ".data.a", "x", ""), Verdict::Theirs);
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text) in
            [("*", ""), ("a*", "a"), ("a*c", "abc"), ("*b*", "abc"), ("a*b*c", "aXbXbXc"), ("a**c", "ac"), ("abc", "abc")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a*a", "a"), ("*b", "abc"), ("a*b*c", "acb"), ("abc", "abcd")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
