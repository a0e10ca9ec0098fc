//! `null` in a chart's values for a chart below it: helm 3 deletes what the lower chart has, helm 4 keeps it.

use super::super::codes::NULL_FOR_SUBCHART;
use super::shown;
use crate::charts::Tree;
use crate::data::{Map, Sources, Str, Value};
use crate::diag::{Error, Errors};

/// How deep values are looked through.
const DEEPEST: usize = 50;

/// Nulls of a chart for those below it that mean something else in the other profile. Where the user's values have a map for the
/// lower chart, both programs agree.
pub(super) fn differing(tree: &Tree, user: &Map, sources: &Sources) -> Errors {
    let mut found = Errors::new();
    let values = &tree.chart(tree.root()).values;
    for child in tree.children(tree.root()) {
        let (name, below) = (tree.name(*child), tree.chart(*child));
        let Some(table) = values.get(name).and_then(|value| value.as_map().cloned()) else { continue };
        if user.get(name).is_some_and(|user| user.as_map().is_some()) {
            continue;
        }
        let mut nulls = Vec::new();
        collect(&table.into(), &below.values.clone().into(), &mut vec![Str::from(name)], &mut nulls);
        for (path, null, kept) in nulls {
            let words = format!("{}: null deletes the value of the chart {} for helm 3, and helm 4 keeps it", shown(&path), below.name());
            let mut finding = Error::finding(&NULL_FOR_SUBCHART, words);
            if let Some(place) = sources.place(null.origin) {
                finding = finding.at(place);
            }
            if let Some(place) = sources.place(kept.origin) {
                finding = finding.related(place, "the value");
            }
            found.push(finding.hint("set it in a layer of the deployment: there both programs delete it"));
        }
    }
    found
}

fn collect(over: &Value, below: &Value, path: &mut Vec<Str>, found: &mut Vec<(Vec<Str>, Value, Value)>) {
    let (Some(one), Some(other)) = (over.as_map(), below.as_map()) else { return };
    if path.len() > DEEPEST {
        return;
    }
    for (key, value) in one.snapshot() {
        let Some(kept) = other.get(&key).filter(|kept| !kept.is_nil()) else { continue };
        path.push(key);
        if value.is_nil() {
            found.push((path.clone(), value, kept));
        } else {
            collect(&value, &kept, path, found);
        }
        path.pop();
    }
}
