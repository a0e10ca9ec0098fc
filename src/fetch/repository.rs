//! Chart repositories: helm's `repositories.yaml` and those of a state.

use std::path::Path;
use std::time::Duration;

use super::HelmPaths;
use crate::data::yaml::{Duplicates, Reading, Resolver, read_value};
use crate::data::{Sources, Str, Value};
use crate::diag::{Error, Kind, Place, Result, nearest};
use crate::host::{Host, Request, TlsFiles};

/// One http chart repository.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// The alias before the slash of `blueking/bkrepo`.
    pub name: String,
    /// Its address.
    pub url: String,
    /// User for basic authentication.
    pub username: String,
    /// Password for basic authentication.
    pub password: String,
    /// PEM file of authorities to trust.
    pub ca_file: String,
    /// PEM file of our certificate.
    pub cert_file: String,
    /// PEM file of our key.
    pub key_file: String,
    /// Whether any server certificate is taken.
    pub insecure: bool,
    /// Whether credentials also go to other hosts that the index names.
    pub pass_credentials: bool,
    /// Whether a state declares it (else it comes from `repositories.yaml`).
    pub declared: bool,
}

impl Repository {
    /// The address of a file named in the index: absolute as it stands, else below the repository.
    pub(super) fn resolve(&self, reference: &str) -> String {
        if reference.contains("://") {
            reference.to_owned()
        } else {
            format!("{}/{}", self.url.trim_end_matches('/'), reference.trim_start_matches('/'))
        }
    }

    pub(super) fn request(&self, host: &dyn Host, address: &str, limit: usize) -> Result<Request> {
        let pem = |file: &str| if file.is_empty() { Ok(None) } else { host.read(Path::new(file)).map(Some) };
        let identity = match (pem(&self.cert_file)?, pem(&self.key_file)?) {
            (Some(mut certificate), Some(key)) => {
                certificate.push(b'\n');
                certificate.extend_from_slice(&key);
                Some(certificate)
            }
            _ => None,
        };
        let known = !self.username.is_empty() && (self.pass_credentials || origin(address) == origin(&self.url));
        Ok(Request {
            url: address.to_owned(),
            credentials: known.then(|| (self.username.clone(), self.password.clone())),
            tls: TlsFiles { authorities: pem(&self.ca_file)?, identity, insecure: self.insecure },
            limit,
            timeout: Duration::from_secs(120),
        })
    }
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    &address[..end]
}

/// The repositories that references may name: a state's own first, then helm's.
#[derive(Debug, Clone, Default)]
pub struct Repositories(Vec<Repository>);

impl Repositories {
    /// The state's repositories over those of helm's `repositories.yaml`, where that exists.
    ///
    /// # Errors
    /// A `repositories.yaml` that can't be read.
    pub fn load(host: &dyn Host, declared: Vec<Repository>) -> Result<Self> {
        let path = HelmPaths::from_environment(host).repositories;
        let mut all = declared;
        if host.kind(&path).is_some() {
            let shown = path.display().to_string();
            let source = Sources::new().add(shown.as_str(), Str::from(host.read(&path)?));
            let reading = Reading { resolver: Resolver::Charts, duplicates: Duplicates::LastWins };
            let value = read_value(&source, reading).map_err(|errors| {
                let text = errors.first().map_or(String::new(), |error| error.message.clone());
                Error::new(Kind::Fetch, format!("couldn't load repositories file ({shown}): {text}")).at(Place::file(&shown))
            })?;
            let entries = value.path(["repositories"]);
            all.extend(entries.iter().filter_map(Value::as_list).flat_map(|list| list.iter()).map(entry));
        }
        Ok(Self(all))
    }

    /// The repository of that name.
    ///
    /// # Errors
    /// helm's `repo NAME not found`, with a near name.
    pub fn find(&self, name: &str) -> Result<&Repository> {
        self.0.iter().find(|repository| repository.name == name).ok_or_else(|| {
            let error = Error::new(Kind::Fetch, format!("repo {name} not found"));
            match nearest(name, self.0.iter().map(|repository| repository.name.as_str())) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint(format!("declare it under `repositories:` in the state, or run `helm repo add {name} URL`")),
            }
        })
    }
}

fn entry(value: &Value) -> Repository {
    let text = |key: &str| value.path([key]).and_then(|value| Some(value.as_str()?.to_string())).unwrap_or_default();
    let flag = |key: &str| value.path([key]).and_then(|value| value.as_bool()).unwrap_or_default();
    Repository {
        name: text("name"),
        url: text("url"),
        username: text("username"),
        password: text("password"),
        ca_file: text("caFile"),
        cert_file: text("certFile"),
        key_file: text("keyFile"),
        insecure: flag("insecure_skip_tls_verify"),
        pass_credentials: flag("pass_credentials_all"),
        declared: false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Repository, origin};

    #[test]
    fn addresses_resolve_below_the_repository_and_credentials_stay_on_its_host() {
        let repository = Repository { url: "https://hub.example.com/chartrepo/blueking/".into(), ..Repository::default() };
        assert_eq!(repository.resolve("charts/a-1.tgz"), "https://hub.example.com/chartrepo/blueking/charts/a-1.tgz");
        assert_eq!(repository.resolve("http://other/a.tgz"), "http://other/a.tgz");
        assert_eq!(origin("https://hub.example.com:8443/x/y"), "https://hub.example.com:8443");
    }
}
