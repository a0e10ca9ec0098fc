//! The table of the releases that are worked on: a line a release, and below it what it waits for, with the reason.

use std::time::Instant;

use unicode_width::UnicodeWidthChar;

use super::{Release, State, Watched, age, late as late_of};
use crate::report::table::shown_width;

/// Colours, as terminals number them.
const RED: &str = "31";
const YELLOW: &str = "33";
const DIM: &str = "2";
const BOLD: &str = "1";

/// Objects below a release, where there is room.
const OBJECTS: usize = 6;
/// Lines of a reason: what matters most may stand at its end.
const REASON_LINES: usize = 2;
/// The narrowest terminal that is reckoned with.
const NARROW: usize = 20;

/// A piece of a line, and the colour that it has.
struct Piece(String, &'static str);

/// The lines of the table, none wider than the terminal and not more than it has room for. Text of others is escaped.
pub(super) fn lines(releases: &[Release], now: Instant, (columns, rows): (usize, usize), colour: bool) -> Vec<String> {
    // The last column is left free: some terminals go on to the next line when it is written.
    let columns = columns.max(NARROW) - 1;
    let names = releases.iter().map(|release| shown_width(&release.name)).max().unwrap_or_default().min(columns / 3);
    // Something above stays in sight.
    let room = rows.saturating_sub(3).max(1);
    let heads = releases.len().min(room);
    let mut left = room - heads;
    let mut lines = Vec::new();
    for (at, release) in releases.iter().enumerate() {
        if at + 1 == heads && releases.len() > heads {
            lines.push(line(vec![Piece(format!("and {} more releases", releases.len() - at), DIM)], "", columns, colour));
            break;
        }
        lines.push(head(release, now, names, columns, colour));
        let late = late_of(&release.objects);
        let mut shown = 0;
        for object in &late {
            let own = of_object(object, now, columns, colour);
            if own.len() > left || shown == OBJECTS {
                break;
            }
            left -= own.len();
            shown += 1;
            lines.extend(own);
        }
        if shown < late.len() && left > 0 {
            left -= 1;
            lines.push(line(vec![Piece(format!("    and {} more", late.len() - shown), DIM)], "", columns, colour));
        }
    }
    lines
}

fn head(release: &Release, now: Instant, names: usize, columns: usize, colour: bool) -> String {
    let (all, late) = (release.objects.len(), late_of(&release.objects).len());
    let count = if all == 0 { String::new() } else { format!(" {}/{all}", all - late) };
    let failed = release.objects.iter().any(|object| object.state.progress == State::Failed && !object.state.settled);
    let name = fitted(&release.name, names);
    let padding = " ".repeat(names.saturating_sub(shown_width(&name)) + 2);
    let pieces = vec![
        Piece(name, if failed { RED } else { BOLD }),
        Piece(padding + &clean(&release.step), ""),
        Piece(count, if late > 0 { YELLOW } else { "" }),
    ];
    line(pieces, &age(now.duration_since(release.begun)), columns, colour)
}

fn of_object(object: &Watched, now: Instant, columns: usize, colour: bool) -> Vec<String> {
    let state = &object.state;
    let failed = state.progress == State::Failed;
    let message = if state.message.is_empty() { state.progress.word() } else { &state.message };
    let pieces = vec![Piece(format!("    {}  ", clean(&state.id.to_string())), if failed { RED } else { "" }), Piece(clean(message), DIM)];
    let mut lines = vec![line(pieces, &age(now.duration_since(object.since)), columns, colour)];
    if !state.reason.is_empty() {
        let shade = if failed { RED } else { YELLOW };
        let rows = wrapped(&clean(&state.reason), columns.saturating_sub(6));
        lines.extend(rows.into_iter().map(|row| line(vec![Piece(format!("      {row}"), shade)], "", columns, colour)));
    }
    lines
}

/// A line: pieces from the left, cut where they meet what stands at the right end.
fn line(pieces: Vec<Piece>, right: &str, columns: usize, colour: bool) -> String {
    let mut left = columns.saturating_sub(if right.is_empty() { 0 } else { right.len() + 1 });
    let mut text = String::new();
    for Piece(piece, shade) in pieces {
        let piece = fitted(&piece, left);
        left -= shown_width(&piece).min(left);
        text += &painted(&piece, shade, colour);
    }
    if right.is_empty() { text } else { text + &" ".repeat(left + 1) + &painted(right, DIM, colour) }
}

fn painted(text: &str, shade: &str, colour: bool) -> String {
    if colour && !shade.is_empty() && !text.is_empty() { format!("\u{1b}[{shade}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// The text, or its beginning and `…` where it is wider.
fn fitted(text: &str, width: usize) -> String {
    if shown_width(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut taken = 0;
    for c in text.chars() {
        taken += c.width().unwrap_or_default();
        if taken >= width {
            break;
        }
        cut.push(c);
    }
    if width == 0 { cut } else { cut + "…" }
}

/// The text in a few lines of that width, broken between words; the last one may be too long still.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let full = rows.len() == REASON_LINES;
        match rows.last_mut() {
            Some(row) if full || shown_width(row) + 1 + shown_width(word) <= width => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

/// On one line, with nothing in it that a terminal would obey.
fn clean(text: &str) -> String {
    let text = crate::report::escape(text, false);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Release, State, Watched, lines};
    use crate::cluster::ObjectState;
    use crate::plan::Id;
    use crate::report::progress::lines::Pace;
    use crate::report::table::shown_width;

    fn release(name: &str, now: Instant, objects: &[(&str, &str, &str)]) -> Release {
        let watched = |(name, message, reason): &(&str, &str, &str)| {
            let id = Id { group: "apps".into(), kind: "Deployment".into(), namespace: "bk".into(), name: (*name).into() };
            let (message, reason) = ((*message).to_owned(), (*reason).to_owned());
            let settled = message.is_empty();
            Watched { state: ObjectState { id, progress: State::InProgress, message, reason, settled }, since: now }
        };
        let step = "waiting for objects".to_owned();
        let objects = objects.iter().map(watched).collect();
        Release { name: name.to_owned(), begun: now, step, objects, tally: Default::default(), pace: Pace::new(now) }
    }

    #[test]
    fn a_release_shows_what_it_waits_for_and_why() {
        let begun = Instant::now();
        let later = begun + Duration::from_secs(75);
        let releases = [
            release(
                "web",
                begun,
                &[("ok", "", ""), ("api", "Available: 0/1", ""), ("ui", "Available: 0/2", "container\u{1b}[2J ui:\nno image")],
            ),
            release("iam", begun, &[]),
        ];
        let shown = lines(&releases, later, (60, 24), false);
        let wanted = [
            "web  waiting for objects 1/3                           1m15s",
            "    Deployment/bk/ui  Available: 0/2                   1m15s",
            "      container\\u{1b}[2J ui: no image",
            "    Deployment/bk/api  Available: 0/1                  1m15s",
            "iam  waiting for objects                               1m15s",
        ];
        assert_eq!(shown, wanted.map(|line| line.replacen("    1m15s", "   1m15s", 1)));
    }

    #[test]
    fn no_line_is_wider_and_there_are_no_more_than_the_terminal_has_room_for() {
        let now = Instant::now();
        let objects: Vec<(&str, &str, &str)> =
            vec![("蓝鲸-a-long-name-that-goes-on-and-on", "Available: 0/1", "pod x: Unschedulable: 0/3 nodes"); 12];
        let releases: Vec<Release> = (0..30).map(|at| release(&format!("release-{at}"), now, &objects)).collect();
        for (columns, rows) in [(0, 0), (20, 5), (40, 24), (80, 24), (200, 100)] {
            let plain = lines(&releases, now, (columns, rows), false);
            assert!(plain.iter().all(|line| shown_width(line) < columns.max(20)), "{columns}: {plain:#?}");
            assert!(plain.len() <= rows.saturating_sub(3).max(1), "{rows}: {plain:#?}");
            let coloured = lines(&releases, now, (columns, rows), true);
            assert_eq!(
                plain.iter().map(|line| shown_width(line)).collect::<Vec<_>>(),
                coloured.iter().map(|line| shown_width(line)).collect::<Vec<_>>()
            );
        }
    }
}
