//! helm's commands that change releases: `install`, `upgrade`, `rollback`, `uninstall`, `test`.
//!
//! `flags → chart, values → rendered for the next revision → the engine`; what is printed is helm's to the letter on stdout,
//! and what happens meanwhile is told on stderr where a person looks on.

mod deployment;
mod dry_run;
mod errors;
mod install;
mod listener;
pub mod options;
mod reuse;
mod rollback;
mod test;
mod uninstall;
mod upgrade;

pub use install::install;
pub use rollback::rollback;
pub use test::test;
pub use uninstall::uninstall;
pub use upgrade::upgrade;

use super::Arguments;
use super::releases::{Colours, Shown, print, reach, text};
use crate::charts::RecordForm;
use crate::cli::ReleaseFlags;
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::commands::session::Session;
use crate::diag::Result;
use listener::Told;

/// A session whose events a person may see.
fn session(run: &Run) -> Result<Session<'_>> {
    Session::told(run, Told::of(run))
}

/// Whether Helm 4's words are spoken, or Helm 3's.
fn is_helm4(run: &Run) -> bool {
    run.profile.record_form == RecordForm::WithTimes
}

/// Prints a release as `install` and `upgrade` do.
fn show(run: &Run, mut record: Record, flags: &ReleaseFlags) -> Result<()> {
    let json = record.to_json(run.profile);
    if flags.hide_notes {
        record.info.notes.clear();
    }
    let shown = Shown { description: is_helm4(run), debug: run.debug, ..Shown::default() };
    let text = text(run, &record, &shown, Colours::of(run))?;
    print(run, flags.output, || json, || text)
}
