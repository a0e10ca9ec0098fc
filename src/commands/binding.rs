//! Environments that are bound to a cluster: `.bkhelm.yaml`, `--expect-cluster` → the cluster is the right one, or an error.

use std::path::{Path, PathBuf};

use super::Run;
use crate::cluster::{Cluster, identity};
use crate::data::yaml::{Reading, go_text, read_value};
use crate::data::{Map, Value};
use crate::diag::{Error, Kind, Place, Result, nearest};
use crate::host::EntryKind;

/// Where environments are bound, in the folder of the state or one above it.
pub const FILE: &str = ".bkhelm.yaml";

/// The clusters that may be worked on, and who says so.
struct Binding {
    identities: Vec<String>,
    source: String,
}

/// Refuses a cluster that is not the one that the environment is bound to. Asks it only where there is a binding.
///
/// # Errors
/// Another cluster, one that does not say who it is, a file that can't be read.
pub async fn check(run: &Run, cluster: &Cluster) -> Result<()> {
    let Some(binding) = binding(run)? else { return Ok(()) };
    let environment = &run.request.environment;
    let address = cluster.api().address();
    let found = identity(cluster).await.map_err(|fault| {
        let error = fault.error(&format!("{address} does not say whether it is the right cluster ({})", binding.source));
        Error::new(Kind::Cluster, error.message().to_owned()).hint("a bound environment needs the right to get the namespace kube-system")
    })?;
    if binding.identities.contains(&found) {
        return Ok(());
    }
    let wanted = binding.identities.join(" or ");
    let whose = if environment.is_empty() { String::new() } else { format!(" of environment {environment}") };
    Err(Error::new(Kind::Cluster, format!("{address} is not the cluster{whose}: it is {found}, not {wanted} ({})", binding.source))
        .hint("nothing was touched; --kube-context, --kubeconfig and KUBECONFIG choose the cluster")
        .hint("`bkhelm cluster identity` prints who a cluster is"))
}

fn binding(run: &Run) -> Result<Option<Binding>> {
    if let Some(id) = &run.expect_cluster {
        return Ok(Some(Binding { identities: vec![id.clone()], source: "--expect-cluster".to_owned() }));
    }
    let environment = run.request.environment.as_str();
    if environment.is_empty() {
        return Ok(None);
    }
    let Some(path) = file(run) else { return Ok(None) };
    let name = path.display().to_string();
    let identities = read(&name, &run.host().read(&path)?, environment, run)?;
    Ok(identities.map(|identities| Binding { identities, source: name }))
}

/// The file in the folder of the state, or in the next folder above it that has one: a state below may not escape the binding.
fn file(run: &Run) -> Option<PathBuf> {
    let host = run.host();
    let state = run.request.file.as_deref().filter(|file| *file != "-").unwrap_or(".");
    let state = host.current_folder().join(state);
    let folder = if host.kind(&state) == Some(EntryKind::Folder) { state.as_path() } else { state.parent().unwrap_or(Path::new("/")) };
    folder.ancestors().map(|folder| folder.join(FILE)).find(|file| host.kind(file) == Some(EntryKind::File))
}

/// The identities of an environment; `None` where it is not bound.
fn read(name: &str, text: &[u8], environment: &str, run: &Run) -> Result<Option<Vec<String>>> {
    let refused = |words: String| {
        Error::new(Kind::Cluster, format!("{name}: {words}"))
            .at(Place::file(name))
            .hint("it is written so: clusters: {ENVIRONMENT: {identity: ID}}; nothing was touched")
    };
    let source = run.setting.sources.add(name, text);
    let whole = read_value(&source, Reading::CHARTS).map_err(|errors| refused(go_text(&errors)))?;
    let map = |value: &Value, what: &str| value.as_map().cloned().ok_or_else(|| refused(format!("{what} is no mapping")));
    let only = |map: &Map, known: &str| match map.snapshot().into_iter().find(|(key, _)| key.as_bytes() != known.as_bytes()) {
        Some((key, _)) => {
            let key = key.to_text().into_owned();
            let error = refused(format!("unknown key {key:?}"));
            Err(if nearest(&key, [known]).is_some() { error.hint(format!("did you mean `{known}`?")) } else { error })
        }
        None => Ok(()),
    };
    let whole = map(&whole, "the file")?;
    only(&whole, "clusters")?;
    let Some(clusters) = whole.get("clusters") else { return Ok(None) };
    let Some(entry) = map(&clusters, "clusters")?.get(environment) else { return Ok(None) };
    let entry = map(&entry, environment)?;
    only(&entry, "identity")?;
    let identity = entry.get("identity").ok_or_else(|| refused(format!("{environment} has no identity")))?;
    let one = |value: &Value| {
        let text = value.as_str().map(|text| text.to_text().into_owned()).filter(|text| !text.is_empty());
        text.ok_or_else(|| refused(format!("the identity of {environment} is no text")))
    };
    match identity.as_list() {
        Some(list) => list.iter().map(one).collect::<Result<Vec<_>>>().map(Some),
        None => one(&identity).map(|id| Some(vec![id])),
    }
}
