//! Runs the real program in a folder of its own and looks at everything it did.

pub mod memory;
pub mod random;
pub mod recorded;
pub mod web;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the program did.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// One call of the program, built up.
pub struct Call {
    program: PathBuf,
    limit: Duration,
    arguments: Vec<String>,
    folder: PathBuf,
    home: Arc<tempfile::TempDir>,
    variables: Vec<(String, String)>,
    memory: Option<u64>,
}

/// The program under test.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bkhelm"))
}

/// The project's own folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The recorded cases beside the project, where they are.
pub fn shared() -> Option<PathBuf> {
    let folder = project().join("../shared/conformance");
    folder.is_dir().then_some(folder)
}

impl Call {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let home = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let (program, limit) = (program().to_owned(), Duration::from_secs(60));
        Self { program, limit, arguments: Vec::new(), folder: folder.into(), home, variables: Vec::new(), memory: None }
    }

    /// Runs another program in bkhelm's place.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// How long it may run, where a minute is not enough.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    pub fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Lets the program have so many bytes of address space: it dies where it wants more.
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// The home folder of the call: what the program may write its cache to.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs it with a clean environment. A minute (or the limit) without an end is a hang, and a failure.
    pub fn run(&self) -> Ran {
        self.start().end()
    }

    /// Starts it, and gives it to whoever wants to do something meanwhile.
    pub fn start(&self) -> Running {
        let mut command = match self.memory {
            None => Command::new(&self.program),
            Some(bytes) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &format!("ulimit -v {}; exec \"$@\"", bytes / 1024), "sh"]).arg(&self.program);
                shell
            }
        };
        let mut child = command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (mut stdout, mut stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        Running {
            out: std::thread::spawn(move || read_all(&mut stdout)),
            err: std::thread::spawn(move || read_all(&mut stderr)),
            started: Instant::now(),
            child,
            limit: self.limit,
            arguments: self.arguments.clone(),
            _home: self.home.clone(),
        }
    }
}

/// A call that is under way.
pub struct Running {
    child: Child,
    out: JoinHandle<Vec<u8>>,
    err: JoinHandle<Vec<u8>>,
    started: Instant,
    limit: Duration,
    arguments: Vec<String>,
    /// It lives as long as the call does.
    _home: Arc<tempfile::TempDir>,
}

impl Running {
    /// Sends it a signal (`INT`, `TERM`, `KILL`); that it has ended by then is no matter.
    pub fn signal(&self, name: &str) {
        let _ = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).stderr(Stdio::null()).status();
    }

    /// Waits for its end. Its code is -1 where a signal ended it.
    pub fn end(mut self) -> Ran {
        let limit = self.limit;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                break status;
            }
            if self.started.elapsed() > limit {
                self.child.kill().expect("the program can be killed");
                panic!("{:?} did not end within {limit:?}", self.arguments);
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let text = |thread: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&thread.join().expect("read")).into_owned();
        Ran { code: status.code().unwrap_or(-1), stdout: text(self.out), stderr: text(self.err) }
    }
}

fn read_all(pipe: &mut impl std::io::Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = pipe.read_to_end(&mut bytes);
    bytes
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.path().strip_prefix(from).expect("below the folder"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
        } else if entry.file_type().is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).expect("a link"), &target).expect("a link");
        } else {
            fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}

/// Where the two texts first differ, for a failure's message.
pub fn first_difference(want: &str, got: &str) -> String {
    let mut lines = want.split('\n').zip(got.split('\n')).enumerate();
    let Some((at, (w, g))) = lines.find(|(_, (w, g))| w != g) else {
        return format!("one is longer: {} lines wanted, {} lines got", want.lines().count(), got.lines().count());
    };
    format!("line {}:\n  want {w:?}\n  got  {g:?}", at + 1)
}
