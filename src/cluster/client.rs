//! The real API server: kubeconfig and its credentials by `kube`, questions by [`Api`].

use std::path::Path;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, StreamExt};
use http::{Request, Response};
use http_body_util::BodyExt;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value as Json;

use super::api::{Api, Call, Fault, Method, Watch, WatchEvent};
use crate::diag::{Error, Kind, Result};
use crate::golang::url::query_escape;

/// The longest answer that is read, in bytes: a list page of 500 large objects stays far below.
const LONGEST_ANSWER: usize = 256 << 20;
/// How long a question may take; watches and logs go on longer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long a watch may be silent: the server sends bookmarks about once a minute.
const SILENCE: Duration = Duration::from_secs(300);

/// Which cluster, and as whom: helm's `--kube…` flags.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// `--kubeconfig`; else `KUBECONFIG`, else `~/.kube/config`, else the pod's own account.
    pub kubeconfig: Option<String>,
    /// `--kube-context`; else the current one.
    pub context: Option<String>,
    /// `--kube-apiserver`
    pub server: Option<String>,
    /// `--kube-token`
    pub token: Option<String>,
    /// `--kube-ca-file`: PEM text.
    pub authorities: Option<Vec<u8>>,
    /// `--kube-tls-server-name`
    pub server_name: Option<String>,
    /// `--kube-insecure-skip-tls-verify`
    pub insecure: bool,
    /// `--kube-as-user`
    pub user: Option<String>,
    /// `--kube-as-group`
    pub groups: Vec<String>,
}

/// A connection to an API server.
pub struct Client {
    client: kube::Client,
    address: String,
    namespace: String,
    context: String,
    now: fn() -> i128,
}

impl Client {
    /// Reads the kubeconfig and prepares a connection; nothing is asked yet. `now` is the host's clock.
    ///
    /// # Errors
    /// No kubeconfig, or one that names what is not there.
    pub async fn new(access: &Access, now: fn() -> i128) -> Result<Self> {
        let (config, context) = config(access).await?;
        let address = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let namespace = config.default_namespace.clone();
        let failed = |error: kube::Error| Error::new(Kind::Cluster, format!("Kubernetes cluster unreachable: {}", chain(&error)));
        let client = kube::Client::try_from(config).map_err(failed)?;
        Ok(Self { client, address, namespace, context, now })
    }

    /// The namespace of the kubeconfig's context, or `default`.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The kubeconfig's context; empty where there is no kubeconfig.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Sends the question and waits for the answer's head; an answer that says no is read whole.
    async fn ask(&self, call: Call) -> Result<Response<Body>, Fault> {
        let request = request(&call)?;
        let answer = self.client.send(request).await.map_err(|error| fault_of(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let code = answer.status().as_u16();
        let after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = read(answer).await?;
        Err(Fault::of_answer(code, after.map(Duration::from_secs), &body))
    }

    async fn answer(&self, call: Call) -> Result<Vec<u8>, Fault> {
        let asked = async { read(self.ask(call).await?).await };
        match tokio::time::timeout(TIMEOUT, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(Fault::unreachable(format!("no answer from {} within {} s", self.address, TIMEOUT.as_secs()))),
        }
    }
}

impl Api for Client {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Json, Fault>> {
        async move {
            let body = self.answer(call).await?;
            if body.is_empty() {
                return Ok(Json::Null);
            }
            serde_json::from_slice(&body).map_err(|error| Fault::unreachable(format!("the server's answer is no JSON: {error}")))
        }
        .boxed()
    }

    fn text(&self, call: Call) -> BoxFuture<'_, Result<String, Fault>> {
        async move { Ok(String::from_utf8_lossy(&self.answer(call).await?).into_owned()) }.boxed()
    }

    fn watch(&self, call: Call) -> BoxFuture<'_, Result<Watch, Fault>> {
        async move {
            let asked = tokio::time::timeout(TIMEOUT, self.ask(call)).await;
            let answer = asked.unwrap_or_else(|_| Err(Fault::unreachable(format!("no answer from {}", self.address))))?;
            let lines = Lines { body: answer.into_body(), buffer: Vec::new() };
            let events = stream::unfold(lines, |mut lines| async move { lines.next().await.map(|event| (event, lines)) });
            Ok(events.boxed())
        }
        .boxed()
    }

    fn now(&self) -> i128 {
        (self.now)()
    }

    fn address(&self) -> String {
        self.address.clone()
    }
}

/// A watch's body: one JSON document a line.
struct Lines {
    body: Body,
    buffer: Vec<u8>,
}

impl Lines {
    async fn next(&mut self) -> Option<Result<WatchEvent, Fault>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Some(event(&line));
            }
            if self.buffer.len() > LONGEST_ANSWER {
                return Some(Err(Fault::unreachable("an event of a watch is too long")));
            }
            let frame = match tokio::time::timeout(SILENCE, self.body.frame()).await {
                Err(_) => return Some(Err(Fault::unreachable("the watch fell silent"))),
                Ok(None) => return None,
                Ok(Some(Err(error))) => return Some(Err(fault_of(&error))),
                Ok(Some(Ok(frame))) => frame,
            };
            if let Some(data) = frame.data_ref() {
                self.buffer.extend_from_slice(data);
            }
        }
    }
}

fn event(line: &[u8]) -> Result<WatchEvent, Fault> {
    let mut event: Json =
        serde_json::from_slice(line).map_err(|error| Fault::unreachable(format!("an event of a watch is no JSON: {error}")))?;
    let kind = event.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    let object = event.get_mut("object").map(Json::take).unwrap_or_default();
    if kind == "ERROR" {
        let code = object.get("code").and_then(Json::as_u64).and_then(|code| u16::try_from(code).ok()).unwrap_or_default();
        return Err(Fault::of_answer(code, None, object.to_string().as_bytes()));
    }
    Ok(WatchEvent { kind, object })
}

