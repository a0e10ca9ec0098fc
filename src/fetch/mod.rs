//! `reference → bytes`: charts from http chart repositories, kept by digest where helm keeps them, and files that were
//! vendored by URL ([`Vendored`]).
//!
//! Called by the path for charts that are no local folder or package. Reads helm's own `repositories.yaml`, indexes
//! and content cache, so that existing set-ups just work; writes nothing but that cache. Knows nothing of what is
//! inside a package.

mod index;
mod paths;
mod repository;
mod vendored;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::data::Str;
use crate::diag::{Error, Kind, Place, Result};
use crate::host::{Host, Request, Response};
use index::Index;

pub use paths::HelmPaths;
pub use repository::{Repositories, Repository};
pub use vendored::Vendored;

/// A repository's index may be this long.
const INDEX_LIMIT: usize = 512 << 20;
/// A chart package may be this long (helm's limit for an unpacked chart, too).
const PACKAGE_LIMIT: usize = 100 << 20;
/// Tries of one download, and the first wait between two.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// A chart package as it was downloaded.
#[derive(Debug, Clone)]
pub struct Package {
    /// The gzipped tar.
    pub bytes: Arc<[u8]>,
    /// Its file name, for messages: `redis-15.3.3.tgz`.
    pub file: String,
}

/// Whether indexes are asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// Once a run, for repositories that the state declares (what helmfile does).
    Declared,
    /// Only what is missing (`--skip-deps`, `--skip-refresh`).
    Missing,
}

/// Downloads of one run. Shared between threads; every index and package is fetched once.
pub struct Downloads<'h> {
    host: &'h dyn Host,
    paths: HelmPaths,
    refresh: Refresh,
    indexes: Mutex<Vec<(String, Arc<Index>)>>,
}

impl<'h> Downloads<'h> {
    /// No downloads yet.
    pub fn new(host: &'h dyn Host, refresh: Refresh) -> Self {
        Self { host, paths: HelmPaths::from_environment(host), refresh, indexes: Mutex::default() }
    }

    /// The package of `repository/chart` at a version or version range (`None`: the newest that is no pre-release).
    ///
    /// # Errors
    /// An unknown repository, chart or version with what there is instead; a failed download; a wrong digest.
    pub fn chart(&self, repositories: &Repositories, reference: &str, version: Option<&str>) -> Result<Package> {
        let (name, chart) = reference.split_once('/').unwrap_or(("", reference));
        let repository = repositories.find(name)?;
        let mut index = self.index(repository, self.refresh == Refresh::Declared && repository.declared)?;
        let entry = match index.find(chart, version) {
            Ok(entry) => entry.clone(),
            // The cached index may be older than the chart that is asked for.
            Err(_) if index.from_cache => {
                index = self.index(repository, true)?;
                index.find(chart, version).map_err(|missing| self.not_found(repository, chart, version, missing))?.clone()
            }
            Err(missing) => return Err(self.not_found(repository, chart, version, missing)),
        };
        let address = repository.resolve(&entry.url);
        let file = entry.url.rsplit('/').next().unwrap_or(&entry.url).to_owned();
        if let Some(bytes) = entry.digest.as_deref().and_then(|digest| self.kept(digest)) {
            return Ok(Package { bytes, file });
        }
        let bytes = download(self.host, &repository.request(self.host, &address, PACKAGE_LIMIT)?)?;
        let digest = sha256(&bytes);
        if let Some(wanted) = entry.digest.as_deref().filter(|wanted| *wanted != digest) {
            return Err(Error::new(
                Kind::Fetch,
                format!("{address}: the package's SHA-256 is {digest}, but the repository's index says {wanted}"),
            )
            .hint("the package or the index was changed or damaged on the way; nothing was kept"));
        }
        self.host.write(&self.paths.content(&digest), &bytes)?;
        Ok(Package { bytes: bytes.into(), file })
    }

    /// A package from helm's content cache, if it is there and is what its name says.
    fn kept(&self, digest: &str) -> Option<Arc<[u8]>> {
        let bytes = self.host.read(&self.paths.content(digest)).ok()?;
        (sha256(&bytes) == digest).then(|| bytes.into())
    }

    /// A repository's index: from this run, from the cache, or downloaded.
    fn index(&self, repository: &Repository, anew: bool) -> Result<Arc<Index>> {
        // Held while downloading: another release of the same repository waits instead of asking again.
        let mut known = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let at = known.iter().position(|(url, _)| *url == repository.url);
        if let Some((_, index)) = at.and_then(|at| known.get(at)).filter(|(_, index)| !anew || !index.from_cache) {
            return Ok(Arc::clone(index));
        }
        let path = self.paths.index(repository);
        let cached = if anew { None } else { self.host.read(&path).ok() };
        let from_cache = cached.is_some();
        let text = match cached {
            Some(text) => text,
            None => {
                let address = repository.resolve("index.yaml");
                let text = download(self.host, &repository.request(self.host, &address, INDEX_LIMIT)?).map_err(|error| {
                    error.wrap(|why| format!("looks like {:?} is not a valid chart repository or cannot be reached: {why}", repository.url))
                })?;
                self.host.write(&path, &text)?;
                text
            }
        };
        let index = Arc::new(Index::read(&path.display().to_string(), Str::from(text), from_cache)?);
        known.retain(|(url, _)| *url != repository.url);
        known.push((repository.url.clone(), Arc::clone(&index)));
        Ok(index)
    }

    fn not_found(&self, repository: &Repository, chart: &str, version: Option<&str>, missing: index::Missing) -> Error {
        let version = version.unwrap_or_default();
        let mut error = Error::new(
            Kind::Fetch,
            format!(
                "chart {chart:?} matching {version} not found in {} index. (try 'helm repo update'): {}",
                repository.name, missing.message
            ),
        )
        .at(Place::file(self.paths.index(repository).display().to_string()));
        if let Some(hint) = missing.hint {
            error = error.hint(hint);
        }
        error
    }
}

/// What is at an address that needs no credentials; at most `limit` bytes.
///
/// # Errors
/// No good answer, after some tries.
pub fn get(host: &dyn Host, address: &str, limit: usize) -> Result<Vec<u8>> {
    download(host, &Request { url: address.to_owned(), limit, timeout: Duration::from_secs(60), ..Request::default() })
}

/// The body of a good answer; tries again where that may help.
fn download(host: &dyn Host, request: &Request) -> Result<Vec<u8>> {
    let mut wait = FIRST_WAIT;
    for attempt in 1.. {
        let failure = match host.ask(request) {
            Ok(Response { status: 200, body, .. }) => return Ok(body),
            Ok(answer) => {
                let again = answer.status == 429 || answer.status >= 500;
                let error = Error::new(Kind::Fetch, format!("failed to fetch {} : {}", request.url, answer.status_text));
                if !again || attempt >= TRIES {
                    return Err(error);
                }
                answer.retry_after.map(|seconds| Duration::from_secs(seconds.min(30)))
            }
            Err(error) if attempt >= TRIES => return Err(error),
            Err(_) => None,
        };
        host.sleep(failure.unwrap_or(wait));
        wait *= 2;
    }
    Err(Error::new(Kind::Fetch, format!("failed to fetch {}", request.url)))
}

/// SHA-256 in small hex digits.
pub fn sha256(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}
