//! What goes wrong in a template, in helm's words (helm pkg/engine/engine.go cleanupParseError, reformatExecErrorMsg).

use super::Request;
use super::run::Linked;
use crate::charts::{ErrorForm, Profile};
use crate::data::{Sources, Str};
use crate::diag::{Error, Kind, Place, nearest};
use crate::gotmpl::{ExecError, Frame, Link, ParseError, explain, place};
use crate::values::raise;

/// What stands round the message of `fail` and `required` on its way out.
pub(super) const START: &str = "HELM_ERR_START";
/// And behind it.
pub(super) const END: &str = "HELM_ERR_END";

/// A template that can't be parsed.
pub(super) fn parse_error(error: &ParseError, text: &Str, request: &Request<'_>, linked: &Linked<'_>) -> Error {
    let whole = error.to_string();
    let tokens: Vec<&str> = whole.split(": ").collect();
    let location = tokens.get(1).copied().unwrap_or_default();
    let message = tokens.last().copied().unwrap_or_default();
    let kind = if error.limit.is_some() { Kind::Limit } else { Kind::Template };
    let place = in_line(&linked.file(&error.file), text, error.line, error.column(text));
    let report = Error::new(kind, format!("parse error at ({location}): {message}")).at(place);
    if let Some(limit) = error.limit {
        return report.hint(raise(&request.limits, limit));
    }
    match error.unknown_function().and_then(|name| nearest(name, linked.function_names())) {
        Some(near) => report.hint(format!("did you mean `{near}`?")),
        None => report,
    }
}

/// A template that failed while it ran.
pub(super) fn exec_error(error: &ExecError, request: &Request<'_>, linked: &Linked<'_>) -> Error {
    let kind = if error.limit().is_some() { Kind::Limit } else { Kind::Render };
    let report = Error::new(kind, message_of(error, request.profile));
    let nowhere = Sources::new();
    let sources = request.sources.unwrap_or(&nowhere);
    let report = explain(error, report, sources, &|frame| Some(place(&Frame { file: linked.file(&frame.file), ..frame.clone() }, sources)));
    match error.limit() {
        Some(limit) => report.hint(raise(&request.limits, limit)),
        None => report,
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
