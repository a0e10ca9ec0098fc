//! Errors and findings as data: `what went wrong` → [`Error`], many of them → [`Errors`].
//!
//! Every room returns these; only `report` draws them. An error says what is wrong (`message`), where
//! (`place`), by which way it was reached (`chain`), which other places matter (`related`), what lies
//! underneath (`cause`) and what to do (`hints`). `Display` is one line (or Go's text, to the letter,
//! where a person may grep for it); the full report is drawn from the fields. No printing here.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod error;
mod suggest;

pub use error::{Error, Errors, Frame, Kind, Place, Related, Result, Severity};
pub use suggest::{near, nearest};
