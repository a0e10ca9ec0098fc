//! The order of releases by their needs: releases → groups, each of which needs only earlier ones
//! (helmfile pkg/state/state_run.go; github.com/variantdev/dag).

use std::collections::{BTreeSet, HashMap};

use super::{Needs, Release};
use crate::diag::{Error, Kind, Place, Result};

/// Finds where a release is written.
pub(super) type Whereabouts<'p> = &'p dyn Fn(&Release) -> Place;

/// Groups of releases in the order in which they may be worked on, those of `only` (all, if empty) and, as `needs` says,
/// what these need. Within a group in written order.
///
/// # Errors
/// A need that no release meets, a circle, a need that is not selected and neither skipped nor included.
pub(super) fn groups<'a>(
    releases: &[&'a Release],
    only: &[&Release],
    needs: Needs,
    place: Whereabouts<'_>,
) -> Result<Vec<Vec<&'a Release>>> {
    let graph = Graph::new(releases, place)?;
    let levels = graph.levels(releases, place)?;
    let mut wanted: Vec<bool> = vec![only.is_empty(); graph.ids.len()];
    for release in only {
        if let Some(node) = graph.index.get(&release.id()) {
            wanted[*node] = true;
        }
    }
    if !only.is_empty() && !needs.skip {
        // From the last level to the first, so that what a need needs is seen too.
        for node in levels.iter().rev().flatten().copied() {
            if wanted[node] {
                continue;
            }
            let mut dependents: Vec<&str> = graph.dependents[node]
                .iter()
                .filter(|dependent| wanted[**dependent])
                .map(|dependent| graph.ids[*dependent].as_str())
                .collect();
            if dependents.is_empty() {
                continue;
            }
            if !needs.include && !needs.transitive {
                dependents.sort_unstable();
                let dependent = releases.iter().find(|release| release.id() == dependents[0]);
                let error = unselected(&graph.ids[node], &dependents);
                return Err(dependent.map_or(error.clone(), |release| error.at(place(release))));
            }
            wanted[node] = true;
        }
    }
    let mut by_id: HashMap<String, Vec<&'a Release>> = HashMap::new();
    for release in releases {
        by_id.entry(release.id()).or_default().push(release);
    }
    let mut found = Vec::new();
    for level in levels {
        let mut nodes: Vec<usize> = level.into_iter().filter(|node| wanted[*node]).collect();
        nodes.sort_unstable_by_key(|node| graph.order[*node]);
        let group: Vec<&Release> = nodes.iter().flat_map(|node| by_id.remove(&graph.ids[*node]).unwrap_or_default()).collect();
        if !group.is_empty() {
            found.push(group);
        }
    }
    Ok(found)
}

/// For each release, the places of those before it that it needs, directly or through others, which may be any of `all`.
/// The list is in the order of [`groups`].
pub(super) fn needed(releases: &[&Release], all: &[Release]) -> Vec<Vec<usize>> {
    let mut by_id: HashMap<String, Vec<&Release>> = HashMap::new();
    for release in all {
        by_id.entry(release.id()).or_default().push(release);
    }
    let ids: Vec<String> = releases.iter().map(|release| release.id()).collect();
    let of_one = |(at, release): (usize, &&Release)| {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&String> = release.needs.iter().collect();
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                waiting.extend(by_id.get(id).into_iter().flatten().flat_map(|needed| &needed.needs));
            }
        }
        (0..at).filter(|place| seen.contains(&ids[*place])).collect()
    };
    releases.iter().enumerate().map(of_one).collect()
}

/// Refuses releases whose needs, or the needs of these, are not installed.
///
/// # Errors
/// `Release a has a transitive dependency b marked as installed=false`
pub(super) fn refuse_uninstalled(releases: &[&Release], all: &[&Release]) -> Result<()> {
    let by_id: HashMap<String, &Release> = all.iter().map(|release| (release.id(), *release)).collect();
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&Release> = releases.to_vec();
    while let Some(release) = waiting.pop() {
        if !seen.insert(release.id()) {
            continue;
        }
        for needed in release.needs.iter().filter_map(|need| by_id.get(need)) {
            if !needed.installed {
                let words = format!("Release {} has a transitive dependency {} marked as installed=false", release.name, needed.name);
                return Err(Error::new(Kind::State, words));
            }
            waiting.push(needed);
        }
    }
    Ok(())
}

