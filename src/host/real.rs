//! The machine bkhelm runs on.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // the one place that may

use std::fs;
use std::io::{self, BufRead, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{Command, EntryKind, Host, Output, Request, Response, http};
use crate::diag::{Error, Kind, Place, Result};

/// The first part of a link's target that is not there; the link itself where all are.
fn first_missing(link: &Path) -> PathBuf {
    let Ok(target) = fs::read_link(link) else { return link.to_owned() };
    let target = link.parent().unwrap_or(Path::new("/")).join(target);
    let mut parts: Vec<&Path> = target.ancestors().collect();
    parts.reverse();
    let missing = parts.into_iter().find(|part| fs::symlink_metadata(part).is_err());
    missing.unwrap_or(link).to_owned()
}

/// Bytes of memory in use as Linux says them, as they were up to 20 ms ago: looking costs as much as a small template.
fn resident_memory(now: Duration) -> u64 {
    const LOOK_AGAIN: u64 = 20;
    static LOOKED: AtomicU64 = AtomicU64::new(0);
    static KNOWN: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    let looked = LOOKED.load(Ordering::Relaxed);
    let due = now >= looked.saturating_add(LOOK_AGAIN);
    if due && LOOKED.compare_exchange(looked, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
        KNOWN.store(read_resident_memory().unwrap_or(0), Ordering::Relaxed);
    }
    KNOWN.load(Ordering::Relaxed)
}

/// When a process began, in the kernel's ticks since the machine did.
fn began(process: u32) -> Option<u64> {
    let about = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name in brackets, with whatever it likes in it.
    let (_, behind) = about.rsplit_once(')')?;
    let mut fields = behind.split_whitespace();
    if fields.next() == Some("Z") {
        return None; // dead, only not yet buried
    }
    fields.nth(18)?.parse().ok()
}

fn read_resident_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// Writes a file whole or not at all, making its folder.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| fault("mkdir", folder, &error))?;
    let mut file = tempfile::Builder::new()
        .prefix(".bkhelm-")
        .permissions(PermissionsExt::from_mode(mode))
        .tempfile_in(folder)
        .map_err(|error| fault("open", path, &error))?;
    file.write_all(bytes).and_then(|()| file.flush()).map_err(|error| fault("write", path, &error))?;
    file.persist(path).map_err(|error| fault("rename", path, &error.error))?;
    Ok(())
}

/// The real files, environment, clock, randomness and programs.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealHost;

