//! `null` in a chart's values for a chart below it: helm 3 deletes what the lower chart has, helm 4 keeps it.

use super::super::codes::NULL_FOR_SUBCHART;
use super::shown;
use crate::charts::Chart;
use crate::data::{Map, Sources, Str, Value};
use crate::diag::{Error, Errors};

/// How deep values are looked through.
const DEEPEST: usize = 50;

/// Nulls of a chart that mean something else in the other profile. Where the user's values have a map for the lower chart, both
/// programs agree.
pub(super) fn differing(chart: &Chart, user: &Map, sources: &Sources) -> Errors {
    let mut found = Errors::new();
    let below = |name: &str| {
        let entries = chart.metadata.dependencies.iter().flatten();
        let named = entries.filter(|entry| entry.alias == name || entry.alias.is_empty() && entry.name == name).map(|entry| entry.name.as_str());
        let name = named.last().unwrap_or(name);
        chart.dependencies.iter().find(|below| below.name() == name)
    };
    for (key, value) in chart.values.snapshot() {
        let (Some(below), Some(table)) = (below(&key.to_text()), value.as_map()) else { continue };
        if user.get(&key).is_some_and(|user| user.as_map().is_some()) {
            continue;
        }
        let mut nulls = Vec::new();
        collect(&Value::from(table.clone()), &Value::from(below.values.clone()), &mut vec![key], &mut nulls);
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
