//! One error as people read it.

use std::borrow::Cow;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diag::{Error, Frame, Place, Severity};

/// Frames of the way to an error that are shown, innermost first.
const FRAMES: usize = 8;

/// The whole report of an error: code and message, the excerpt with a caret, the way there one frame a
/// line, related places, causes, hints. No newline at the end.
pub fn describe(error: &Error, colour: bool) -> String {
    let title = title(error);
    let group = Group::with_title(level(error.level()).primary_title(title.as_str()).id(error.code().id));
    drawn(explained(group, error), colour)
}

/// The same without code and message, for where those are printed in another way; `None` where nothing else is known.
pub fn explanation(error: &Error, colour: bool) -> Option<String> {
    let shows = error.place().is_some_and(|place| place.excerpt.is_some());
    let more = shows || !error.related_places().is_empty() || !error.hints().is_empty() || error.caused_by().is_some();
    more.then(|| drawn(explained(Group::with_level(level(error.level())), error), colour))
}

fn drawn(group: Group<'_>, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

/// A report with everything that is known but the message.
fn explained<'a>(mut group: Group<'a>, error: &'a Error) -> Group<'a> {
    if let Some(place) = error.place() {
        group = with_place(group, place, None);
    }
    for frame in error.chain().iter().rev().take(FRAMES) {
        group = group.element(Level::NOTE.message(reached(frame)));
    }
    if let Some(more) = error.chain().len().checked_sub(FRAMES).filter(|more| *more > 0) {
        group = group.element(Level::NOTE.message(format!("and {more} frames more")));
    }
    for related in error.related_places() {
        group = match related.place.excerpt {
            Some(_) => with_place(group, &related.place, Some(&related.note)),
            None => group.element(Level::NOTE.message(format!("{}: {}", related.place, related.note))),
        };
    }
    let mut cause = error.caused_by();
    while let Some(under) = cause {
        let place = under.place().map_or(String::new(), |place| format!("{place}: "));
        group = group.element(Level::NOTE.message(format!("because {place}{}", shortened(under.message()))));
        cause = under.caused_by();
    }
    for hint in error.hints() {
        group = group.element(Level::HELP.message(without_middle(hint, 200)));
    }
    group
}

fn title(error: &Error) -> String {
    let message = shortened(error.message());
    match error.about() {
        Some(subject) => format!("{subject}: {message}"),
        None => message.into_owned(),
    }
}

/// Go repeats a template that includes itself a thousand times: the middle of a very long message is left out.
fn shortened(message: &str) -> Cow<'_, str> {
    without_middle(message, 600)
}

/// The text without its middle where it is much longer than `kept` characters at either end.
pub fn without_middle(text: &str, kept: usize) -> Cow<'_, str> {
    let left_out = text.chars().count().saturating_sub(kept.saturating_mul(2));
    if left_out < kept {
        return text.into();
    }
    let head: String = text.chars().take(kept).collect();
    let tail: String = text.chars().skip(kept + left_out).collect();
    format!("{head} … ({left_out} characters left out) … {tail}").into()
}

fn reached(frame: &Frame) -> String {
    format!("reached from {}: {}", frame.place, without_middle(&frame.doing, 200))
}

/// Characters of a line that are shown whole.
const LINE: usize = 400;
/// Characters that are shown on both sides of a place in a longer line.
const AROUND: usize = 80;

/// The part of a very long line round a column (from 1).
fn around(line: &str, column: u32) -> Option<String> {
    let length = line.chars().count();
    if length <= LINE {
        return None;
    }
    let from = (column as usize).saturating_sub(AROUND + 1);
    let part: String = line.chars().skip(from).take(2 * AROUND).collect();
    Some(format!("in a line of {length} characters: …{part}…"))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

fn with_place<'a>(group: Group<'a>, place: &'a Place, note: Option<&'a str>) -> Group<'a> {
    let long = place.excerpt.as_deref().and_then(|line| around(line, place.column));
    let Some(excerpt) = place.excerpt.as_deref().filter(|_| place.line > 0 && long.is_none()) else {
        let mut origin = Origin::path(place.file.as_str());
        if place.line > 0 {
            origin = origin.line(place.line as usize);
            if place.column > 0 {
                origin = origin.char_column(place.column as usize);
            }
        }
        let group = group.element(origin);
        return match long {
            Some(part) => group.element(Level::NOTE.message(part)),
            None => group,
        };
    };
    let whole = excerpt.len() - excerpt.trim_start().len()..excerpt.trim_end().len();
    let start = excerpt.char_indices().nth((place.column as usize).saturating_sub(1)).map_or(excerpt.len(), |(at, _)| at);
    let meant: usize = excerpt[start..].chars().take(place.width as usize).map(char::len_utf8).sum();
    let end = start + if meant > 0 { meant } else { word_length(&excerpt[start..]) };
    // Where only the line is known, all of it may be meant.
    let span = if place.column == 0 && !whole.is_empty() { whole } else { start..end };
    let kind = if note.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary };
    let annotation = match note {
        Some(note) => kind.span(span).label(note),
        None => kind.span(span),
    };
    group.element(Snippet::source(excerpt).line_start(place.line as usize).path(place.file.as_str()).fold(false).annotation(annotation))
}

/// Bytes of the word that the caret should underline; one character where none begins.
fn word_length(text: &str) -> usize {
    let word: usize = text.chars().take_while(|c| c.is_alphanumeric() || "._-$".contains(*c)).map(char::len_utf8).sum();
    if word > 0 { word } else { text.chars().next().map_or(0, char::len_utf8) }
}

#[cfg(test)]
mod tests {
    use super::describe;
    use crate::diag::{Error, Kind, Place};

    #[test]
    fn of_a_very_long_line_only_the_part_round_the_place_is_shown() {
        let text = format!("{}wrong{}", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let error = Error::new(Kind::Syntax, "no").at(Place::in_text("a.yaml", text.as_bytes(), 1_000_000));
        let shown = describe(&error, false);
        assert!(shown.len() < 1_000, "{} bytes", shown.len());
        for part in ["--> a.yaml:1:1000001", "in a line of 2000005 characters: …xxx", "xwrongy"] {
            assert!(shown.contains(part), "{part} is missing in:\n{shown}");
        }
    }

    #[test]
    fn a_report_shows_place_excerpt_way_and_hint() {
        let text = "version:\n  sentry: \"1\"\n";
        let error = Error::new(Kind::Syntax, "mapping key \"sentry\" already defined at line 1")
            .at(Place::in_text("version.yaml", text.as_bytes(), 11))
            .frame(Place::at("helmfile.yaml", 3, 1), "reading environment default")
            .hint("remove one of them");
        let shown = describe(&error, false);
        for part in ["error[BK0102]: mapping key", "--> version.yaml:2:3", "^^^^^^", "reached from helmfile.yaml:3:1", "help: remove one"] {
            assert!(shown.contains(part), "{part} is missing in:\n{shown}");
        }
    }
}
