//! The lower end of the terminal: lines that stand there and are drawn again in place, below everything else that is printed.
//!
//! There is one terminal, so there is one screen: whoever prints goes through [`above`], so that nothing tears the lines.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::table::shown_width;

/// What stands at the lower end now.
struct Screen {
    lines: Vec<String>,
    /// The terminal's width when they were drawn.
    columns: usize,
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen { lines: Vec::new(), columns: 80 });

/// Columns and rows of the terminal behind stderr; 80 and 24 where it does not say.
#[cfg(feature = "cluster")]
pub fn size() -> (usize, usize) {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or((80, 24), |(columns, rows)| (usize::from(columns.0), usize::from(rows.0)))
}

/// Puts lines in the place of those that stand there; none clears the place.
#[cfg(feature = "cluster")]
pub fn draw(lines: Vec<String>, columns: usize) {
    let mut screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    if screen.lines == lines && screen.columns == columns {
        return;
    }
    let drawn = redrawn(&screen.lines, columns, &lines);
    *screen = Screen { lines, columns };
    write(&drawn);
}

/// Prints something else while the lines are out of the way.
pub(super) fn above<T>(print: impl FnOnce() -> T) -> T {
    let screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    if screen.lines.is_empty() {
        return print();
    }
    write(&redrawn(&screen.lines, screen.columns, &[]));
    let printed = print();
    write(&redrawn(&[], screen.columns, &screen.lines));
    printed
}

fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush()); // nobody is left to tell
}

/// What takes the cursor from below the old lines to below the new ones, in one go where the terminal knows how to
/// (synchronized output). Lines that are the same are written again: the terminal may have been resized.
fn redrawn(old: &[String], columns: usize, new: &[String]) -> String {
    // A terminal that got narrower has broken the old lines.
    let rows: usize = old.iter().map(|line| shown_width(line).div_ceil(columns.max(1)).max(1)).sum();
    let up = if rows == 0 { String::new() } else { format!("\r\u{1b}[{rows}A") };
    let lines: String = new.iter().map(|line| format!("{line}\u{1b}[K\n")).collect();
    format!("\u{1b}[?2026h{up}{lines}\u{1b}[J\u{1b}[?2026l")
}

#[cfg(test)]
mod tests {
    use super::redrawn;

    #[test]
    fn new_lines_take_the_place_of_the_old_ones() {
        let line = |text: &str| text.to_owned();
        assert_eq!(redrawn(&[], 80, &[line("a")]), "\u{1b}[?2026ha\u{1b}[K\n\u{1b}[J\u{1b}[?2026l");
        assert_eq!(redrawn(&[line("a"), line("b")], 80, &[]), "\u{1b}[?2026h\r\u{1b}[2A\u{1b}[J\u{1b}[?2026l");
        // 25 columns are three rows of ten.
        assert!(redrawn(&[line(&"x".repeat(25)), line("")], 10, &[]).contains("\u{1b}[4A"));
    }
}