struct Graph {
    ids: Vec<String>,
    index: HashMap<String, usize>,
    /// Where the last release of that id stands.
    order: Vec<usize>,
    /// Who needs it.
    dependents: Vec<BTreeSet<usize>>,
    inputs: Vec<usize>,
}

impl Graph {
    fn new(releases: &[&Release], place: Whereabouts<'_>) -> Result<Self> {
        let mut graph = Graph { ids: Vec::new(), index: HashMap::new(), order: Vec::new(), dependents: Vec::new(), inputs: Vec::new() };
        for (position, release) in releases.iter().enumerate() {
            let id = release.id();
            let node = *graph.index.entry(id.clone()).or_insert_with(|| {
                graph.ids.push(id);
                graph.order.push(position);
                graph.dependents.push(BTreeSet::new());
                graph.inputs.push(0);
                graph.ids.len() - 1
            });
            graph.order[node] = position;
        }
        for release in releases {
            let node = graph.index[&release.id()];
            for need in &release.needs {
                let Some(needed) = graph.index.get(need).copied() else { return Err(undefined(releases, need).at(place(release))) };
                if graph.dependents[needed].insert(node) {
                    graph.inputs[node] += 1;
                }
            }
        }
        Ok(graph)
    }

    fn levels(&self, releases: &[&Release], place: Whereabouts<'_>) -> Result<Vec<Vec<usize>>> {
        let mut inputs = self.inputs.clone();
        let mut level: Vec<usize> = (0..self.ids.len()).filter(|node| inputs[*node] == 0).collect();
        let mut levels = Vec::new();
        let mut done = 0;
        while !level.is_empty() {
            done += level.len();
            let mut next = Vec::new();
            for node in &level {
                for dependent in &self.dependents[*node] {
                    inputs[*dependent] -= 1;
                    if inputs[*dependent] == 0 {
                        next.push(*dependent);
                    }
                }
            }
            levels.push(std::mem::replace(&mut level, next));
        }
        if done < self.ids.len() {
            return Err(self.circle(&inputs, releases, place));
        }
        Ok(levels)
    }

    /// The circle that starts at the first id, in alphabetical order, of those that can't be resolved.
    fn circle(&self, inputs: &[usize], releases: &[&Release], place: Whereabouts<'_>) -> Error {
        let stuck = |node: usize| inputs[node] > 0;
        let mut left: Vec<usize> = (0..self.ids.len()).filter(|node| stuck(*node)).collect();
        left.sort_by(|one, other| self.ids[*one].cmp(&self.ids[*other]));
        let next = |node: usize| self.dependents[node].iter().copied().find(|dependent| stuck(*dependent));
        let mut path: Vec<usize> = Vec::new();
        let mut seen = vec![false; self.ids.len()];
        let mut at = left.into_iter().find(|node| next(*node).is_some());
        while let Some(node) = at {
            path.push(node);
            if std::mem::replace(&mut seen[node], true) {
                break;
            }
            at = next(node);
        }
        let names: Vec<&str> = path.iter().map(|node| self.ids[*node].as_str()).collect();
        let mut error = Error::new(Kind::State, format!("cycle detected: {}", names.join(" -> ")))
            .hint("each release here is needed by the one after it; one of these `needs` has to go");
        for (position, name) in names.iter().enumerate().take(names.len().saturating_sub(1)) {
            let Some(release) = releases.iter().find(|release| release.id() == *name) else { continue };
            let here = place(release);
            error = if position == 0 { error.at(here) } else { error.related(here, format!("needs {}", names[position - 1])) };
        }
        error
    }
}

