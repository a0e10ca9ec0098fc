//! A question to an API server and its answer, as data.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use serde_json::Value as Json;

use crate::diag::{Error, Kind};

/// The HTTP verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// What the body is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Content {
    /// `application/json`
    #[default]
    Json,
    /// `application/apply-patch+yaml`: server-side apply.
    Apply,
    /// `application/merge-patch+json`
    MergePatch,
    /// `application/strategic-merge-patch+json`
    StrategicMergePatch,
    /// `application/json-patch+json`
    JsonPatch,
}

impl Content {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Content::Json => "application/json",
            Content::Apply => "application/apply-patch+yaml",
            Content::MergePatch => "application/merge-patch+json",
            Content::StrategicMergePatch => "application/strategic-merge-patch+json",
            Content::JsonPatch => "application/json-patch+json",
        }
    }
}

/// One question.
#[derive(Debug, Clone)]
pub struct Call {
    /// The verb.
    pub method: Method,
    /// `/api/v1/namespaces/bk/secrets/x`, each part escaped where it has to be.
    pub path: String,
    /// The query, not yet escaped.
    pub query: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Json>,
    /// What the body is.
    pub content: Content,
    /// `Accept`; empty for `application/json`.
    pub accept: &'static str,
}

impl Call {
    /// A question without query and body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None, content: Content::Json, accept: "" }
    }
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }
    /// Adds a query parameter.
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
    /// Sets the body.
    pub fn body(mut self, content: Content, body: Json) -> Self {
        self.content = content;
        self.body = Some(body);
        self
    }
}

/// Why there is no answer, or one that says no.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// HTTP status code; 0 where no answer came.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid` … as the server's `Status` says.
    pub reason: String,
    /// The server's words, or those of the connection.
    pub message: String,
    /// What `Retry-After` asks for.
    pub retry_after: Option<Duration>,
    /// The `Status` object's details.
    pub details: Json,
}

/// Values that are shorter are words of the message itself more often than not.
const SHORTEST: usize = 4;

fn texts<'j>(json: &'j Json, all: &mut Vec<&'j str>) {
    match json {
        Json::String(text) => all.push(text),
        Json::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Json::Object(fields) => fields.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

impl Fault {
    /// No answer came.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { code: 0, reason: String::new(), message: message.into(), retry_after: None, details: Json::Null }
    }
    /// The same without what was sent of a Secret: the server's words may repeat values that it does not take.
    pub fn discreet(mut self, call: &Call) -> Self {
        let secret = |part: &str| part == "secrets";
        let Some(body) = call.body.as_ref().filter(|_| call.path.split('/').any(secret)) else { return self };
        if let Some((words, _)) = self.message.split_once(", got ") {
            self.message = format!("{words}, got something else");
        }
        let mut values = Vec::new();
        for fields in ["data", "stringData"].iter().filter_map(|key| body.get(key)) {
            texts(fields, &mut values);
        }
        for value in values.into_iter().filter(|value| value.len() >= SHORTEST) {
            self.message = self.message.replace(value, "********");
        }
        self
    }
    /// From a server's answer: a `Status` object, or whatever text a proxy sent.
    pub fn of_answer(code: u16, retry_after: Option<Duration>, body: &[u8]) -> Self {
        let status: Json = serde_json::from_slice(body).unwrap_or_default();
        let text = |key: &str| status.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let message = match text("message") {
            message if message.is_empty() => String::from_utf8_lossy(body.get(..500).unwrap_or(body)).trim().to_owned(),
            message => message,
        };
        // Some proxies have nothing to say.
        let message = if message.is_empty() { format!("the server answered {code}") } else { message };
        Self { code, reason: text("reason"), message, retry_after, details: status.get("details").cloned().unwrap_or_default() }
    }
    /// The object is not there.
    pub fn is_not_found(&self) -> bool {
        self.code == 404
    }
    /// Something of that name is there already.
    pub fn already_exists(&self) -> bool {
        self.code == 409 && self.reason == "AlreadyExists"
    }
    /// Another manager owns a field, or the object changed meanwhile.
    pub fn is_conflict(&self) -> bool {
        self.code == 409 && self.reason == "Conflict"
    }
    /// The server does not let us in or do it.
    pub fn is_refusal(&self) -> bool {
        matches!(self.code, 401 | 403)
    }
    /// The same question may be answered a moment later: connections that broke, 429, and servers in trouble.
    pub fn is_passing(&self) -> bool {
        matches!(self.code, 0 | 429 | 500 | 502 | 503 | 504) && !self.is_of_the_body()
    }
    /// A body that does not fit its schema, which server-side apply answers with 500 and no reason
    /// (`k8s.io/apimachinery pkg/util/managedfields`): the same question gets the same answer.
    fn is_of_the_body(&self) -> bool {
        self.code == 500
            && self.reason.is_empty()
            && ["failed to create typed ", "failed to convert "].iter().any(|words| self.message.starts_with(words))
    }
    /// As an error of a command; `what` is what could not be done: `get secrets "x"`. Refusals and servers that can't be
    /// reached have a kind of their own ([`Kind::Cluster`], exit code 5).
    pub fn error(&self, what: &str) -> Error {
        let kind = if self.code == 0 || self.is_refusal() { Kind::Cluster } else { Kind::Apply };
        let error = Error::new(kind, if what.is_empty() { self.message.clone() } else { format!("{what}: {}", self.message) });
        match self.code {
            0 => error.hint("is the cluster up, and is this the right kubeconfig and context?"),
            401 => error.hint("the credentials are wrong or have expired: log in again, or ask for new ones"),
            403 => error.hint("`kubectl auth can-i` shows what this user may do"),
            _ => error,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// One event of a watch.
#[derive(Debug, Clone)]
pub struct WatchEvent {
    /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`.
    pub kind: String,
    /// The object; with `ERROR` a `Status`.
    pub object: Json,
}

/// A watch: events until the server ends it.
pub type Watch = BoxStream<'static, Result<WatchEvent, Fault>>;

/// An API server. One question, one answer: no retry here.
pub trait Api: Send + Sync {
    /// Asks and gives the JSON of a success (`null` where the body is empty).
    ///
    /// # Errors
    /// No answer, or one whose status is not 2xx.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Json, Fault>>;
    /// Asks for a text that is no JSON: a container's log.
    ///
    /// # Errors
    /// As [`Api::call`].
    fn text(&self, call: Call) -> BoxFuture<'_, Result<String, Fault>>;
    /// Begins a watch (`call` has `watch=1` in its query).
    ///
    /// # Errors
    /// As [`Api::call`]; 410 (`Expired`) where the resourceVersion is too old.
    fn watch(&self, call: Call) -> BoxFuture<'_, Result<Watch, Fault>>;
    /// Nanoseconds since 1970: for times in records and leases. Waiting goes by tokio's clock.
    fn now(&self) -> i128;
    /// `https://127.0.0.1:6443`: for messages.
    fn address(&self) -> String;
}
