//! A failed execution as a report: `error + where texts come from → places, excerpts, notes and hints`.
//!
//! Called by whoever runs templates and wants more than Go's line. Reads nothing but what the error holds and the
//! texts that values were read from.

use super::error::{ExecError, Fact, Frame, Link};
use crate::data::{Origin, Sources};
use crate::diag::{Error, Place};

/// Frames that a report keeps, the innermost; a recursion has a thousand.
const MAX_FRAMES: usize = 20;
/// Facts that a report tells, the innermost first.
const MAX_FACTS: usize = 4;

/// Adds to `report` where the execution failed, the way there, the values at fault and what may have been meant.
/// `find` says where a frame is ([`place`], as a rule); frames without a place are left out.
pub fn explain(error: &ExecError, report: Error, sources: &Sources, find: &dyn Fn(&Frame) -> Option<Place>) -> Error {
    let links: Vec<&Link> = error.links().collect();
    let frames: Vec<&Frame> = links.iter().filter_map(|link| if let Link::Frame(frame) = link { Some(&**frame) } else { None }).collect();
    let mut report = report;
    let place = |frame: &Frame| find(frame).map(|place| widened(place, frame));
    if let Some((last, outer)) = frames.split_last() {
        for frame in outer.iter().skip(outer.len().saturating_sub(MAX_FRAMES)) {
            if let Some(place) = place(frame) {
                report = report.frame(place, format!("executing {:?} at <{}>", frame.template.to_text(), frame.node));
            }
        }
        if let Some(place) = place(last) {
            report = report.at(place);
        }
        if last.origin.is_some() && in_source(last, sources).is_none() {
            report = noted(report, sources, last.origin, "this text is run as a template");
        }
    }
    let mut facts: Vec<&Fact> = Vec::new();
    for fact in frames.iter().rev().flat_map(|frame| &frame.facts) {
        if facts.len() < MAX_FACTS && !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    facts.into_iter().fold(report, |report, fact| told(report, sources, fact))
}

/// Where a frame is, with the line as excerpt: in the text of a value, if it is known where that was written, else in
/// the file that the frame names.
pub fn place(frame: &Frame, sources: &Sources) -> Place {
    in_source(frame, sources).unwrap_or_else(|| {
        let offset = line_start(&frame.source, frame.line).saturating_add(frame.column as usize);
        Place { line: frame.line, ..Place::in_text(frame.file.to_text(), &frame.source, offset) }
    })
}

/// The byte at which a line begins, counted from 1.
fn line_start(text: &[u8], line: u32) -> usize {
    text.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1) as usize).map(<[u8]>::len).sum()
}

/// The place in the file that the running text's value was read from, where its line is found there.
fn in_source(frame: &Frame, sources: &Sources) -> Option<Place> {
    let file = sources.file(frame.origin)?;
    let rest = file.text.get(frame.origin.offset_in(&file)?..)?;
    let text = frame.source.get(line_start(&frame.source, frame.line)..)?;
    let line = text.split(|byte| *byte == b'\n').next()?;
    let indent = line.iter().take_while(|byte| **byte == b' ').count();
    let line = line.get(indent..)?;
    // The value's text may be escaped or folded in the file, but not be much longer there.
    let window = rest.get(..frame.source.len().saturating_mul(4).saturating_add(1024)).unwrap_or(rest);
    let found = memchr::memmem::find(window, line).filter(|_| !line.is_empty())?;
    sources.place(frame.origin.plus(found.saturating_add((frame.column as usize).checked_sub(indent)?)))
}

/// The place with the whole of the failing node marked, where the excerpt has it as Go prints it.
fn widened(mut place: Place, frame: &Frame) -> Place {
    let Some(excerpt) = place.excerpt.as_deref().filter(|_| place.column > 0) else { return place };
    let at = excerpt.char_indices().nth((place.column as usize).saturating_sub(1)).map_or(excerpt.len(), |(at, _)| at);
    let covers = |start: &usize| *start <= at && at < start.saturating_add(frame.node.len());
    let start = excerpt.match_indices(&frame.node).map(|(start, _)| start).find(covers);
    if let Some(before) = start.and_then(|start| excerpt.get(..start)) {
        place.column = (before.chars().count() as u32).saturating_add(1);
        place.width = frame.node.chars().count() as u32;
    }
    place
}

fn told(report: Error, sources: &Sources, fact: &Fact) -> Error {
    match fact {
        Fact::Value { expression, kind, origin } => {
            let expression = if expression.is_empty() { "." } else { expression };
            match sources.place(*origin) {
                Some(place) => report.related(place, format!("`{expression}` is {kind} here")),
                // That something is a map says nothing where nobody can see which.
                None if matches!(*kind, "a map" | "an object") => report,
                None => report.hint(format!("`{expression}` is {kind}")),
            }
        }
        Fact::Missing { holder, name, near, origin, .. } => {
            let shown = if holder.is_empty() { "." } else { holder };
            let report = noted(report, sources, *origin, &format!("`{shown}` is set here"));
            let meant = near.as_ref().map(|near| format!("; did you mean `{holder}.{near}`?")).unwrap_or_default();
            report.hint(format!("`{holder}.{name}` is not set{meant}"))
        }
        Fact::NoTemplate { near, .. } => near.iter().fold(report, |report, near| report.hint(format!("did you mean template `{near}`?"))),
    }
}

fn noted(report: Error, sources: &Sources, origin: Origin, note: &str) -> Error {
    match sources.place(origin) {
        Some(place) => report.related(place, note),
        None => report,
    }
}
