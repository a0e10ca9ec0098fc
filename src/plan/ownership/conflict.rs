//! What an API server says when server-side apply meets fields of others.

use serde_json::Value as Json;

/// A field that another manager owns and that apply would change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConflictingField {
    /// Who owns it: `kubectl-patch`.
    pub manager: String,
    /// Through which subresource it wrote: `scale`; mostly empty.
    pub subresource: String,
    /// `.data.message`
    pub field: String,
}

impl ConflictingField {
    /// The manager, and the subresource that it wrote through: `kubectl/scale`.
    pub fn owner(&self) -> String {
        match self.subresource.as_str() {
            "" => self.manager.clone(),
            subresource => format!("{}/{subresource}", self.manager),
        }
    }
}

/// The conflicting fields in the details of a `Status` (apimachinery util/managedfields/internal/conflict.go). Empty where
/// the fault is another one: a 409 also says that the object changed meanwhile.
pub fn conflicting(details: &Json) -> Vec<ConflictingField> {
    let causes = details.get("causes").and_then(Json::as_array).into_iter().flatten();
    let part = |cause: &Json, key: &str| cause.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let conflicts = causes.filter(|cause| part(cause, "reason") == "FieldManagerConflict").map(|cause| {
        let message = part(cause, "message");
        ConflictingField {
            manager: quoted(&message, "conflict with ").unwrap_or(message.as_str().into()),
            subresource: quoted(&message, " with subresource ").unwrap_or_default(),
            field: part(cause, "field"),
        }
    });
    conflicts.collect()
}

/// The quoted text after some words.
fn quoted(message: &str, words: &str) -> Option<String> {
    let (_, rest) = message.split_once(words)?;
    serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ConflictingField, conflicting};

    #[test]
    fn causes_name_the_manager_and_the_field() {
        let details = json!({"causes": [
            {"reason": "FieldManagerConflict", "message": "conflict with \"kubectl-patch\" using v1", "field": ".data.message"},
            {"reason": "FieldManagerConflict", "field": ".spec.replicas",
                "message": "conflict with \"kubectl\" with subresource \"scale\" using apps/v1 at 2026-11-20T12:21:47Z"},
            {"reason": "FieldManagerConflict", "message": "conflict with \"a \\\"b\\\"\"", "field": ".x"},
            {"reason": "FieldValueInvalid", "message": "no", "field": "spec"},
        ]});
        let named = |manager: &str, subresource: &str, field: &str| ConflictingField {
            manager: manager.to_owned(),
            subresource: subresource.to_owned(),
            field: field.to_owned(),
        };
        let wanted = [named("kubectl-patch", "", ".data.message"), named("kubectl", "scale", ".spec.replicas"), named("a \"b\"", "", ".x")];
        assert_eq!(conflicting(&details), wanted);
        assert!(conflicting(&json!(null)).is_empty());
    }
}
