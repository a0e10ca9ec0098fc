//! `bkhelm cluster`: who a cluster is, and what charts see of it, written down for work without it.

mod capture;
mod facts;

pub use facts::served;

use super::session::Session;
use super::{Exit, Run};
use crate::cli::{ClusterArgs, ClusterCommand};
use crate::cluster::identity;
use crate::diag::Errors;

/// Runs the command that was typed.
pub fn cluster(run: &Run, args: &ClusterArgs) -> Exit {
    let done = Session::reading(run).map_err(Errors::from).and_then(|session| match &args.command {
        ClusterCommand::Identity => {
            let connection = session.connection("")?;
            let id = session.wait_for(identity(&connection.cluster)).map_err(|fault| fault.error("get namespace kube-system"))?;
            Ok(run.write(format!("{id}\n").as_bytes())?)
        }
        ClusterCommand::Capture(args) => capture::capture(&session, args),
    });
    match done {
        Ok(()) => Exit::Done,
        Err(errors) => run.fail(errors),
    }
}
