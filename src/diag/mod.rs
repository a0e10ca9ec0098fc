//! Errors and findings as data: `what went wrong` → [`Error`], many of them → [`Errors`].
//!
//! Every room returns these; only `report` draws them. An error says what is wrong (`message`), where
//! (`place`), by which way it was reached (`chain`), which other places matter (`related`), what lies
//! underneath (`cause`) and what to do (`hints`). `Display` is one line (or Go's text, to the letter,
//! where a person may grep for it); the full report is drawn from the fields. No printing here.
//!
//! ```
//! use bkhelm::diag::{Error, Kind, Place, nearest};
//!
//! let text = "replicas: 2\nimgae: nginx\n";
//! let mut error = Error::new(Kind::Values, "no value is called imgae").at(Place::in_text("values.yaml", text.as_bytes(), 12));
//! if let Some(near) = nearest("imgae", ["image", "replicas"]) {
//!     error = error.hint(format!("did you mean `{near}`?"));
//! }
//! assert_eq!(error.place().unwrap().to_string(), "values.yaml:2:1");
//! assert_eq!(error.place().unwrap().excerpt.as_deref(), Some("imgae: nginx"));
//! assert_eq!(error.hints(), ["did you mean `image`?"]);
//! ```

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

mod code;
mod error;
mod suggest;
mod text;

pub use code::{Code, general};
pub use error::{Error, Errors, Frame, Kind, Place, Related, Result, Severity};
pub use suggest::{near, nearest};
pub use text::{bytes_of, readable, text_of};