fn request(call: &Call) -> Result<Request<Body>, Fault> {
    let method = match call.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    };
    let mut target = call.path.clone();
    for (at, (name, value)) in call.query.iter().enumerate() {
        target.push(if at == 0 { '?' } else { '&' });
        target.push_str(&format!("{name}={}", String::from_utf8_lossy(&query_escape(value.as_bytes()))));
    }
    let accept = if call.accept.is_empty() { "application/json" } else { call.accept };
    let builder = Request::builder().method(method).uri(target).header("Accept", accept);
    let builder = builder.header("User-Agent", concat!("bkhelm/", env!("CARGO_PKG_VERSION")));
    let built = match &call.body {
        Some(body) => builder.header("Content-Type", call.content.media_type()).body(Body::from(body.to_string().into_bytes())),
        None => builder.body(Body::from(Vec::new())),
    };
    built.map_err(|error| Fault { code: 400, ..Fault::unreachable(format!("{}: {error}", call.path)) })
}

async fn read(answer: Response<Body>) -> Result<Vec<u8>, Fault> {
    let mut body = answer.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame.map_err(|error| fault_of(&error))?.data_ref() {
            bytes.extend_from_slice(data);
        }
        if bytes.len() > LONGEST_ANSWER {
            return Err(Fault::unreachable(format!("an answer is longer than {} MiB", LONGEST_ANSWER >> 20)));
        }
    }
    Ok(bytes)
}

/// A fault without an answer. Credentials that could not be had (exec plugins, OIDC) are refusals: asking again is no use.
fn fault_of(error: &kube::Error) -> Fault {
    match error {
        kube::Error::Auth(_) => Fault { code: 401, reason: "Unauthorized".to_owned(), ..Fault::unreachable(chain(error)) },
        kube::Error::Service(inner) if inner.downcast_ref::<kube::client::AuthError>().is_some() => {
            Fault { code: 401, reason: "Unauthorized".to_owned(), ..Fault::unreachable(chain(error)) }
        }
        _ => Fault::unreachable(chain(error)),
    }
}

/// An error with what lies underneath, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut at = error.source();
    while let Some(inner) = at {
        let words = inner.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        at = inner.source();
    }
    text
}

async fn config(access: &Access) -> Result<(kube::Config, String)> {
    let refused = |words: String| Error::new(Kind::Cluster, format!("Kubernetes cluster unreachable: {words}"));
    let options = KubeConfigOptions { context: access.context.clone().filter(|name| !name.is_empty()), ..Default::default() };
    let read = match access.kubeconfig.as_deref().filter(|path| !path.is_empty()) {
        Some(path) => Kubeconfig::read_from(Path::new(path)),
        None => Kubeconfig::read(),
    };
    let mut context = String::new();
    let mut config = match read {
        Ok(kubeconfig) => {
            context = options.context.clone().or(kubeconfig.current_context.clone()).unwrap_or_default();
            let names: Vec<String> = kubeconfig.contexts.iter().map(|context| context.name.clone()).collect();
            let found = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await;
            found.map_err(|error| {
                let error = refused(chain(&error));
                match options.context.as_deref().and_then(|wanted| crate::diag::nearest(wanted, names.iter().map(String::as_str))) {
                    Some(near) => error.hint(format!("did you mean --kube-context {near}?")),
                    None => error.hint(format!("contexts there: {}", names.join(", "))),
                }
            })?
        }
        Err(error) if access.kubeconfig.is_some() || options.context.is_some() => return Err(refused(chain(&error))),
        Err(error) => match (kube::Config::incluster(), &access.server) {
            (Ok(config), _) => config,
            (Err(_), Some(server)) => kube::Config::new(server.parse().map_err(|_| refused(format!("{server:?} is no address")))?),
            (Err(_), None) => {
                let words = format!("no kubeconfig, and no account of a pod: {}", chain(&error));
                return Err(refused(words).hint("name one with --kubeconfig or KUBECONFIG"));
            }
        },
    };
    if let Some(server) = &access.server {
        config.cluster_url = server.parse().map_err(|_| refused(format!("{server:?} is no address")))?;
    }
    if let Some(pem) = &access.authorities {
        let certificates = pem_blocks(pem);
        if certificates.is_empty() {
            return Err(refused("the file of --kube-ca-file holds no PEM certificate".to_owned()));
        }
        config.root_cert = Some(certificates);
        config.root_cert_file = None;
    }
    config.accept_invalid_certs |= access.insecure;
    config.tls_server_name = access.server_name.clone().or(config.tls_server_name);
    config.auth_info.token = access.token.clone().map(Into::into).or(config.auth_info.token);
    config.auth_info.impersonate = access.user.clone().or(config.auth_info.impersonate);
    if !access.groups.is_empty() {
        config.auth_info.impersonate_groups = Some(access.groups.clone());
    }
    // Retries are ours: they know which questions may be asked twice.
    config.default_retry = false;
    Ok((config, context))
}

/// The certificates of a PEM text, as DER.
fn pem_blocks(pem: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(pem);
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    let bodies = blocks.filter_map(|block| block.split("-----END CERTIFICATE-----").next());
    let decode = |body: &str| data_encoding::BASE64.decode(body.split_whitespace().collect::<String>().as_bytes()).ok();
    bodies.filter_map(decode).collect()
}
