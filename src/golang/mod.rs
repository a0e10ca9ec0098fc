//! What Go's libraries do and no crate does alike: pure functions, table-tested against Go.
//!
//! `fmt` prints values, `strconv` reads and writes numbers and quoted text, `regexp` is RE2, `semver` is
//! Masterminds', `time` has the layouts and durations, `glob` is gobwas', `path` is `path` and `filepath.Match`,
//! `url` is `net/url`, `base64` its standard encoding, `bytes` cuts text, `escape` has what templates escape with. Called by every room above; never asks for
//! the clock, a file or the environment, and never panics, whatever it is given.
//!
//! ```
//! use bkhelm::golang::{path, strconv};
//!
//! assert_eq!(strconv::quote("tab\t蓝".as_bytes()), r#""tab\t蓝""#);
//! assert_eq!(strconv::format_float(1e21, b'g', -1), "1e+21");
//! assert_eq!(path::join(&[b"charts/web", b"../redis", b"values.yaml"]), b"charts/redis/values.yaml");
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

pub mod base64;
pub mod bytes;
pub mod escape;
pub mod fmt;
pub mod glob;
pub mod path;
pub mod regexp;
pub mod semver;
pub mod strconv;
pub mod time;
pub mod url;
pub mod utf8;
