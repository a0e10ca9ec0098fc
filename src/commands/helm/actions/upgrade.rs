//! `helm upgrade` (helm pkg/cmd/upgrade.go, pkg/action/upgrade.go).

use super::deployment::{Deployment, Place, Source};
use super::dry_run::DryRun;
use super::errors::{BUILD, before};
use super::install::{installed, say_deprecated};
use super::options::{deprecated, over_upgrade};
use super::reuse::reuse;
use super::{Arguments, is_helm4, reach, session, show};
use crate::charts::{Chart, check_release_name};
use crate::cli::{HelmUpgrade, OutputShape};
use crate::cluster::deploy::{Crds, Look, Mode, Options, ServerSide};
use crate::cluster::records::{Record, Status};
use crate::commands::helm::sources;
use crate::commands::{Run, user_values};
use crate::data::{Map, Value};
use crate::diag::{Error, Kind};
use crate::golang::strconv;
use crate::render::Failure;
use std::sync::Arc;

/// Upgrades a release.
pub fn upgrade(run: &Run, args: &HelmUpgrade) -> Result<(), Box<Failure>> {
    Arguments::Exactly(2).check("upgrade", "upgrade [RELEASE] [CHART]", &args.arguments)?;
    let [name, chart] = args.arguments.as_slice() else { return Ok(()) };
    let flags = &args.release;
    deprecated(run, flags);
    let dry = DryRun::of(run, &flags.dry)?;
    let table = flags.output == OutputShape::Table;
    if args.install && is_new(run, name)? {
        if table {
            run.write(format!("Release {} does not exist. Installing it now.\n", strconv::quote(name.as_bytes())).as_bytes())?;
        }
        let off = args.server_side.as_deref() == Some("false");
        let options = Options { server_side: if off { ServerSide::Off } else { ServerSide::On }, history_max: 0, ..Options::default() };
        let record = installed(run, flags, (name, chart), dry, options)?;
        return Ok(show(run, record, flags)?);
    }
    let values = user_values::of_flags(run, &flags.values)?;
    let chart = sources::load(run, &flags.repository, chart, run.profile)?;
    say_deprecated(run, &chart);
    let record = upgraded(run, args, name, (&chart, &values), dry).map_err(|failure| {
        if is_helm4(run) && !dry.is_dry() {
            let (name, error) = (name.as_str(), strconv::quote(failure.error.to_string().as_bytes()));
            run.output.warn(&format!("level=WARN msg=\"upgrade failed\" name={name} error={error}"));
        }
        before("UPGRADE FAILED: ", failure)
    })?;
    if table {
        run.write(format!("Release {} has been upgraded. Happy Helming!\n", strconv::quote(name.as_bytes())).as_bytes())?;
    }
    Ok(show(run, record, flags)?)
}

/// Whether there is no such release, or one that was uninstalled.
fn is_new(run: &Run, name: &str) -> Result<bool, Box<Failure>> {
    let session = session(run)?;
    let (connection, namespace) = reach(&session)?;
    let look = session.wait_for(session.engine(&connection).look(&namespace, name))?;
    Ok(look.last().is_none_or(|last| last.info.status == Status::Uninstalled))
}

fn upgraded(run: &Run, args: &HelmUpgrade, name: &str, (chart, typed): (&Arc<Chart>, &Map), dry: DryRun) -> Result<Record, Box<Failure>> {
    let session = session(run)?;
    let (connection, namespace) = reach(&session)?;
    let base = Options { mode: Mode::Upgrade, ..Options::default() };
    // Only an install makes namespaces and CRDs.
    let options = Options { create_namespace: false, crds: Crds::Skip, ..over_upgrade(base, args, run.profile)? };
    if check_release_name(name).is_err() {
        return Err(Error::new(Kind::Usage, format!("release name is invalid: {name}")).into());
    }
    let deployment = Deployment { run, flags: &args.release, name, namespace: &namespace, dry, options };
    deployment.check(true)?;
    let source = |look: &Look| {
        look.is_upgrade_for(name, Mode::Upgrade)?;
        let Some(current) = look.deployed().or(look.last()) else {
            return Err(Error::new(Kind::Apply, format!("{name:?} has no deployed releases")).into());
        };
        // Rendering may come twice, and values are merged in place.
        let typed = Value::from(typed.clone()).deep_copy().as_map().cloned().unwrap_or_default();
        let (chart, values) = reuse(run, args, chart.clone(), typed, current)?;
        Ok(Source { chart, values, upgrade: true })
    };
    let place = Place { session: &session, connection: &connection };
    deployment.deploy(&place, source).map_err(|mut failure| {
        // parity: only `install` has words before a kind that is not served.
        failure.error = failure.error.wrap(|words| words.strip_prefix(BUILD).unwrap_or(words).to_owned());
        failure
    })
}
