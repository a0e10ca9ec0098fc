//! Violations one by one, for lint.

use std::sync::Arc;

use boon::{ErrorKind, ValidationError};
use serde_json::Value as Json;

use super::report::{own_words, token};
use super::{Checking, Schema, SchemaSource};
use crate::charts::Profile;
use crate::data::{Kind as Is, Origin, Value};
use crate::diag::Place;

/// One way in which values miss a schema.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Keys and indexes from the root of the values to the value at fault.
    pub path: Vec<String>,
    /// What is wrong, in the words of helm's validator.
    pub words: String,
    /// Where the value (or, where it is missing, what should hold it) was written.
    pub origin: Origin,
    /// The schema's file.
    pub schema: Option<Place>,
}

/// All violations of a schema; `source` has what it refers to.
pub fn violations(schema: Schema<'_>, value: &Value, profile: Profile, source: &Arc<dyn SchemaSource>) -> Vec<Violation> {
    Checking { profile, source: Some(source.clone()), warnings: &mut Vec::new() }.violations(schema, value)
}

/// The failures at the ends of the tree; alternatives (`anyOf`, `oneOf`) are one failure.
pub(super) fn leaves(error: &ValidationError<'_, '_>, (root, schema): (&Value, &Json), found: &mut Vec<Violation>) {
    let alternatives = matches!(error.kind, ErrorKind::AnyOf | ErrorKind::OneOf(_) | ErrorKind::Not | ErrorKind::Contains);
    if !alternatives && !error.causes.is_empty() {
        return error.causes.iter().for_each(|cause| leaves(cause, (root, schema), found));
    }
    let path: Vec<String> = error.instance_location.tokens.iter().map(token).collect();
    let mut at = root.clone();
    let mut origin = root.origin;
    for step in &path {
        let below = match &at.kind {
            Is::Map(map) => map.get(step),
            Is::List(list) => step.parse::<usize>().ok().and_then(|index| list.get(index).cloned()),
            _ => None,
        };
        let Some(below) = below else { break };
        origin = below.origin.or(origin);
        at = below;
    }
    // A key that should not be there is itself the place.
    if let ErrorKind::AdditionalProperties { got } = &error.kind
        && let Some(key) = got.first()
        && let Some(value) = at.path([key.as_ref()])
    {
        origin = value.origin.or(origin);
    }
    found.push(Violation { path, words: own_words(error, schema), origin, schema: None });
}