fn undefined(releases: &[&Release], need: &str) -> Error {
    let dependents: Vec<String> = releases
        .iter()
        .filter(|release| release.needs.iter().any(|other| other == need))
        .map(|release| format!("{:?}", release.id()))
        .collect();
    let name = need.rsplit('/').next().unwrap_or(need);
    let words = format!(
        "release(s) {} depend(s) on an undefined release {need:?}. Perhaps you made a typo in \"needs\" or forgot defining a release named {name:?} with appropriate \"namespace\" and \"kubeContext\"?",
        dependents.join(", ")
    );
    let others = || releases.iter().filter(|release| !release.needs.iter().any(|other| other == need));
    let named = |name: &str| others().find(|release| release.name == name).map(|release| release.id());
    let error = Error::new(Kind::State, words);
    // By name: what all ids begin with would make every one of them look near.
    match named(name).or_else(|| named(crate::diag::nearest(name, others().map(|release| release.name.as_str()))?)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

fn unselected(id: &str, dependents: &[&str]) -> Error {
    let quoted: Vec<String> = dependents.iter().map(|id| format!("{id:?}")).collect();
    let names = match quoted.as_slice() {
        [first @ .., last] if quoted.len() > 2 => format!("{}, and {last}", first.join(", ")),
        all => all.join(" and "),
    };
    let verb = if dependents.len() == 1 { "depends" } else { "depend" };
    let name = id.rsplit('/').next().unwrap_or(id);
    Error::new(
        Kind::State,
        format!(
            "release {names} {verb} on {id:?} which does not match the selectors. Please add a selector like \"--selector name={name}\", or indicate whether to skip (--skip-needs) or include (--include-needs) these dependencies"
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::diag::{Place, Result};
    use crate::state::{Needs, Release};

    fn release(name: &str, needs: &[&str]) -> Release {
        Release { name: name.into(), needs: needs.iter().map(|need| (*need).to_owned()).collect(), ..Release::default() }
    }

    fn groups<'a>(all: &[&'a Release], only: &[&Release], needs: Needs) -> Result<Vec<Vec<&'a Release>>> {
        super::groups(all, only, needs, &|_| Place::file("helmfile.yaml"))
    }

    fn names(groups: Vec<Vec<&Release>>) -> Vec<Vec<String>> {
        groups.into_iter().map(|group| group.into_iter().map(|release| release.name.clone()).collect()).collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_the_rest_in_written_order() {
        let all = [release("c", &["a"]), release("b", &[]), release("a", &[])];
        let all: Vec<&Release> = all.iter().collect();
        assert_eq!(names(groups(&all, &[], Needs::default()).unwrap()), [vec!["b", "a"], vec!["c"]]);
        let only = [all[0]];
        assert!(groups(&all, &only, Needs::default()).unwrap_err().message().contains("does not match the selectors"));
        let include = Needs { include: true, ..Needs::default() };
        assert_eq!(names(groups(&all, &only, include).unwrap()), [["a"], ["c"]]);
        let skip = Needs { skip: true, ..Needs::default() };
        assert_eq!(names(groups(&all, &only, skip).unwrap()), [["c"]]);
    }

    #[test]
    fn needs_lead_through_what_is_not_worked_on() {
        let all = [release("c", &["b"]), release("b", &["a"]), release("a", &[]), release("d", &[])];
        let list = [&all[2], &all[3], &all[0]];
        assert_eq!(super::needed(&list, &all), [vec![], vec![], vec![0]]);
    }

    #[test]
    fn circles_and_unknown_needs_are_refused() {
        let all = [release("a", &["b"]), release("b", &["a"])];
        let all: Vec<&Release> = all.iter().collect();
        assert!(groups(&all, &[], Needs::default()).unwrap_err().message().starts_with("cycle detected: a -> b -> a"));
        let unknown = [release("a", &["x"])];
        let unknown: Vec<&Release> = unknown.iter().collect();
        assert!(groups(&unknown, &[], Needs::default()).unwrap_err().message().contains("undefined release \"x\""));
    }
}
