//! Label selectors as Kubernetes has them: `a=b,c!=d,e in (f,g),h notin (i),j,!k` (k8s.io/apimachinery pkg/labels).

use std::collections::BTreeMap;

/// What labels have to be; all of it has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    /// `None`: only whether the label is there.
    values: Option<Vec<String>>,
    /// Whether the opposite has to hold.
    not: bool,
}

impl Selector {
    /// Reads a selector; the empty one takes everything.
    ///
    /// # Errors
    /// A part that is no requirement.
    pub(super) fn parse(text: &str) -> Result<Selector, String> {
        parts(text).into_iter().map(str::trim).filter(|part| !part.is_empty()).map(requirement).collect::<Result<_, _>>().map(Selector)
    }

    /// Whether the labels are as they have to be.
    pub(super) fn takes(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|wanted| {
            let held = match (labels.get(&wanted.key), &wanted.values) {
                (Some(value), Some(values)) => values.contains(value),
                (found, None) => found.is_some(),
                (None, Some(_)) => false,
            };
            held != wanted.not
        })
    }
}

/// Cut at commas outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let is_end = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    text.split(is_end).collect()
}

fn requirement(part: &str) -> Result<Requirement, String> {
    let made = |key: &str, values: Option<Vec<String>>, not: bool| {
        let key = key.trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        match key.is_empty() || !key.chars().all(plain) {
            true => Err(format!("unable to parse requirement: {part:?}")),
            false => Ok(Requirement { key: key.to_owned(), values, not }),
        }
    };
    let one = |value: &str| Some(vec![value.trim().to_owned()]);
    if let Some(key) = part.strip_prefix('!').filter(|rest| !rest.contains('=')) {
        return made(key, None, true);
    }
    if let Some((key, value)) = part.split_once("!=") {
        return made(key, one(value), true);
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return made(key, one(value), false);
    }
    let Some((head, list)) = part.strip_suffix(')').and_then(|rest| rest.split_once('(')) else { return made(part, None, false) };
    let values = Some(list.split(',').map(|value| value.trim().to_owned()).collect());
    match head.trim().rsplit_once(char::is_whitespace) {
        Some((key, "in")) => made(key, values, false),
        Some((key, "notin")) => made(key, values, true),
        _ => Err(format!("unable to parse requirement: {part:?}")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Selector;

    #[test]
    fn every_form_of_a_requirement_is_read() {
        let labels: BTreeMap<String, String> = [("a", "b"), ("c", "d")].map(|(key, text)| (key.to_owned(), text.to_owned())).into();
        for yes in ["", "a=b", "a==b", "a!=c", "x!=y", "a", "!x", "a in (b, z),c notin (e)", "x notin (y)", "a=b,c=d,"] {
            assert!(Selector::parse(yes).unwrap().takes(&labels), "{yes}");
        }
        for no in ["a=c", "x", "!a", "a notin (b)", "x in (b)", "a=b,c=e", "x=y"] {
            assert!(!Selector::parse(no).unwrap().takes(&labels), "{no}");
        }
        assert!(Selector::parse("a b").is_err());
        assert!(Selector::parse("a is (b)").is_err());
    }
}
