//! The only door to the outside: files, environment, clock, randomness, programs.
//!
//! Everything that reads or writes the world takes a [`Host`]; tests give it one in memory. Knows nothing of
//! charts or states.

mod http;
mod real;
mod revision;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diag::Result;

pub use http::{Request, Response, TlsFiles};
pub use real::RealHost;
pub use revision::Revision;

/// A program to run: never through a shell unless `program` is one.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// Program name or path.
    pub program: String,
    /// Arguments.
    pub arguments: Vec<String>,
    /// Folder to run it in.
    pub folder: PathBuf,
    /// Variables to add to the environment.
    pub variables: Vec<(String, String)>,
    /// Text for its standard input.
    pub input: Vec<u8>,
}

/// What a program did.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// What a folder entry is, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A device, socket or pipe.
    Other,
}

/// Files, environment, clock, randomness and programs.
pub trait Host: Send + Sync {
    /// The folder that relative paths start from.
    fn current_folder(&self) -> PathBuf;
    /// A file's bytes.
    ///
    /// # Errors
    /// `open PATH: no such file or directory` and its like, as Go words them.
    fn read(&self, path: &Path) -> Result<Vec<u8>>;
    /// What is at the path, links followed; `None` where nothing is.
    fn kind(&self, path: &Path) -> Option<EntryKind>;
    /// When the file was changed last, links followed: nanoseconds since 1970; `None` where nobody knows.
    fn modified(&self, path: &Path) -> Option<i128>;
    /// Whether the path itself is a symbolic link, and where it leads (the real, absolute path).
    fn link_target(&self, path: &Path) -> Option<Result<PathBuf>>;
    /// The names in a folder, sorted bytewise.
    ///
    /// # Errors
    /// Go's words, as [`Host::read`].
    fn list(&self, path: &Path) -> Result<Vec<String>>;
    /// Writes a file whole or not at all, making its folder.
    ///
    /// # Errors
    /// Go's words.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()>;
    /// The same, for the owner's eyes only (mode 0600).
    ///
    /// # Errors
    /// Go's words.
    fn write_secret(&self, path: &Path, bytes: &[u8]) -> Result<()>;
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<String>;
    /// All environment variables.
    fn variables(&self) -> Vec<(String, String)>;
    /// Nanoseconds since 1970.
    fn now(&self) -> i128;
    /// What this process has used: time since some beginning, by a clock that never goes back, and bytes of memory (0
    /// where the system does not say).
    fn usage(&self) -> (Duration, u64);
    /// The local time zone's IANA name; `UTC` where none is known.
    fn zone(&self) -> String;
    /// This machine, and on it the group of processes that see each other: never the same for two.
    fn machine(&self) -> String;
    /// This process: its number and when it began.
    fn process(&self) -> String;
    /// Whether that process of this machine ([`Host::process`]) is still there.
    fn is_alive(&self, process: &str) -> bool;
    /// Fills the buffer with random bytes.
    fn random(&self, buffer: &mut [u8]);
    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it can't be started; an exit code other than 0 is no error here.
    fn run(&self, command: &Command) -> Result<Output>;
    /// Asks a web server once: no retry, redirects followed, credentials sent to the first host only.
    ///
    /// # Errors
    /// When no answer came, in Go's words (`dial tcp …`) as far as they are known; a status is no error here.
    fn ask(&self, request: &Request) -> Result<Response>;
    /// Waits.
    fn sleep(&self, time: Duration);
    /// The next line of standard input; `None` at its end.
    ///
    /// # Errors
    /// When it can't be read.
    fn read_line(&self) -> Result<Option<String>>;
    /// Everything on standard input.
    ///
    /// # Errors
    /// When it can't be read.
    fn stdin(&self) -> Result<Vec<u8>>;
}

/// One address of a host, as the machine's resolver gives it.
pub fn address_of(name: &str) -> Option<String> {
    let mut addresses = std::net::ToSocketAddrs::to_socket_addrs(&(name, 0)).ok()?;
    addresses.next().map(|address| address.ip().to_string())
}
