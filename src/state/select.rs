//! Selectors and conditions: which releases of a state are meant (helmfile pkg/state/release_filters.go).

use std::collections::{HashMap, HashSet};

use super::Release;
use crate::data::{Kind as Is, Map};
use crate::diag::{Error, Kind, Result};

/// One `--selector`: labels that must and must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector {
    equal: Vec<(String, String)>,
    unequal: Vec<(String, String)>,
}

impl Selector {
    /// Reads `a=b,c!=d`.
    ///
    /// # Errors
    /// `malformed label: x. Expected label in form k=v or k!=v`
    pub(super) fn parse(text: &str) -> Result<Selector> {
        let mut selector = Selector { equal: Vec::new(), unequal: Vec::new() };
        for label in text.split(',') {
            let pair = |sign: &str| {
                let (key, value) = label.split_once(sign)?;
                (is_word(key) && is_word(value)).then(|| (key.to_owned(), value.to_owned()))
            };
            if let Some(pair) = pair("!=") {
                selector.unequal.push(pair);
            } else if let Some(pair) = pair("=") {
                selector.equal.push(pair);
            } else {
                let words = format!("malformed label: {label}. Expected label in form k=v or k!=v");
                return Err(Error::new(Kind::State, words).hint("selectors are labels: -l tier=web,seq!=first; repeat -l for either"));
            }
        }
        Ok(selector)
    }

    fn matches(&self, release: &Release) -> bool {
        let is = |(key, value): &(String, String)| release.labels.get(key) == Some(value);
        self.equal.iter().all(is) && !self.unequal.iter().any(is)
    }

    /// Whether a release could have both this one's labels and the other's.
    fn agrees(&self, other: &Selector) -> bool {
        self.equal.iter().all(|(key, value)| other.equal.iter().all(|(name, wanted)| name != key || wanted == value))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./+-".contains(&byte))
}

/// Whether any pair of selectors of both sets could pick the same release; true where one can't be read.
pub(super) fn compatible(ours: &[String], theirs: &[String]) -> bool {
    let parse = |texts: &[String]| texts.iter().map(|text| Selector::parse(text)).collect::<Result<Vec<_>>>();
    match (parse(ours), parse(theirs)) {
        (Ok(ours), Ok(theirs)) if !ours.is_empty() && !theirs.is_empty() => {
            ours.iter().any(|one| theirs.iter().any(|other| one.agrees(other)))
        }
        _ => true,
    }
}

/// The releases that the selectors and their own conditions pick, in order; with `needs`, those that they need too.
///
/// # Errors
/// A malformed selector, a condition that leads nowhere.
pub(super) fn select<'a>(releases: &'a [Release], selectors: &[String], values: &Map, needs: bool) -> Result<Vec<&'a Release>> {
    let selectors = selectors.iter().map(|text| Selector::parse(text)).collect::<Result<Vec<_>>>()?;
    let mut picked = Vec::with_capacity(releases.len());
    for release in releases {
        let enabled = condition(release, values).map_err(|error| {
            let name = &release.name;
            error.wrap(|words| format!("failed to parse condition in release {name}: {words}"))
        })?;
        let matches = selectors.is_empty() || selectors.iter().any(|selector| selector.matches(release));
        picked.push(matches && enabled);
    }
    if needs {
        let needed = all_needs(releases, &picked);
        for (release, picked) in releases.iter().zip(&mut picked) {
            *picked |= needed.contains(release.id().as_str());
        }
    }
    Ok(releases.iter().zip(picked).filter(|(_, picked)| *picked).map(|(release, _)| release).collect())
}

/// The needs of the picked releases and, by name, the needs of those.
fn all_needs<'a>(releases: &'a [Release], picked: &[bool]) -> HashSet<&'a str> {
    let mut by_name: HashMap<&str, Vec<&Release>> = HashMap::new();
    for release in releases {
        by_name.entry(&release.name).or_default().push(release);
    }
    let mut needed = HashSet::new();
    let mut waiting: Vec<&Release> = releases.iter().zip(picked).filter(|(_, picked)| **picked).map(|(release, _)| release).collect();
    while let Some(release) = waiting.pop() {
        for need in &release.needs {
            if needed.insert(need.as_str()) {
                let name = need.rsplit('/').next().unwrap_or(need);
                waiting.extend(by_name.get(name).into_iter().flatten());
            }
        }
    }
    needed
}

