//! "Did you mean": the nearest of some names.

/// The candidate nearest to `name` by edit distance, if it is near enough to be what was meant
/// (at most a third of the name's length, and never more than three edits).
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = edits_allowed(name);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Up to three candidates that may have been meant, nearest first: those that [`nearest`] would take, and those that
/// the name is a part of or that are a part of it.
pub fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = edits_allowed(name);
    let lower = name.to_lowercase();
    let part = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        lower.len() >= 3 && candidate.len() >= 3 && (candidate.contains(&lower) || lower.contains(&candidate))
    };
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= limit || part(candidate))
        .collect();
    found.sort_by_key(|(edits, _)| *edits);
    found.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// A third of a name may be wrong, but never more than three edits.
fn edits_allowed(name: &str) -> usize {
    (name.chars().count() / 3).clamp(1, 3)
}

/// Edits (insert, delete, replace, swap of neighbours) between two names, letters' case ignored.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "i < a.len() and j < b.len(); each row has b.len() + 1 costs, none above 200; `before` is a row once i > 0"
)]
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().take(100).collect();
    let b: Vec<char> = b.to_lowercase().chars().take(100).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replace = above[j] + usize::from(a[i] != b[j]);
            let mut best = replace.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("replicas", ["replicaCount", "replica", "image"]), Some("replica"));
        assert_eq!(nearest("imageRegisrty", ["imageRegistry", "domain"]), Some("imageRegistry"));
        assert_eq!(nearest("mysql", ["redis", "zookeeper"]), None);
    }
}
