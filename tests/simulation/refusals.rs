//! The server's "no", in its words.

use std::time::Duration;

use bkhelm::cluster::Fault;
use serde_json::{Value as Json, json};

use super::kinds::Kind;

fn fault(code: u16, reason: &str, message: String, details: Json) -> Fault {
    Fault { code, reason: reason.to_owned(), message, retry_after: None, details }
}

/// `details` that name an object; `word` is the plural or the kind.
fn details(name: &str, group: &str, word: &str) -> Json {
    let mut details = json!({ "kind": word });
    if !name.is_empty() {
        details["name"] = name.into();
    }
    if !group.is_empty() {
        details["group"] = group.into();
    }
    details
}

/// 404: no such object.
pub fn not_found(kind: &Kind, name: &str) -> Fault {
    fault(404, "NotFound", format!("{} {name:?} not found", kind.resource()), details(name, &kind.group, &kind.plural))
}

/// 404: no such kind in a group and version that are served.
pub fn no_such_resource() -> Fault {
    fault(404, "NotFound", "the server could not find the requested resource".to_owned(), json!({}))
}

/// 404: no such path.
pub fn no_such_page() -> Fault {
    fault(404, "", "404 page not found".to_owned(), Json::Null)
}

/// 409: the name is taken, perhaps by an object that is on its way out.
pub fn already_exists(kind: &Kind, name: &str, ending: bool) -> Fault {
    let start = if ending { "object is being deleted: " } else { "" };
    let message = format!("{start}{} {name:?} already exists", kind.resource());
    fault(409, "AlreadyExists", message, details(name, &kind.group, &kind.plural))
}

/// 409: the object changed since it was read.
pub fn modified(kind: &Kind, name: &str) -> Fault {
    let words = "the object has been modified; please apply your changes to the latest version and try again";
    let message = format!("Operation cannot be fulfilled on {} {name:?}: {words}", kind.resource());
    fault(409, "Conflict", message, details(name, &kind.group, &kind.plural))
}

/// 409: another object has the name now.
pub fn another_uid(kind: &Kind, name: &str, asked: &str, found: &str) -> Fault {
    let message = format!(
        "Operation cannot be fulfilled on {} {name:?}: the UID in the precondition ({asked}) does not match the UID in record ({found}). The object might have been deleted and then recreated",
        kind.title()
    );
    fault(409, "Conflict", message, details(name, &kind.group, &kind.kind))
}

/// 409: fields of others; each with its manager (as messages name it) and path, in order.
pub fn apply_conflict(conflicts: &[(String, String)]) -> Fault {
    let message = match conflicts {
        [(manager, path)] => format!("Apply failed with 1 conflict: conflict with {manager}: {path}"),
        _ => {
            let mut lines = Vec::new();
            let mut last = "";
            for (manager, path) in conflicts {
                if manager != last {
                    lines.push(format!("conflicts with {manager}:"));
                }
                last = manager;
                lines.push(format!("- {path}"));
            }
            format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
        }
    };
    let cause = |(manager, path): &(String, String)| json!({"reason": "FieldManagerConflict", "message": format!("conflict with {manager}"), "field": path});
    fault(409, "Conflict", message, json!({ "causes": conflicts.iter().map(cause).collect::<Vec<_>>() }))
}

/// What is wrong with a field.
#[derive(Debug)]
pub struct Wrong {
    /// `FieldValueInvalid`
    reason: &'static str,
    /// Field and words.
    field: String,
    message: String,
}

