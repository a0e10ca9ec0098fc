//! Fields of an object as kstatus reads them: what has another type than it should is an error, what is missing is not.

use serde_json::Value as Json;

/// A field has another type than it should: kstatus then says `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrongType;

/// A condition of `status.conditions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition<'a> {
    pub(super) kind: &'a str,
    pub(super) status: &'a str,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

impl Condition<'_> {
    /// Whether it is of that type and its status is that.
    pub(super) fn is(&self, kind: &str, status: &str) -> bool {
        self.kind == kind && self.status == status
    }
}

/// The field at a path (`spec.replicas`); `None` where it or one above it is missing.
pub(super) fn field<'a>(object: &'a Json, path: &str) -> Result<Option<&'a Json>, WrongType> {
    let mut at = object;
    for key in path.split('.') {
        match at {
            Json::Null => return Ok(None),
            Json::Object(fields) => match fields.get(key) {
                Some(value) => at = value,
                None => return Ok(None),
            },
            _ => return Err(WrongType),
        }
    }
    Ok(Some(at))
}

/// A text that has to be one where it is there.
pub(super) fn strict_text<'a>(object: &'a Json, path: &str) -> Result<Option<&'a str>, WrongType> {
    field(object, path)?.map(|value| value.as_str().ok_or(WrongType)).transpose()
}

/// A number that has to be one where it is there.
pub(super) fn strict_number(object: &Json, path: &str) -> Result<Option<i64>, WrongType> {
    field(object, path)?.map(|value| value.as_i64().ok_or(WrongType)).transpose()
}

/// A text; `default` where it is missing or something else.
pub(super) fn text<'a>(object: &'a Json, path: &str, default: &'a str) -> &'a str {
    field(object, path).ok().flatten().and_then(Json::as_str).unwrap_or(default)
}

/// A whole number; `default` where it is missing or something else.
pub(super) fn number(object: &Json, path: &str, default: i64) -> i64 {
    field(object, path).ok().flatten().and_then(Json::as_i64).unwrap_or(default)
}

/// The conditions in `status`, in their order.
pub(super) fn conditions(object: &Json) -> Result<Vec<Condition<'_>>, WrongType> {
    let status = match object.get("status") {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Object(status)) => status,
        Some(_) => return Err(WrongType),
    };
    let list = match status.get("conditions") {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(list) => list.as_array().ok_or(WrongType)?,
    };
    list.iter().map(condition).collect()
}

fn condition(value: &Json) -> Result<Condition<'_>, WrongType> {
    let text = |key: &str| match value.get(key) {
        None | Some(Json::Null) => Ok(""),
        Some(text) => text.as_str().ok_or(WrongType),
    };
    if !value.is_object() && !value.is_null() {
        return Err(WrongType);
    }
    Ok(Condition { kind: text("type")?, status: text("status")?, reason: text("reason")?, message: text("message")? })
}
