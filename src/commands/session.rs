//! The way from a command to its clusters: the runtime, a connection to each, who we are, and how we are stopped.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::path::Served;
use super::{Run, binding};
use crate::charts::{Profile, RecordForm};
use crate::cluster::client::{Access, Client};
use crate::cluster::deploy::{Engine, Stop};
use crate::cluster::lease::Holder;
use crate::cluster::records::{Driver, Store};
use crate::cluster::{Api, Call, Cluster, Event, Fault, Listener};
use crate::data::{List, Map, Value};
use crate::diag::{Error, Errors, Kind, Result};
use crate::golang::time::Zone;
use crate::render::{KubeVersion, Lookup};
use crate::report::{Output, Progress};

/// Threads that wait for the network; the work between two answers is little.
const WORKERS: usize = 2;
/// Their stacks: JSON of a server may nest deep.
const WORKER_STACK: usize = 64 << 20;

/// A cluster that was connected to.
pub struct Connection {
    /// It.
    pub cluster: Cluster,
    /// What templates see of it.
    served: Mutex<Option<Served>>,
    /// The namespace of the kubeconfig's context.
    pub namespace: String,
    /// The kubeconfig's context; empty where there is none.
    context: String,
    /// Its version as the server says it.
    version: KubeVersion,
    runtime: tokio::runtime::Handle,
}

impl Connection {
    /// What templates see of it now.
    pub fn served(&self) -> Served {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Served {
            version: self.version.clone(),
            api_versions: self.cluster.discovery().version_set().into(),
            lookup: Arc::new(Live { cluster: self.cluster.clone(), runtime: self.runtime.clone() }),
        };
        served.get_or_insert_with(fresh).clone()
    }

    /// Where it is and what it runs: `https://127.0.0.1:6443 (context prod, Kubernetes v1.36.3)`.
    pub fn title(&self) -> String {
        let context = if self.context.is_empty() { String::new() } else { format!("context {}, ", self.context) };
        format!("{} ({context}Kubernetes {})", self.cluster.api().address(), self.version.version)
    }

    /// The server serves something new.
    pub fn changed(&self) {
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// One run of a command on clusters.
pub struct Session<'r> {
    /// The run.
    pub run: &'r Run,
    runtime: Runtime,
    access: Access,
    connections: Mutex<BTreeMap<String, Arc<Connection>>>,
    /// Who we are.
    pub holder: Holder,
    stop: Stop,
    driver: Driver,
    zone: Zone,
    listener: Arc<dyn Listener>,
}

impl<'r> Session<'r> {
    /// For a command that changes something: what happens is told on stderr, and Ctrl-C and SIGTERM stop it in good order.
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// A runtime that can't be started; a driver of records that is not known; a file of certificates that can't be read.
    pub fn start(run: &'r Run) -> Result<Self> {
        Self::told(run, Arc::new(Progress::new(&run.output, run.watched)))
    }

    /// The same, told to somebody else.
    ///
    /// # Errors
    /// As [`Session::start`].
    pub fn told(run: &'r Run, listener: Arc<dyn Listener>) -> Result<Self> {
        let (ask, stop) = Stop::new();
        let session = Self::new(run, listener, stop)?;
        let listener = session.listener.clone();
        session.runtime.spawn(async move {
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            stop_signal(&mut terminate).await;
            let message = "asked to stop: what is in hand comes to a good end, nothing more is begun; a second time ends at once";
            listener.event(Event::Warning { release: String::new(), message: message.to_owned() });
            let _ = ask.send(true); // nobody is left to stop
            stop_signal(&mut terminate).await;
            listener.event(Event::Warning { release: String::new(), message: "ended at once: the next run goes on from here".to_owned() });
            std::process::exit(130)
        });
        Ok(session)
    }

    /// For a command that only reads: it may be ended at any time, and says only what is doubtful.
    ///
    /// # Errors
    /// As [`Session::start`].
    pub fn reading(run: &'r Run) -> Result<Self> {
        Self::new(run, Arc::new(Warnings(run.output)), Stop::new().1)
    }

