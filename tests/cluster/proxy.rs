//! A proxy that injects faults, one a test.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::plane::Background;

/// A running proxy. It ends when this is dropped.
pub struct FaultProxy {
    running: Background,
    folder: tempfile::TempDir,
}

impl FaultProxy {
    pub(super) fn start(program: &Path, server: &str, authority: &Path, faults: &Json) -> Self {
        let mut command = Command::new(program);
        command.args(["proxy", "--with-parent", "--server", server, "--authority"]).arg(authority).arg("--faults").arg(faults.to_string());
        let running = Background::start(&mut command);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let kubeconfig = format!(
            "apiVersion: v1\nkind: Config\n\
             clusters: [{{name: faults, cluster: {{server: \"{}\"}}}}]\n\
             users: [{{name: admin, user: {{token: admin-token}}}}]\n\
             contexts: [{{name: faults, context: {{cluster: faults, user: admin}}}}]\n\
             current-context: faults\n",
            running.url
        );
        fs::write(folder.path().join("kubeconfig"), kubeconfig).expect("written");
        Self { running, folder }
    }

    /// Its address: plain http.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// The admin's kubeconfig through the proxy.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Begins anew with other faults and an empty log.
    pub fn set(&self, faults: &Json) {
        let answer = ask(self.url(), "POST", "/__faults", &faults.to_string()).expect("an answer");
        assert_eq!(answer.code, 200, "{}", answer.body);
    }

    /// How many requests of that verb and resource (`secrets`, `pods/log`) came, and met that fault; `""` for any, `"none"` for
    /// requests that met none.
    pub fn count(&self, verb: &str, resource: &str, fault: &str) -> u64 {
        let log: Json = serde_json::from_str(&ask(self.url(), "GET", "/__log", "").expect("an answer").body).expect("JSON");
        let lines = log.as_array().expect("a list").iter();
        let is = |line: &Json, key: &str, wanted: &str| wanted.is_empty() || line[key].as_str().unwrap_or("none") == wanted;
        let met = lines.filter(|line| is(line, "verb", verb) && is(line, "resource", resource) && is(line, "fault", fault));
        met.map(|line| line["count"].as_u64().expect("a number")).sum()
    }
}

/// What a server answered.
pub struct Answer {
    pub code: u16,
    pub head: String,
    pub body: String,
}

/// Asks a plain http server once, as the admin, and reads until the connection closes. `None` where it closed without an answer.
pub fn ask(url: &str, method: &str, path: &str, body: &str) -> Option<Answer> {
    send(url, method, path, "application/json", body)
}

/// The same with a body of that type.
pub fn send(url: &str, method: &str, path: &str, kind: &str, body: &str) -> Option<Answer> {
    let address = url.strip_prefix("http://").expect("plain http");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let length = body.len();
    // HTTP/1.0: the body is not chunked, and the connection is closed at its end.
    let head = format!(
        "{method} {path} HTTP/1.0\r\nAuthorization: Bearer admin-token\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok()?;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let code = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { code, head: head.to_owned(), body: body.to_owned() })
}
