//! One question to a web server.

use std::time::Duration;

use crate::diag::{Error, Kind, Result};

/// What to ask: a GET, and how to prove who we are.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The address.
    pub url: String,
    /// User and password for basic authentication.
    pub credentials: Option<(String, String)>,
    /// Certificates.
    pub tls: TlsFiles,
    /// Longest answer that is accepted, in bytes.
    pub limit: usize,
    /// How long the whole answer may take.
    pub timeout: Duration,
}

/// Certificates of a TLS connection, as PEM texts.
#[derive(Debug, Clone, Default)]
pub struct TlsFiles {
    /// Extra authorities to trust.
    pub authorities: Option<Vec<u8>>,
    /// Our certificate and key, in one PEM text.
    pub identity: Option<Vec<u8>>,
    /// Whether any server certificate is taken.
    pub insecure: bool,
}

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// Its text: `404 Not Found`.
    pub status_text: String,
    /// What `Retry-After` asks for, in seconds.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

#[cfg(not(feature = "net"))]
pub(super) fn ask(request: &Request) -> Result<Response> {
    Err(Error::new(Kind::Fetch, format!("Get {:?}: this bkhelm was built without the feature `net`", request.url)))
}

#[cfg(feature = "net")]
pub(super) fn ask(request: &Request) -> Result<Response> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Fetch, format!("start the network runtime: {error}")))?;
    runtime.block_on(get(request)).map_err(|text| Error::new(Kind::Fetch, format!("Get {:?}: {text}", request.url)))
}

#[cfg(feature = "net")]
async fn get(request: &Request) -> Result<Response, String> {
    let client = client(request).map_err(|error| chain(&error))?;
    let mut question = client.get(&request.url);
    if let Some((user, password)) = &request.credentials {
        question = question.basic_auth(user, Some(password));
    }
    let mut answer = question.send().await.map_err(|error| chain(&error))?;
    let mut response = Response {
        status: answer.status().as_u16(),
        status_text: answer.status().to_string(),
        retry_after: answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok()),
        body: Vec::new(),
    };
    while let Some(chunk) = answer.chunk().await.map_err(|error| chain(&error))? {
        if response.body.len() + chunk.len() > request.limit {
            return Err(format!("the answer is longer than {} bytes", request.limit));
        }
        response.body.extend_from_slice(&chunk);
    }
    Ok(response)
}

#[cfg(feature = "net")]
fn client(request: &Request) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder().timeout(request.timeout).user_agent(concat!("bkhelm/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = &request.tls.authorities {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    if let Some(pem) = &request.tls.identity {
        builder = builder.identity(reqwest::Identity::from_pem(pem)?);
    }
    if request.tls.insecure {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    builder.build()
}

/// The innermost causes are the ones that say something: `Connection refused (os error 111)`.
#[cfg(feature = "net")]
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut at: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = at {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&inner.to_string());
        at = inner.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}
