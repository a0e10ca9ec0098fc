//! helm's commands that read release records: `list`, `history`, `status`, `get`.

mod get;
mod history;
mod list;
mod output;
mod resources;
mod selector;
mod status;

use std::sync::Arc;

pub use get::get;
pub use history::history;
pub use list::list;
pub use output::{Colours, print};
pub use status::{Shown, computed_values, status, status_text, text};

use super::Arguments;
use crate::charts::check_release_name;
use crate::cluster::records::Record;
use crate::commands::session::{Connection, Session};
use crate::diag::{Error, Kind, Result};

/// The cluster, and its namespace that counts.
pub fn reach<'r>(session: &Session<'r>) -> Result<(Arc<Connection>, String)> {
    let connection = session.connection("")?;
    let namespace = match session.run.request.namespace.as_str() {
        "" => connection.namespace.clone(),
        typed => typed.to_owned(),
    };
    Ok((connection, namespace))
}

/// One release as `command` names it, and one revision of it, the newest where `revision` is 0 (helm
/// pkg/action/action.go `releaseContent`).
fn find(session: &Session<'_>, command: &str, names: &[String], revision: i64) -> Result<(Arc<Connection>, Record)> {
    Arguments::Exactly(1).check(command, &format!("{command} RELEASE_NAME"), names)?;
    let name = names.first().map_or("", String::as_str);
    let (connection, namespace) = reach(session)?;
    let store = session.store(&connection, &namespace);
    if check_release_name(name).is_err() {
        return Err(Error::new(Kind::Usage, format!("releaseContent: Release name is invalid: {name}")));
    }
    let found = match revision {
        ..=0 => session.wait_for(store.last(name)),
        _ => session.wait_for(store.get(name, revision)),
    };
    let record = found.map_err(|fault| fault.error(""))?.ok_or_else(not_found)?;
    Ok((connection, record))
}

fn not_found() -> Error {
    Error::new(Kind::NoMatch, "release: not found")
}
