//! The `--set` family: `argument text → changes in a map`, with helm's typing and error texts
//! (helm pkg/strvals/parser.go, literal_parser.go).

use crate::data::{Map, Sources};
use crate::diag::{Error, Kind, Result};

/// Whose rules: they differ in two corners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `--set-json` takes a whole object; an index cut short is ignored.
    Helm4,
    /// Neither.
    Helm3,
}

/// Which flag of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// `--set`: typed values.
    Set,
    /// `--set-string`: always strings.
    SetString,
    /// `--set-json`: JSON values.
    SetJson,
    /// `--set-file`: values are paths of files whose text is taken.
    SetFile,
    /// `--set-literal`: the rest of the argument as it stands.
    SetLiteral,
}

/// Puts one argument of one flag into `values`.
///
/// `read` gives a file's bytes for `--set-file` (helm also takes URLs and `-` there).
///
/// # Errors
/// `failed parsing --set data: …` in helm's words.
pub fn parse_into(
    values: &Map,
    flag: Flag,
    argument: &str,
    dialect: Dialect,
    sources: &Sources,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>>,
) -> Result<()> {
    let _ = (values, flag, argument, dialect, sources, read);
    Err(Error::new(Kind::Values, "--set is not built yet"))
}
