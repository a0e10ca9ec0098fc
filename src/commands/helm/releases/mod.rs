//! helm's commands that read release records: `list`, `history`, `status`, `get`.

mod get;
mod history;
mod list;
mod output;
mod selector;
mod status;

pub use get::get;
pub use history::history;
pub use list::list;
pub use status::status;

use super::Arguments;
use crate::charts::check_release_name;
use crate::cluster::records::{Record, Store};
use crate::commands::Run;
use crate::commands::connect::{Connection, access, connect, store};
use crate::diag::{Error, Kind, Result};

/// The cluster and the records of the namespace that counts; of all namespaces where `everywhere`.
fn reach(run: &Run, everywhere: bool) -> Result<(Connection, Store)> {
    let connection = connect(run, &access(run)?)?;
    let namespace = match run.request.namespace.as_str() {
        _ if everywhere => "",
        "" => connection.namespace.as_str(),
        typed => typed,
    };
    let store = store(run, &connection, namespace)?;
    Ok((connection, store))
}

/// One release as `command` names it, and one revision of it, the newest where `revision` is 0 (helm
/// pkg/action/action.go `releaseContent`).
fn find(run: &Run, command: &str, names: &[String], revision: i64) -> Result<(Connection, Record)> {
    Arguments::Exactly(1).check(command, &format!("{command} RELEASE_NAME"), names)?;
    let name = names.first().map_or("", String::as_str);
    let (connection, store) = reach(run, false)?;
    if check_release_name(name).is_err() {
        return Err(Error::new(Kind::Usage, format!("releaseContent: Release name is invalid: {name}")));
    }
    let found = match revision {
        ..=0 => connection.wait(store.last(name)),
        _ => connection.wait(store.get(name, revision)),
    };
    let record = found.map_err(|fault| fault.error(""))?.ok_or_else(not_found)?;
    Ok((connection, record))
}

fn not_found() -> Error {
    Error::new(Kind::NoMatch, "release: not found")
}
