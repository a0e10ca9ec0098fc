//! The only room that prints: `errors, findings, timings, output bytes → stdout and stderr`.
//!
//! stdout is data, stderr is log. Colour only on a terminal and never with `NO_COLOR`. Called by `commands`
//! and `run()`; decides nothing but how things look.

mod codes;
pub mod diff;
mod errors;
mod findings;
mod functions;
#[cfg(feature = "cluster")]
mod progress;
mod screen;
mod table;
mod timings;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

pub use codes::{code_list, code_page};
pub use errors::{describe, without_middle};
pub use findings::{Checked, Format, findings};
pub use functions::{FunctionPage, function_list, function_page, functions_json};
#[cfg(feature = "cluster")]
pub use progress::Progress;
pub use table::table;
pub use timings::{Phase, Timings};

use crate::diag::{Error, Errors, bytes_of};

/// How much is said on stderr. Ordered: `Error < Warn < Info < Debug`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only what makes the run fail.
    Error,
    /// And what may be wrong (`--quiet`).
    Warn,
    /// And progress: the default.
    Info,
    /// And how things were found (`--debug`).
    Debug,
}

/// Where output goes and how it looks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// How much is said on stderr.
    pub level: Level,
    /// Whether stderr is coloured.
    pub colour: bool,
}

impl Output {
    /// Writes data to stdout at once.
    ///
    /// # Errors
    /// When stdout can't take it; a reader that left (`| head`) shows as [`io::ErrorKind::BrokenPipe`].
    pub fn data(&self, bytes: &[u8]) -> io::Result<()> {
        screen::above(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        })
    }

    /// Whether what goes to stdout may have colours: stdout is a terminal, and nobody said no.
    pub fn colour_of_data(&self) -> bool {
        self.colour && stdout_is_terminal()
    }

    /// A heading, where there is colour.
    pub fn bold(&self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// A line of progress on stderr.
    pub fn info(&self, line: &str) {
        self.say(Level::Info, line);
    }

    /// A line about something doubtful on stderr.
    pub fn warn(&self, line: &str) {
        self.say(Level::Warn, line);
    }

    /// A line for people who look for a fault.
    pub fn debug(&self, line: &str) {
        self.say(Level::Debug, line);
    }

    fn say(&self, level: Level, line: &str) {
        if level <= self.level {
            self.log(line);
        }
    }

    /// An error with all it knows, on stderr.
    pub fn error(&self, error: &Error) {
        self.log(&describe(error, self.colour));
    }

    /// What is known about an error but its message, on stderr.
    pub fn explanation(&self, error: &Error) {
        if let Some(text) = errors::explanation(error, self.colour) {
            self.log(&text);
        }
    }

    /// All errors, and how many there were when there were several.
    pub fn errors(&self, errors: &Errors) {
        for error in errors.iter() {
            self.error(error);
        }
        if errors.len() > 1 {
            self.log(&format!("{} errors", errors.len()));
        }
    }

    /// A line on stderr whatever the level. Nobody is left to tell when stderr itself is closed.
    pub fn log(&self, line: &str) {
        let bytes = [&bytes_of(&escape(line, self.colour))[..], b"\n"].concat();
        screen::above(|| {
            let _ = io::stderr().lock().write_all(&bytes);
        });
    }
}

/// Whether standard output is a terminal.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Prints what clap has to say: help and versions on stdout (exit code 0), errors on stderr (`code`).
pub fn usage(error: &clap::Error, code: u8) -> u8 {
    let _ = error.print(); // nobody is left to tell
    if error.use_stderr() { code } else { 0 }
}

/// Foreign text may hold terminal escapes: control characters but newline and tab are shown, not sent.
/// Our own colours (ESC `[`…`m`) stay where colour is on.
fn escape(line: &str, colour: bool) -> Cow<'_, str> {
    let foreign = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !line.chars().any(foreign) {
        return line.into();
    }
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = colour.then(|| own_colour(rest)).flatten() {
            shown.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        if foreign(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    shown.into()
}

/// Length of the colour sequence that `text` begins with.
fn own_colour(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\u{1b}[")?;
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    inside[end..].starts_with('m').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn foreign_escapes_are_shown_and_our_colours_stay() {
        assert_eq!(escape("name \u{1b}]0;x\u{7} 蓝鲸\n", true), "name \\u{1b}]0;x\\u{7} 蓝鲸\n");
        assert_eq!(escape("\u{1b}[31mred\u{1b}[0m", true), "\u{1b}[31mred\u{1b}[0m");
        assert_eq!(escape("\u{1b}[31mred", false), "\\u{1b}[31mred");
    }
}