impl Wrong {
    /// A value that may not be.
    pub fn invalid(field: &str, value: &Json, why: &str) -> Self {
        Self { reason: "FieldValueInvalid", field: field.to_owned(), message: format!("Invalid value: {value}: {why}") }
    }
    /// A change that may not be.
    pub fn forbidden(field: &str, why: &str) -> Self {
        Self { reason: "FieldValueForbidden", field: field.to_owned(), message: format!("Forbidden: {why}") }
    }
    /// A null where an object has to be.
    pub fn no_object(field: &str) -> Self {
        let message = format!("Invalid value: \"null\": {field} in body must be of type object: \"null\"");
        Self { reason: "FieldValueTypeInvalid", field: field.to_owned(), message }
    }
    /// A value that names what is not there.
    pub fn not_found(field: &str, value: &Json) -> Self {
        Self { reason: "FieldValueNotFound", field: field.to_owned(), message: format!("Not found: {value}") }
    }
    /// A value that is not there.
    pub fn required(field: &str, why: &str) -> Self {
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        Self { reason: "FieldValueRequired", field: field.to_owned(), message: format!("Required value{why}") }
    }
}

/// 422, with everything that is wrong.
pub fn invalid(title: &str, (name, group, kind): (&str, &str, &str), wrong: &[Wrong]) -> Fault {
    let mut texts: Vec<String> = wrong.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect();
    texts.dedup();
    let joined = if let [one] = texts.as_slice() { one.clone() } else { format!("[{}]", texts.join(", ")) };
    let cause = |wrong: &Wrong| json!({"reason": wrong.reason, "message": wrong.message, "field": wrong.field});
    let mut details = details(name, group, kind);
    details["causes"] = wrong.iter().map(cause).collect();
    fault(422, "Invalid", format!("{title} {name:?} is invalid: {joined}"), details)
}

/// 422 for an object.
pub fn invalid_object(kind: &Kind, name: &str, wrong: &[Wrong]) -> Fault {
    invalid(&kind.title(), (name, &kind.group, &kind.kind), wrong)
}

/// 422: custom resources are replaced only by those who say what they replace.
pub fn no_version(kind: &Kind, name: &str) -> Fault {
    let wrong = Wrong::invalid("metadata.resourceVersion", &0.into(), "must be specified for an update");
    invalid(&kind.resource(), (name, &kind.group, &kind.plural), &[wrong])
}

/// 422: a JSON patch whose test fails or whose path is not there.
pub fn patch_does_not_fit() -> Fault {
    fault(422, "Invalid", "the server rejected our request due to an error in our request".to_owned(), json!({}))
}

/// 403: the namespace ends.
pub fn namespace_ends(kind: &Kind, name: &str, namespace: &str) -> Fault {
    let message = format!(
        "{} {name:?} is forbidden: unable to create new content in namespace {namespace} because it is being terminated",
        kind.resource()
    );
    let mut details = details(name, &kind.group, &kind.plural);
    details["causes"] = json!([{"reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"}]);
    fault(403, "Forbidden", message, details)
}

/// 400
pub fn bad_request(message: impl Into<String>) -> Fault {
    fault(400, "BadRequest", message.into(), Json::Null)
}

/// 415: a strategic merge patch of a custom resource.
pub fn unknown_format() -> Fault {
    let types = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    let message = format!("the body of the request was in an unknown format - accepted media types include: {types}");
    fault(415, "UnsupportedMediaType", message, Json::Null)
}

/// 410: a watch or a page that is too old.
pub fn expired(asked: u64, oldest: u64) -> Fault {
    fault(410, "Expired", format!("too old resource version: {asked} ({oldest})"), Json::Null)
}

/// 429
pub fn too_many_requests() -> Fault {
    let message = "the server has received too many requests and has asked us to try again later".to_owned();
    Fault { retry_after: Some(Duration::from_secs(1)), ..fault(429, "TooManyRequests", message, json!({"retryAfterSeconds": 1})) }
}

/// 500: what etcd's trouble looks like.
pub fn internal_error() -> Fault {
    fault(500, "InternalError", "Internal error occurred: etcdserver: request timed out".to_owned(), Json::Null)
}

/// 503
pub fn unavailable() -> Fault {
    fault(503, "ServiceUnavailable", "the server is currently unable to handle the request".to_owned(), Json::Null)
}
