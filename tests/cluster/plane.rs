//! The control plane of a test run.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::proxy::FaultProxy;
use crate::harness::{Call, Ran, project};

/// Who asks. Each has a kubeconfig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// May do everything; a token.
    Admin,
    /// The same with a client certificate.
    Certificate,
    /// May look at everything, and do nothing.
    Reader,
    /// Known, without any right.
    Nobody,
    /// A token that nobody has: 401.
    Expired,
    /// Context `first`, the current one, is the admin in `default`; `second` is the reader in `kube-system`.
    TwoContexts,
}

impl User {
    fn kubeconfig(self) -> &'static str {
        match self {
            User::Admin => "kubeconfig",
            User::Certificate => "kubeconfig-certificate",
            User::Reader => "kubeconfig-reader",
            User::Nobody => "kubeconfig-nobody",
            User::Expired => "kubeconfig-expired",
            User::TwoContexts => "kubeconfig-two-contexts",
        }
    }
}

/// The real helm, as an oracle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Helm {
    Three,
    Four,
}

impl Helm {
    /// Its path: `HELM3` or `HELM4`, or else one that is built.
    pub fn program(self) -> &'static Path {
        static THREE: OnceLock<PathBuf> = OnceLock::new();
        static FOUR: OnceLock<PathBuf> = OnceLock::new();
        let (built, variable, name) = match self {
            Helm::Three => (&THREE, "HELM3", "helm3"),
            Helm::Four => (&FOUR, "HELM4", "helm4"),
        };
        built.get_or_init(|| std::env::var_os(variable).map_or_else(|| build(name), PathBuf::from))
    }
}

/// What `build.sh` builds by that name.
fn build(name: &str) -> PathBuf {
    let built = Command::new(project().join("tests/cluster/build.sh")).arg(name).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let built = built.expect("build.sh starts");
    assert!(built.status.success(), "{name} does not build; its words are above");
    PathBuf::from(String::from_utf8(built.stdout).expect("a path").trim_end())
}

/// A program of the control plane that runs in the background until this process ends, however it ends: the program reads the
/// pipe whose other end we hold.
pub(super) struct Background {
    running: Child,
    /// The URL that it says when it is ready.
    pub(super) url: String,
}

impl Background {
    /// Starts it and waits for `ready URL`.
    pub(super) fn start(command: &mut Command) -> Self {
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut said = String::new();
        BufReader::new(running.stdout.take().expect("a pipe")).read_line(&mut said).expect("readable words");
        let Some(url) = said.trim_end().strip_prefix("ready ") else { panic!("{command:?} did not become ready: {said:?}") };
        Self { url: url.to_owned(), running }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.running.stdin.take());
        let _ = self.running.wait();
    }
}

/// The control plane.
pub struct ControlPlane {
    program: PathBuf,
    folder: PathBuf,
    running: Background,
}