    fn new(run: &'r Run, listener: Arc<dyn Listener>, stop: Stop) -> Result<Self> {
        if run.cluster_facts.is_some() {
            return Err(Error::new(Kind::Usage, "--cluster-facts is for commands that ask no cluster: this one asks the real one"));
        }
        let runtime = Builder::new_multi_thread().worker_threads(WORKERS).thread_stack_size(WORKER_STACK).enable_all().build();
        let host = run.host();
        Ok(Self {
            run,
            runtime: runtime.map_err(|error| Error::new(Kind::Cluster, format!("start the async runtime: {error}")))?,
            access: access(run)?,
            connections: Mutex::default(),
            holder: holder(run),
            stop,
            driver: Driver::named(&host.variable("HELM_DRIVER").unwrap_or_default())?,
            zone: Zone::local(&host.zone()),
            listener,
        })
    }

    /// Runs work on the runtime.
    pub fn wait_for<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Whether the run was asked to stop.
    pub fn stopped(&self) -> bool {
        self.stop.asked()
    }

    /// The connection of a kubeconfig context (empty for the current one), made at the first call.
    ///
    /// # Errors
    /// No kubeconfig, a context that is not there, a server that does not answer or does not let us in.
    pub fn connection(&self, context: &str) -> Result<Arc<Connection>> {
        if let Some(connection) = self.connections.lock().unwrap_or_else(PoisonError::into_inner).get(context) {
            return Ok(connection.clone());
        }
        let typed = self.access.context.clone();
        let access = Access { context: Some(context.to_owned()).filter(|name| !name.is_empty()).or(typed), ..self.access.clone() };
        let connection = Arc::new(self.wait_for(self.connect(&access))?);
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).insert(context.to_owned(), connection.clone());
        Ok(connection)
    }

    async fn connect(&self, access: &Access) -> Result<Connection> {
        let profile = self.run.profile;
        let client = Client::new(access, real_time).await.map_err(|error| cased(profile, error))?;
        let (namespace, context) = (client.namespace().to_owned(), client.context().to_owned());
        let client = Arc::new(client);
        let refused = |fault: Fault| {
            let error = fault.error("").wrap(|words| unreachable(profile, words).to_string());
            if fault.code == 0 { error.hint(format!("the server is {}", client.address())) } else { error }
        };
        let cluster = Cluster::connect_told(client.clone(), self.listener.clone()).await.map_err(refused)?;
        binding::check(self.run, &cluster).await?;
        let version = cluster.call(Call::get("/version")).await.map_err(refused)?;
        let text = version.get("gitVersion").and_then(serde_json::Value::as_str).unwrap_or_default();
        let version = KubeVersion::parse(text, profile)?;
        self.run.output.debug(&format!("cluster {} runs Kubernetes {}", cluster.api().address(), version.version));
        Ok(Connection { cluster, served: Mutex::default(), namespace, context, version, runtime: self.runtime.handle().clone() })
    }

    /// The release records of a namespace; of all where it is empty.
    pub fn store(&self, connection: &Connection, namespace: &str) -> Store {
        Store {
            cluster: connection.cluster.clone(),
            namespace: namespace.to_owned(),
            driver: self.driver,
            profile: self.run.profile,
            zone: self.zone.clone(),
            listener: self.listener.clone(),
        }
    }

    /// What works on releases of that cluster.
    pub fn engine<'a>(&'a self, connection: &'a Connection) -> Engine<'a> {
        Engine {
            cluster: &connection.cluster,
            listener: &self.listener,
            holder: &self.holder,
            stop: &self.stop,
            profile: self.run.profile,
            driver: self.driver,
            zone: &self.zone,
        }
    }

    /// Whoever listens, told of a release by another name than its own.
    pub fn told_as(&self, title: &str) -> Arc<dyn Listener> {
        Arc::new(Titled { listener: self.listener.clone(), title: title.to_owned() })
    }

