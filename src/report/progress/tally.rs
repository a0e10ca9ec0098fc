//! What was done to objects, counted: `created 12 (3 ConfigMap, 8 Deployment, Service), configured Deployment/bk/web, 4 unchanged`.

use std::collections::BTreeMap;

use crate::plan::Id;

/// Objects of one outcome that are named; of more, the kinds are counted.
const NAMED: usize = 2;

/// Objects by what was done to them, in the order of what came first.
#[derive(Debug, Default)]
pub(super) struct Tally(Vec<(&'static str, Vec<Id>)>);

impl Tally {
    pub(super) fn add(&mut self, outcome: &'static str, id: Id) {
        match self.0.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, ids)) => ids.push(id),
            None => self.0.push((outcome, vec![id])),
        }
    }

    /// In words, and forgets it; `None` where nothing was done.
    pub(super) fn take(&mut self) -> Option<String> {
        let mut all = std::mem::take(&mut self.0);
        all.sort_by_key(|(outcome, _)| is_dull(outcome));
        let words: Vec<String> = all.iter().map(|(outcome, ids)| of_one(outcome, ids)).collect();
        Some(words.join(", ")).filter(|words| !words.is_empty())
    }
}

/// Nothing happened.
fn is_dull(outcome: &str) -> bool {
    matches!(outcome, "unchanged" | "gone")
}

fn of_one(outcome: &str, ids: &[Id]) -> String {
    if is_dull(outcome) {
        return format!("{} {outcome}", ids.len());
    }
    if ids.len() <= NAMED {
        return format!("{outcome} {}", ids.iter().map(Id::to_string).collect::<Vec<_>>().join(" and "));
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        *kinds.entry(&id.kind).or_default() += 1;
    }
    let kinds = kinds.iter().map(|(kind, count)| if *count == 1 { (*kind).to_owned() } else { format!("{count} {kind}") });
    format!("{outcome} {} ({})", ids.len(), kinds.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::Tally;
    use crate::plan::Id;

    #[test]
    fn few_are_named_and_many_are_counted() {
        let id = |kind: &str, name: &str| Id { group: String::new(), kind: kind.into(), namespace: "bk".into(), name: name.into() };
        let mut tally = Tally::default();
        assert_eq!(tally.take(), None);
        tally.add("unchanged", id("Role", "r"));
        for name in ["a", "b"] {
            tally.add("created", id("ConfigMap", name));
        }
        tally.add("created", id("Service", "web"));
        tally.add("configured", id("Secret", "s"));
        assert_eq!(tally.take().as_deref(), Some("created 3 (2 ConfigMap, Service), configured Secret/bk/s, 1 unchanged"));
        assert_eq!(tally.take(), None);
    }
}
