//! The values of an upgrade: what is typed, and what of the last revision's counts (helm pkg/action/upgrade.go `reuseValues`).

use std::sync::Arc;

use crate::charts::{Chart, coalesce_tables};
use crate::cli::HelmUpgrade;
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::commands::helm::releases::computed_values;
use crate::data::{Map, Value};
use crate::diag::Result;

/// The user's values of the new revision, and the chart, which has the old one's values with `--reuse-values`.
///
/// # Errors
/// `failed to rebuild old values: …`
pub(super) fn reuse(run: &Run, flags: &HelmUpgrade, chart: Arc<Chart>, typed: Map, current: &Record) -> Result<(Arc<Chart>, Map)> {
    if flags.reset_values {
        return Ok((chart, typed));
    }
    if flags.reuse_values {
        let old = computed_values(run, current).map_err(|error| error.wrap(|words| format!("failed to rebuild old values: {words}")))?;
        return Ok((chart.with_defaults(old), merged(run, typed, &current.config)));
    }
    if flags.reset_then_reuse_values {
        return Ok((chart, merged(run, typed, &current.config)));
    }
    // parity: whoever types no value at all keeps those of the last revision.
    let values = if typed.is_empty() { copy(&current.config) } else { typed };
    Ok((chart, values))
}

fn merged(run: &Run, typed: Map, old: &Map) -> Map {
    let mut warnings = Vec::new();
    coalesce_tables(&typed, &copy(old), run.profile, &mut warnings);
    for warning in warnings {
        run.output.warn(&warning.line);
    }
    typed
}

/// Merging changes maps in place, and the record keeps its own.
fn copy(map: &Map) -> Map {
    Value::from(map.clone()).deep_copy().as_map().cloned().unwrap_or_default()
}