impl Host for RealHost {
    fn current_folder(&self) -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        let failed = |error: io::Error| fault(if path.is_dir() { "read" } else { "open" }, path, &error);
        let file = fs::File::open(path).map_err(failed)?;
        let length = file.metadata().map_or(0, |about| about.len().min(LIMIT));
        let mut bytes = Vec::with_capacity(length as usize);
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
        match bytes.len() as u64 > LIMIT {
            true => {
                Err(Error::new(Kind::Limit, format!("read {}: {TOO_LONG}", path.display())).at(Place::file(path.display().to_string())))
            }
            false => Ok(bytes),
        }
    }

    fn kind(&self, path: &Path) -> Option<EntryKind> {
        let kind = fs::metadata(path).ok()?.file_type();
        Some(if kind.is_dir() {
            EntryKind::Folder
        } else if kind.is_file() {
            EntryKind::File
        } else {
            EntryKind::Other
        })
    }

    fn modified(&self, path: &Path) -> Option<i128> {
        let time = fs::metadata(path).ok()?.modified().ok()?;
        Some(match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()).ok()?,
            Err(before) => -i128::try_from(before.duration().as_nanos()).ok()?,
        })
    }

    fn link_target(&self, path: &Path) -> Option<Result<PathBuf>> {
        fs::symlink_metadata(path)
            .ok()?
            .file_type()
            .is_symlink()
            .then(|| fs::canonicalize(path).map_err(|error| fault("lstat", &first_missing(path), &error)))
    }

    fn list(&self, path: &Path) -> Result<Vec<String>> {
        let entries = fs::read_dir(path).map_err(|error| fault("open", path, &error))?;
        let mut names = Vec::new();
        for entry in entries {
            names.push(entry.map_err(|error| fault("readdirent", path, &error))?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        write(path, bytes, 0o644)
    }

    fn write_secret(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        write(path, bytes, 0o600)
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
    }

    fn variables(&self) -> Vec<(String, String)> {
        std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())).collect()
    }

    fn now(&self) -> i128 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or_else(|before| -(before.duration().as_nanos() as i128), |since| since.as_nanos() as i128)
    }

    fn usage(&self) -> (Duration, u64) {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        let time = BEGUN.elapsed();
        (time, resident_memory(time))
    }

    fn zone(&self) -> String {
        jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
    }

    fn machine(&self) -> String {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let boot = read("/proc/sys/kernel/random/boot_id");
        let group = fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default();
        let group: String = group.chars().filter(char::is_ascii_digit).collect();
        format!("{}-{}-{group}", read("/proc/sys/kernel/hostname"), boot.split('-').next().unwrap_or_default())
    }

    fn process(&self) -> String {
        let number = process::id();
        format!("{number}-{}", began(number).unwrap_or_default())
    }

    fn is_alive(&self, process: &str) -> bool {
        let Some((number, begun)) = process.split_once('-') else { return true };
        // Where the system does not say, nobody is taken for dead.
        let Ok(number) = number.parse() else { return true };
        if begun.is_empty() || begun == "0" {
            return true;
        }
        began(number).is_some_and(|other| other.to_string() == begun)
    }

    fn random(&self, buffer: &mut [u8]) {
        // The system's generator cannot fail on a running system; zeros would be worse than stopping.
        getrandom::fill(buffer).expect("the system's random generator works");
    }

    fn run(&self, command: &Command) -> Result<Output> {
        let failed = |error: io::Error| Error::new(Kind::Exec, format!("exec: {:?}: {}", command.program, words(&error)));
        // A program given by a relative path is one of the folder it runs in, as in Go.
        let program = match command.program.contains('/') {
            true => command.folder.join(&command.program),
            false => find(&command.program)
                .ok_or_else(|| Error::new(Kind::Exec, format!("exec: {:?}: executable file not found in $PATH", command.program)))?,
        };
        let mut child = process::Command::new(program)
            .args(&command.arguments)
            .current_dir(&command.folder)
            .envs(command.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (input, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (stdout, stderr) = std::thread::scope(|scope| {
            scope.spawn(|| input.map(|mut pipe| pipe.write_all(&command.input))); // a program that reads nothing is fine
            let errors = scope.spawn(|| limited(err));
            let data = limited(out);
            (data, errors.join().unwrap_or_else(|_| Ok(Vec::new())))
        });
        // Whoever still writes is told by a closed pipe; a program that ignores that is ended.
        let too_long = [&stdout, &stderr].iter().any(|text| text.as_ref().is_ok_and(|text| text.len() as u64 > LIMIT));
        if too_long {
            let _ = child.kill(); // it may have ended by itself
        }
        let status = child.wait().map_err(failed)?;
        if too_long {
            return Err(Error::new(Kind::Limit, format!("exec: {:?}: {TOO_LONG}", command.program)));
        }
        Ok(Output { code: status.code().unwrap_or(-1), stdout: stdout.map_err(failed)?, stderr: stderr.map_err(failed)? })
    }

    fn ask(&self, request: &Request) -> Result<Response> {
        http::ask(request)
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn read_line(&self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = io::stdin().lock().take(4096).read_line(&mut line);
        let read = read.map_err(|error| Error::new(Kind::File, format!("read standard input: {}", words(&error))))?;
        Ok((read > 0).then_some(line))
    }

    fn stdin(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| Error::new(Kind::File, format!("read standard input: {}", words(&error))))?;
        Ok(bytes)
    }
}

/// A file or a program's output may be this long; what is longer is no deployment's (`/dev/zero`, `yes`).
const LIMIT: u64 = 512 << 20;
const TOO_LONG: &str = "longer than 512 MiB, the most that is read";

/// What comes out of a pipe, up to one byte more than the limit.
fn limited(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.map_or(Ok(0), |pipe| pipe.take(LIMIT + 1).read_to_end(&mut bytes))?;
    Ok(bytes)
}

/// The program of that name in `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let executable = |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(executable)
}

pub(super) fn fault(operation: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(Kind::File, format!("{operation} {}: {}", path.display(), words(error))).at(Place::file(path.display().to_string()))
}

/// The error in Go's words: errno's text in small letters, without Rust's `(os error 2)`.
fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text).to_owned();
            text.chars().next().map_or(String::new(), |first| first.to_lowercase().chain(text.chars().skip(1)).collect())
        }
    }
}
