//! `--dry-run` (helm pkg/cmd/helpers.go).

use super::is_helm4;
use crate::cli::DryRunFlag;
use crate::commands::Run;
use crate::diag::{Error, Kind, Result};
use crate::golang::strconv;

/// Whether something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DryRun {
    /// It does.
    None,
    /// It does not, and the server is asked only for records.
    Client,
    /// It does not, and the server is asked what it would do.
    Server,
}

impl DryRun {
    /// What the flag says; forms that Helm 4 no longer wants are said on stderr.
    ///
    /// # Errors
    /// A value that is none.
    pub(super) fn of(run: &Run, flag: &DryRunFlag) -> Result<DryRun> {
        let helm4 = is_helm4(run);
        let warn = |words: String| {
            if helm4 {
                run.output.warn(&format!("level=WARN msg={}", strconv::quote(words.as_bytes())))
            }
        };
        match flag.dry_run.as_deref() {
            None | Some("none") => Ok(DryRun::None),
            Some("client") => Ok(DryRun::Client),
            Some("server") => Ok(DryRun::Server),
            Some("unset") => {
                warn("--dry-run is deprecated and should be replaced with '--dry-run=client'".to_owned());
                Ok(DryRun::Client)
            }
            Some(text) => match strconv::parse_bool(text.as_bytes()) {
                Ok(truth) => {
                    let (how, word) = if truth { (DryRun::Client, "client") } else { (DryRun::None, "none") };
                    warn(format!("boolean '--dry-run={text}' flag is deprecated and must be replaced with '--dry-run={word}'"));
                    Ok(how)
                }
                Err(_) if helm4 => Err(Error::new(
                    Kind::Usage,
                    format!("invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\"", strconv::quote(text.as_bytes())),
                )),
                Err(_) => {
                    Err(Error::new(Kind::Usage, "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server"))
                }
            },
        }
    }

    /// What the flag says to `rollback`, where Helm 3 has it without other values than yes and no.
    ///
    /// # Errors
    /// As [`DryRun::of`]; Go's words for a value that is neither.
    pub(super) fn of_rollback(run: &Run, flag: &DryRunFlag) -> Result<DryRun> {
        match flag.dry_run.as_deref() {
            Some(text) if !is_helm4(run) && text != "unset" => match strconv::parse_bool(text.as_bytes()) {
                Ok(true) => Ok(DryRun::Client),
                Ok(false) => Ok(DryRun::None),
                Err(why) => Err(Error::new(Kind::Usage, format!("invalid argument {text:?} for \"--dry-run\" flag: {why}"))),
            },
            _ => DryRun::of(run, flag),
        }
    }

    /// Whether nothing happens.
    pub(super) fn is_dry(self) -> bool {
        self != DryRun::None
    }
}