/// Whether a release's `condition` holds.
///
/// # Errors
/// `environment values field '.x' not found`, a condition that is no path to `enabled`.
pub(super) fn condition(release: &Release, values: &Map) -> Result<bool> {
    let condition = &release.condition;
    match condition.to_lowercase().as_str() {
        "" | "true" => return Ok(true),
        "false" => return Ok(false),
        _ => {}
    }
    let fail = |words: String| Error::new(Kind::State, words).subject(format!("release {}", release.name));
    let Some((path, "enabled")) = condition.rsplit_once('.').or(Some(("", condition.as_str()))) else {
        let words = "Condition value must be in the form 'foo.enabled' where 'foo' can be modified as necessary";
        return Err(fail(words.to_owned()).hint(format!("`condition: {condition}.enabled`?")));
    };
    let mut at = values.clone();
    let mut walked = String::new();
    for key in path.split('.').filter(|_| !path.is_empty()) {
        walked = format!("{walked}.{key}");
        let Some(value) = at.get(key) else {
            let keys: Vec<String> = at.read().keys().map(|key| key.to_text().into_owned()).collect();
            let error = fail(format!("environment values field '{walked}' not found"));
            return Err(match crate::diag::nearest(key, keys.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            });
        };
        at = match value.kind {
            Is::Map(map) => map,
            _ => return Err(fail(format!("environment values field '{walked}' is not a map"))),
        };
    }
    // parity: anything but a bool is no, without a word
    Ok(at.get("enabled").and_then(|value| value.as_bool()).unwrap_or(false))
}

/// Refuses two releases of the same name, namespace and context.
///
/// # Errors
/// `duplicate release "a" found in namespace "n": there were 2 releases named "a" matching specified selector`
pub(super) fn refuse_duplicates(releases: &[&Release], place: impl Fn(&Release) -> crate::diag::Place) -> Result<()> {
    let mut seen: HashMap<(&str, &str, &str), Vec<&Release>> = HashMap::new();
    for release in releases {
        seen.entry((&release.namespace, &release.name, &release.kube_context)).or_default().push(release);
    }
    // The first in written order, so that the message does not depend on a map's order.
    let twice = releases.iter().find_map(|release| {
        seen.get(&(release.namespace.as_str(), release.name.as_str(), release.kube_context.as_str())).filter(|same| same.len() > 1)
    });
    let Some(same) = twice else { return Ok(()) };
    let [first, .., last] = same.as_slice() else { return Ok(()) };
    let mut whereabouts = String::new();
    if !first.namespace.is_empty() {
        whereabouts.push_str(&format!(" in namespace {:?}", first.namespace));
    }
    if !first.kube_context.is_empty() {
        whereabouts.push_str(&format!(" in kubecontext {:?}", first.kube_context));
    }
    let name = &first.name;
    let words = format!(
        "duplicate release {name:?} found{whereabouts}: there were {} releases named \"{name}\" matching specified selector",
        same.len()
    );
    Err(Error::new(Kind::State, words).at(place(last)).related(place(first), "first defined here"))
}

#[cfg(test)]
mod tests {
    use super::{Selector, compatible, condition};
    use crate::data::{Map, Value};
    use crate::state::Release;

    #[test]
    fn a_selector_is_labels_that_must_and_must_not_be() {
        let mut release = Release::default();
        release.labels.insert("tier".into(), "web".into());
        let matches = |text: &str| Selector::parse(text).unwrap().matches(&release);
        assert!(matches("tier=web"));
        assert!(matches("tier=web,seq!=first"));
        assert!(!matches("tier!=web"));
        assert!(!matches("seq=first"));
        assert!(Selector::parse("tier in (a)").is_err());
        assert!(Selector::parse("tier=").is_err());
        assert!(!compatible(&["a=1".into()], &["a=2".into()]));
        assert!(compatible(&["a=1".into()], &["b=2".into()]));
    }

    #[test]
    fn a_condition_is_true_only_for_a_true_flag() {
        let flags = |value: Value| [("x", Value::from([("enabled", value)].into_iter().collect::<Map>()))].into_iter().collect::<Map>();
        let release = |condition: &str| Release { condition: condition.into(), ..Release::default() };
        assert!(condition(&release("x.enabled"), &flags(true.into())).unwrap());
        assert!(!condition(&release("x.enabled"), &flags("true".into())).unwrap());
        assert!(condition(&release("y.enabled"), &flags(true.into())).is_err());
        assert!(condition(&release("x.on"), &flags(true.into())).is_err());
        assert!(!condition(&release("FALSE"), &Map::new()).unwrap());
    }
}
