//! The way from a command to the cluster: flags → connection, on an async runtime of its own.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use super::Run;
use crate::charts::{Profile, RecordForm};
use crate::cluster::client::{Access, Client};
use crate::cluster::records::{Driver, Store};
use crate::cluster::{Cluster, Event, Listener};
use crate::diag::{Error, Kind, Result};
use crate::golang::time::Zone;
use crate::host::{Host, RealHost};
use crate::report::Output;

/// Threads that wait for the network; the work between two answers is little.
const WORKERS: usize = 2;
/// Their stacks: JSON of a server may nest deep.
const WORKER_STACK: usize = 64 << 20;

/// A cluster that was reached.
pub struct Connection {
    runtime: Runtime,
    /// The cluster.
    pub cluster: Cluster,
    /// The namespace that counts where none was typed: the context's.
    pub namespace: String,
}

impl Connection {
    /// Runs async work to its end.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// Which cluster, and as whom, by the flags that were typed.
///
/// # Errors
/// A file of certificates that can't be read.
pub fn access(run: &Run) -> Result<Access> {
    let flags = &run.cluster;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let authorities = given(&flags.kube_ca_file).map(|path| run.host().read(Path::new(&path))).transpose();
    Ok(Access {
        kubeconfig: given(&flags.kubeconfig),
        context: given(&flags.kube_context),
        server: given(&flags.kube_apiserver),
        token: given(&flags.kube_token),
        authorities: authorities.map_err(|error| unreachable(run.profile, &error.to_string()))?,
        server_name: given(&flags.kube_tls_server_name),
        insecure: flags.kube_insecure_skip_tls_verify,
        user: given(&flags.kube_as_user),
        groups: flags.kube_as_group.iter().filter(|group| !group.is_empty()).cloned().collect(),
    })
}

/// Starts a runtime and asks the server what it serves.
///
/// # Errors
/// helm's words: `kubernetes cluster unreachable: …`.
pub fn connect(run: &Run, access: &Access) -> Result<Connection> {
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).thread_stack_size(WORKER_STACK).enable_all().build();
    let runtime = runtime.map_err(|error| Error::new(Kind::Cluster, format!("start the async runtime: {error}")))?;
    let (cluster, namespace) = runtime.block_on(async {
        let client = Client::new(access, || RealHost.now()).await.map_err(|error| cased(run.profile, error))?;
        let namespace = client.namespace().to_owned();
        let cluster = Cluster::connect(Arc::new(client)).await;
        Ok::<_, Error>((cluster.map_err(|fault| fault.error("").wrap(|words| unreachable(run.profile, words).to_string()))?, namespace))
    })?;
    Ok(Connection { runtime, cluster, namespace })
}

/// The release records of a namespace; of all where it is empty.
///
/// # Errors
/// A `HELM_DRIVER` that is not supported.
pub fn store(run: &Run, connection: &Connection, namespace: &str) -> Result<Store> {
    Ok(Store {
        cluster: connection.cluster.clone(),
        namespace: namespace.to_owned(),
        driver: Driver::named(&run.host().variable("HELM_DRIVER").unwrap_or_default())?,
        profile: run.profile,
        zone: Zone::local(&run.host().zone()),
        listener: Arc::new(Warnings(run.output)),
    })
}

/// Prints what is doubtful, and nothing else.
struct Warnings(Output);

impl Listener for Warnings {
    fn event(&self, event: Event) {
        if let Event::Warning { message, .. } = event {
            self.0.warn(&format!("warning: {message}"));
        }
    }
}

fn unreachable(profile: Profile, words: &str) -> Error {
    cased(profile, Error::new(Kind::Cluster, format!("Kubernetes cluster unreachable: {words}")))
}

/// Helm 4 begins the message with a small letter.
fn cased(profile: Profile, error: Error) -> Error {
    error.wrap(|words| match words.strip_prefix('K') {
        Some(rest) if profile.record_form == RecordForm::WithTimes => format!("k{rest}"),
        _ => words.to_owned(),
    })
}
