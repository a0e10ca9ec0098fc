//! Waits against a server in memory, in tokio's paused time.

mod fake;
mod objects;
mod reasons;
mod watching;
mod words;