    /// Tells whoever listens.
    pub fn tell(&self, event: Event) {
        self.listener.event(event);
    }

    /// Works on a release, and tells when that begins and how it ends.
    ///
    /// # Errors
    /// Those of the work.
    pub fn working_on<T>(&self, release: &str, work: impl FnOnce() -> Result<T, Errors>) -> Result<T, Errors> {
        self.tell(Event::Begun { release: release.to_owned() });
        let result = work();
        let failure = result.as_ref().err().map(|errors| errors.iter().next().map(ToString::to_string).unwrap_or_default());
        self.tell(Event::Ended { release: release.to_owned(), failure });
        result
    }

    /// Now, RFC 3339.
    pub fn time(&self) -> String {
        let now = crate::golang::time::Time::from_unix_nanos(self.run.host().now(), &self.zone);
        now.rfc3339().unwrap_or_default()
    }

    /// The local time zone.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }
}

/// Comes with Ctrl-C or SIGTERM.
async fn stop_signal(terminate: &mut Signal) {
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        Some(()) = terminate.recv() => {}
        else => std::future::pending().await,
    }
}

/// Which cluster, and as whom, by the flags that were typed.
///
/// # Errors
/// A file of certificates that can't be read.
fn access(run: &Run) -> Result<Access> {
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

/// Tells of a release by the name that it has here: there may be two of its name.
struct Titled {
    listener: Arc<dyn Listener>,
    title: String,
}

impl Listener for Titled {
    fn event(&self, event: Event) {
        self.listener.event(event.titled(&self.title));
    }
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

/// The clock that the real client's times come from.
fn real_time() -> i128 {
    use crate::host::Host;
    crate::host::RealHost.now()
}

/// Who we are: machine, process, and when it began, so that a process number that comes again is another one.
fn holder(run: &Run) -> Holder {
    let host = run.setting.host.clone();
    let machine = host.machine();
    let own = host.process();
    let identity = format!("{machine}/{own}");
    let died = move |identity: &str| {
        let Some((other, process)) = identity.rsplit_once('/') else { return false };
        other == machine && !host.is_alive(process)
    };
    Holder { identity, died: Arc::new(died) }
}

/// What `lookup` sees: the cluster as it is.
struct Live {
    cluster: Cluster,
    runtime: tokio::runtime::Handle,
}

impl Lookup for Live {
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String> {
        // parity: helm pkg/engine/lookup_func.go gives an empty map for what is not there, and fails for unknown kinds.
        let resource =
            self.cluster.resource(api_version, kind).map_err(|error| format!("unable to get apiresource from unstructured: {error}"))?;
        let cluster = self.cluster.clone();
        let (namespace, name) = (if resource.namespaced { namespace.to_owned() } else { String::new() }, name.to_owned());
        let found = self.runtime.block_on(async move {
            match name.as_str() {
                "" => cluster.list(&resource, &namespace, "").await.map(|items| {
                    let list =
                        serde_json::json!({"apiVersion": resource.api_version(), "kind": format!("{}List", resource.kind), "items": items});
                    Some(list)
                }),
                name => cluster.get(&resource, &namespace, name).await,
            }
        });
        match found.map_err(|fault| fault.to_string())? {
            None => Ok(Map::new().into()),
            Some(object) => Ok(value(&object)),
        }
    }
}

/// A live object as templates see it: whole numbers are int64 (apimachinery's unstructured objects).
pub fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::NIL,
        Json::Bool(truth) => crate::data::Kind::Bool(*truth).into(),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::int64(number),
            None => crate::data::Kind::Float(number.as_f64().unwrap_or_default()).into(),
        },
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => crate::data::Kind::List(items.iter().map(value).collect::<List>()).into(),
        Json::Object(fields) => {
            let map = Map::new();
            for (key, field) in fields {
                map.insert(key.as_str(), value(field));
            }
            map.into()
        }
    }
}
