//! What goes wrong in a template, in helm's words (helm pkg/engine/engine.go cleanupParseError, reformatExecErrorMsg).

use super::Request;
use super::run::Linked;
use crate::charts::{ErrorForm, Profile};
use crate::data::{Str, Value};
use crate::diag::{Error, Kind, Place, nearest};
use crate::gotmpl::{ExecError, Frame, Link, ParseError};
use crate::values::raise;

/// What stands round the message of `fail` and `required` on its way out.
pub(super) const START: &str = "HELM_ERR_START";
/// And behind it.
pub(super) const END: &str = "HELM_ERR_END";

/// A template that can't be parsed.
pub(super) fn parse_error(error: &ParseError, text: &Str, linked: &Linked<'_>) -> Error {
    let whole = error.to_string();
    let tokens: Vec<&str> = whole.split(": ").collect();
    let location = tokens.get(1).copied().unwrap_or_default();
    let message = tokens.last().copied().unwrap_or_default();
    let report =
        Error::new(Kind::Template, format!("parse error at ({location}): {message}")).at(in_line(&error.file, text, error.line, None));
    let unknown = error.message.strip_prefix("function \"").and_then(|rest| rest.split('"').next());
    match unknown.and_then(|name| nearest(name, linked.function_names())) {
        Some(near) => report.hint(format!("did you mean `{near}`?")),
        None => report,
    }
}

/// A template that failed while it ran.
pub(super) fn exec_error(error: &ExecError, request: &Request<'_>, linked: &Linked<'_>) -> Error {
    let message = message_of(error, request.profile);
    let frames: Vec<&Frame> = error.links().filter_map(|link| if let Link::Frame(frame) = link { Some(&**frame) } else { None }).collect();
    let mut report = Error::new(if error.limit().is_some() { Kind::Limit } else { Kind::Render }, message);
    if let Some((last, outer)) = frames.split_last() {
        for frame in outer.iter().take(MAX_FRAMES) {
            report = report.frame(place(frame, linked), format!("executing {:?} at <{}>", frame.template.to_text(), frame.node));
        }
        report = report.at(place(last, linked));
    }
    for hint in hints(error, &frames, linked) {
        report = report.hint(hint);
    }
    if let Some(limit) = error.limit() {
        report = report.hint(raise(&request.limits, limit));
    }
    report
}

/// Frames that a report shows; a recursion has a thousand.
const MAX_FRAMES: usize = 20;

fn place(frame: &Frame, linked: &Linked<'_>) -> Place {
    match linked.text(&frame.file) {
        Some(text) => in_line(&frame.file, text, frame.line, Some(frame.column)),
        None => Place::at(frame.file.to_text(), frame.line, frame.column + 1),
    }
}

/// A place by line from 1 and byte column from 0.
fn in_line(file: &Str, text: &[u8], line: u32, column: Option<u32>) -> Place {
    let mut offset = 0;
    for _ in 1..line {
        match text[offset..].iter().position(|byte| *byte == b'\n') {
            Some(end) => offset += end + 1,
            None => break,
        }
    }
    let mut place = Place::in_text(file.to_text(), text, offset + column.unwrap_or(0) as usize);
    if column.is_none() {
        place.column = 0;
    }
    place.line = line;
    place
}

fn message_of(error: &ExecError, profile: Profile) -> String {
    let whole = error.to_string();
    if !error.links().any(|link| matches!(link, Link::Frame(_))) {
        return whole;
    }
    let mut tokens = whole.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else { return whole };
    if let (Some(start), Some(end)) = (rest.find(START), rest.rfind(END))
        && start + START.len() <= end
    {
        return format!("execution error at ({location}): {}", &rest[start + START.len()..end]);
    }
    match profile.error_form {
        ErrorForm::Line => whole,
        ErrorForm::Frames => paragraphs(error).unwrap_or(whole),
    }
}

/// Helm 4's form: three lines a link. `None` where a link is a function's own error: then Go's line stands.
fn paragraphs(error: &ExecError) -> Option<String> {
    let links: Vec<&Link> = error.links().collect();
    let mut out = String::new();
    let mut before = None;
    for (position, link) in links.iter().enumerate() {
        let mut text = link.to_string();
        if position + 1 < links.len() {
            // What follows begins with `template:`, where the paragraph is cut.
            text.push_str(": template:");
        }
        let paragraph = paragraph(&text)?;
        if before.as_ref() != Some(&paragraph) {
            out.push_str(&paragraph);
            before = Some(paragraph);
        }
    }
    Some(out.trim().to_owned())
}

fn paragraph(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{}\n", text.strip_suffix(": template:").unwrap_or(text)));
    }
    let cut = |message: &'_ str| message.find(" template:").map_or(message.len(), |at| at);
    if let Some((location, after)) = rest.split_once(": executing ") {
        let inside = after.strip_prefix('"')?;
        let (function, after) = inside.split_once('"')?;
        let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        let message = &message[..cut(message)];
        let message = if message.is_empty() { String::new() } else { format!("{message}\n") };
        return Some(format!("{location}\n  executing \"{function}\" at <{node}>:\n    {message}"));
    }
    let (location, message) = rest.rsplit_once(": ")?;
    Some(format!("{location}\n  {}\n", &message[..cut(message)]))
}

fn hints(error: &ExecError, frames: &[&Frame], linked: &Linked<'_>) -> Vec<String> {
    let mut hints = Vec::new();
    for link in error.links() {
        if let Link::NoTemplate { name, .. } = link
            && let Some(near) = nearest(&name.to_text(), linked.template_names().iter().map(String::as_str))
        {
            hints.push(format!("did you mean template `{near}`?"));
        }
    }
    if let Some(last) = frames.last()
        && last.message.starts_with("nil pointer evaluating")
        && let Some(hint) = missing_value(last, linked)
    {
        hints.push(hint);
    }
    hints
}

/// For `.Values.a.b.c` where `a` or `b` is not there: says which, and what is there by a similar name.
fn missing_value(frame: &Frame, linked: &Linked<'_>) -> Option<String> {
    let path = frame.node.trim_start_matches('$').strip_prefix(".Values.")?;
    let mut at = linked.values_of(&frame.file)?;
    let mut walked = ".Values".to_owned();
    for step in path.split('.') {
        let map = at.as_map()?.clone();
        let next = map.get(step).filter(|value| !value.is_nil());
        let Some(next) = next else {
            let keys: Vec<String> = map.read().keys().map(|key| key.to_text().into_owned()).collect();
            let near = nearest(step, keys.iter().map(String::as_str)).map(|near| format!("; did you mean `{walked}.{near}`?"));
            return Some(format!("`{walked}.{step}` is not set{}", near.unwrap_or_default()));
        };
        walked = format!("{walked}.{step}");
        at = next;
    }
    None
}

/// The map behind `.Values`, for hints.
pub(super) fn plain(value: Value) -> Value {
    match &value.kind {
        crate::data::Kind::Object(object) => object.underlying().unwrap_or_default(),
        _ => value,
    }
}
