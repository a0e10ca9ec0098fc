//! `--args` and `--sync-args`: helm's own flags inside one argument, read as `helm upgrade` reads them.

use clap::Parser;

use crate::cli::{DeployFlags, HelmUpgrade, OutputShape, WaitRule};
use crate::cluster::Strategy;
use crate::cluster::deploy::Options;
use crate::commands::helm::actions::options::over_upgrade;
use crate::commands::helm::helm_words;
use crate::commands::path;
use crate::commands::user_values::{comma_separated, settings};
use crate::diag::{Error, Kind, Result};

/// Reads what stands in `--args` and `--sync-args`, split at white space as helmfile does, into [`DeployFlags::helm`].
///
/// # Errors
/// Flags that helm has not, and those that the state decides.
pub fn read(flags: &DeployFlags) -> Result<DeployFlags> {
    let words = [&flags.args, &flags.sync_args].into_iter().flatten().flat_map(|text| text.split_whitespace()).map(str::to_owned);
    let refused = |text: String| Error::new(Kind::Usage, format!("--args: Error: {text}")).hint("--args takes flags of `helm upgrade`");
    let helm = HelmUpgrade::try_parse_from(crate::cli::arguments(words.collect())).map_err(|error| refused(helm_words(&error)))?;
    let release = &helm.release;
    let unused = [
        ("--install", helm.install),
        ("--version", release.repository.version.is_some()),
        ("--devel", release.repository.devel),
        ("--repo", release.repository.repo.is_some()),
        ("--dry-run", release.dry.dry_run.is_some()),
        ("--hide-secret", release.hide_secret),
        ("--output", release.output != OutputShape::Table),
        ("--enable-dns", release.enable_dns),
        ("--render-subchart-notes", release.render_subchart_notes),
        ("--reuse-values", helm.reuse_values),
        ("--reset-then-reuse-values", helm.reset_then_reuse_values),
    ];
    if let Some((flag, _)) = unused.iter().find(|(_, given)| *given) {
        return Err(refused(format!("{flag} is decided by the state and by bkhelm's own flags, not by --args")));
    }
    if let Some(word) = helm.arguments.first() {
        return Err(refused(format!("unexpected argument {word:?}")));
    }
    let server_side = helm.server_side.as_deref().map(crate::commands::helm::actions::options::server_side);
    server_side.transpose()?;
    Ok(DeployFlags { helm, ..flags.clone() })
}

/// The values that stand there, over all others.
pub fn values(flags: &DeployFlags, mut options: path::Options) -> path::Options {
    let given = &flags.helm.release;
    options.values_files.extend(given.values.files.iter().flat_map(|list| comma_separated(list)));
    options.set.extend(settings(&given.values));
    if given.skip_schema_validation {
        options.schema_check = crate::render::SchemaCheck::Skip;
    }
    options
}

/// The rest of it, over what the state and our own flags say.
pub fn options(flags: &DeployFlags, own: Options) -> Options {
    let legacy = flags.helm.release.waiting.wait == Some(WaitRule::Legacy);
    let strategy = if legacy { Strategy::Legacy } else { own.strategy };
    // What `--server-side` says was looked at when it was read.
    let over = over_upgrade(own.clone(), &flags.helm, crate::charts::Profile::HELM4).unwrap_or(own);
    Options { strategy, ..over }
}