impl ControlPlane {
    /// The plane of this run: built and started by the first who asks. Nodes are ready, pods can be made.
    pub fn shared() -> &'static Self {
        static PLANE: OnceLock<ControlPlane> = OnceLock::new();
        PLANE.get_or_init(Self::start)
    }

    /// A plane of its own, for a test that changes what all others see.
    pub fn start() -> Self {
        let program = build("control-plane");
        // No destructor runs at the end of a process: the program removes the folder when the pipe closes.
        let folder = tempfile::Builder::new().prefix("bkhelm-control-plane-").tempdir().expect("a temporary folder").keep();
        let running = Background::start(Command::new(&program).arg(&folder).arg("--with-parent"));
        ControlPlane { program, folder, running }
    }

    /// The API server's address.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// The kubeconfig of that user.
    pub fn kubeconfig(&self, user: User) -> PathBuf {
        self.folder.join(user.kubeconfig())
    }

    /// A call of bkhelm in that folder, with the user's kubeconfig.
    pub fn call(&self, user: User, folder: impl Into<PathBuf>) -> Call {
        self.call_with(&self.kubeconfig(user), folder)
    }

    /// A call of bkhelm in that folder, with that kubeconfig.
    pub fn call_with(&self, kubeconfig: &Path, folder: impl Into<PathBuf>) -> Call {
        let kubeconfig = kubeconfig.to_str().expect("a plain path");
        Call::new(folder).variable("KUBECONFIG", kubeconfig).limit(Duration::from_secs(180))
    }

    /// A call of the real helm in that folder, with the admin's kubeconfig.
    pub fn helm(&self, helm: Helm, folder: impl Into<PathBuf>) -> Call {
        self.call(User::Admin, folder).program(helm.program())
    }

    /// Runs kubectl as that user.
    pub fn kubectl_as(&self, user: User, arguments: &[&str]) -> Ran {
        self.call(user, project()).program(&self.program).arguments(["kubectl"]).arguments(arguments.iter().copied()).run()
    }

    /// Runs kubectl as the admin; it must succeed. Gives its standard output.
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let ran = self.kubectl_as(User::Admin, arguments);
        assert_eq!(ran.code, 0, "kubectl {arguments:?}\n{}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    /// What `kubectl get … --output json` gives.
    pub fn get(&self, arguments: &[&str]) -> Json {
        let output = self.kubectl(&[&["get", "--output", "json"], arguments].concat());
        serde_json::from_str(&output).expect("JSON")
    }

    /// Creates or changes objects in a namespace, given as YAML.
    pub fn apply(&self, namespace: &str, yaml: &str) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), yaml).expect("written");
        self.kubectl(&["apply", "--namespace", namespace, "--filename", file.path().to_str().expect("a plain path")]);
    }

    /// Makes a namespace that no other test has; its name begins as asked. It is usable at once: its service account is there.
    pub fn unique_namespace(&self, name: &str) -> String {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        let namespace = format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.kubectl(&["create", "namespace", &namespace]);
        eventually("the namespace's service account", Duration::from_secs(30), || {
            let ran = self.kubectl_as(User::Admin, &["get", "serviceaccount", "default", "--namespace", &namespace]);
            (ran.code == 0).then_some(())
        });
        namespace
    }

    /// All objects of a namespace but events, in the order of their kinds and names, as they can be compared: without uid,
    /// resourceVersion, managedFields and times.
    pub fn objects(&self, namespace: &str) -> Vec<Json> {
        let kinds = self.kubectl(&["api-resources", "--verbs=list", "--namespaced", "--output", "name"]);
        let kinds: Vec<&str> = kinds.lines().filter(|kind| *kind != "events" && !kind.starts_with("events.")).collect();
        let mut list = self.get(&[&kinds.join(","), "--namespace", namespace]);
        let mut objects = list["items"].as_array_mut().map(std::mem::take).expect("a list");
        objects.iter_mut().for_each(scrub);
        objects.sort_by_key(|object| (object["kind"].to_string(), object["metadata"]["name"].to_string()));
        objects
    }

    /// A proxy in front of the plane that does as it is told; see `faults.go` for the words.
    pub fn faults(&self, faults: &Json) -> FaultProxy {
        FaultProxy::start(&self.program, self.url(), &self.folder.join("ca.crt"), faults)
    }
}

/// Takes out what differs from one run to the next.
fn scrub(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            fields.retain(|name, value| {
                !["uid", "resourceVersion", "managedFields"].contains(&name.as_str())
                    && value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_err())
            });
            fields.values_mut().for_each(scrub);
        }
        Json::Array(items) => items.iter_mut().for_each(scrub),
        _ => {}
    }
}

/// Asks again and again until there is something.
pub fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(started.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
#[ignore = "needs the control plane: just cluster-test"]
fn nothing_of_a_plane_survives_it() {
    let limit = Duration::from_secs(20);
    let answers = |plane: &ControlPlane| TcpStream::connect(plane.url().trim_start_matches("https://")).is_ok();
    // Killed: the kernel ends its children.
    let mut plane = ControlPlane::start();
    assert!(answers(&plane));
    plane.running.running.kill().expect("killed");
    eventually("the end of the API server", limit, || (!answers(&plane)).then_some(()));
    std::fs::remove_dir_all(&plane.folder).expect("the folder of a plane that was killed");
    // Left alone: the pipe tells it, and it cleans up.
    let mut plane = ControlPlane::start();
    drop(plane.running.running.stdin.take());
    assert!(plane.running.running.wait().expect("it ends").success());
    eventually("the end of the API server", limit, || (!answers(&plane) && !plane.folder.exists()).then_some(()));
}
