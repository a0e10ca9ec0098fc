//! Where the charts of helm's commands come from: a path, `repository/chart`, or a chart of `--repo`.

use std::path::Path;
use std::sync::Arc;

use crate::charts::{Chart, Profile};
use crate::cli::RepositoryFlags;
use crate::commands::Run;
use crate::commands::charts::{Charts, Reference};
use crate::diag::Result;
use crate::fetch::{Repositories, Repository};

/// The alias of the repository that `--repo` names.
const COMMAND_LINE: &str = "--repo";

/// The chart that was named, read by the profile's loader.
///
/// # Errors
/// helm's text for a chart that is missing, damaged or refused.
pub fn load(run: &Run, flags: &RepositoryFlags, chart: &str, profile: Profile) -> Result<Arc<Chart>> {
    let repositories = repositories(run, flags)?;
    let chart = match &flags.repo {
        Some(_) => format!("{COMMAND_LINE}/{chart}"),
        None => chart.to_owned(),
    };
    let reference = Reference {
        chart: &chart,
        folder: Path::new(""),
        version: flags.version.as_deref().unwrap_or_default(),
        devel: flags.devel,
        repositories: &repositories,
    };
    Charts::new(run, profile).load(&reference)
}

fn repositories(run: &Run, flags: &RepositoryFlags) -> Result<Repositories> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let given = flags.repo.as_ref().map(|url| Repository {
        name: COMMAND_LINE.to_owned(),
        url: url.clone(),
        username: text(&flags.username),
        password: text(&flags.password),
        ca_file: text(&flags.ca_file),
        cert_file: text(&flags.cert_file),
        key_file: text(&flags.key_file),
        insecure: flags.insecure_skip_tls_verify,
        pass_credentials: flags.pass_credentials,
        declared: true,
    });
    Repositories::load(run.host(), given.into_iter().collect())
}
