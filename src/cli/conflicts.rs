//! `--conflicts`: whose value counts where somebody else owns a field.

/// What `--conflicts` says: whose value counts, of which object, which field, against whom. In each pattern `*` stands for any
/// text; what is left out is `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictRule {
    /// Whose value counts.
    pub side: ConflictSide,
    /// `Deployment/bk/web`
    pub object: String,
    /// `.spec.replicas`
    pub field: String,
    /// `kubectl-edit`, `*/scale`
    pub manager: String,
}

/// Whose value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ConflictSide {
    Ours,
    Theirs,
    Fail,
}

impl std::str::FromStr for ConflictRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let side = match words.next() {
            Some("ours") => ConflictSide::Ours,
            Some("theirs") => ConflictSide::Theirs,
            Some("fail") => ConflictSide::Fail,
            _ => return Err("it begins with ours, theirs or fail: 'theirs Deployment/*/web .spec.replicas kubectl*'".to_owned()),
        };
        let mut next = || words.next().unwrap_or("*").to_owned();
        let rule = Self { side, object: next(), field: next(), manager: next() };
        match words.next() {
            None => Ok(rule),
            Some(word) => Err(format!("there is nothing after the manager, but here is {word:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ConflictRule, ConflictSide};

    #[test]
    fn what_is_left_out_is_anything() {
        let rule = |side, object: &str, field: &str, manager: &str| ConflictRule {
            side,
            object: object.to_owned(),
            field: field.to_owned(),
            manager: manager.to_owned(),
        };
        let cases = [
            ("ours", rule(ConflictSide::Ours, "*", "*", "*")),
            ("fail ConfigMap/*", rule(ConflictSide::Fail, "ConfigMap/*", "*", "*")),
            (
                "theirs  Deployment/bk/web .spec.replicas kubectl*",
                rule(ConflictSide::Theirs, "Deployment/bk/web", ".spec.replicas", "kubectl*"),
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(text.parse(), Ok(wanted), "{text}");
        }
        for text in ["", "mine", "* * ours", "ours a b c d"] {
            assert!(text.parse::<ConflictRule>().is_err(), "{text}");
        }
    }
}
