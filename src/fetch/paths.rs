//! Where helm keeps its files.

use std::path::PathBuf;

use super::{Repository, sha256};
use crate::host::Host;

/// Helm's configuration and cache folders (`helm env`; helm pkg/helmpath).
#[derive(Debug, Clone)]
pub struct HelmPaths {
    /// `repositories.yaml`
    pub repositories: PathBuf,
    /// The folder of configuration.
    pub config_home: PathBuf,
    /// The folder of what can be made again.
    pub cache_home: PathBuf,
    /// The folder of plugins and their like.
    pub data_home: PathBuf,
    /// The folder of repositories' indexes.
    pub repository_cache: PathBuf,
    /// The folder of packages by digest.
    pub content_cache: PathBuf,
}

impl HelmPaths {
    /// From `HELM_*`, then `XDG_*`, then the home folder.
    pub fn from_environment(host: &dyn Host) -> Self {
        let home = host.variable("HOME").unwrap_or_default();
        let folder = |own: &str, xdg: &str, usual: &str| {
            let set = |name: &str| host.variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
            set(own).or_else(|| set(xdg).map(|base| base.join("helm"))).unwrap_or_else(|| PathBuf::from(&home).join(usual).join("helm"))
        };
        let config = folder("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config");
        let cache = folder("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache");
        let file = |name: &str, usual: PathBuf| host.variable(name).filter(|value| !value.is_empty()).map_or(usual, PathBuf::from);
        Self {
            repositories: file("HELM_REPOSITORY_CONFIG", config.join("repositories.yaml")),
            repository_cache: file("HELM_REPOSITORY_CACHE", cache.join("repository")),
            content_cache: file("HELM_CONTENT_CACHE", cache.join("content")),
            config_home: config,
            cache_home: cache,
            data_home: folder("HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share"),
        }
    }

    /// The cached index of a repository: helm's own file for one of `repositories.yaml`, one named by address for
    /// one that a state declares (its name may mean something else to the user's helm).
    pub fn index(&self, repository: &Repository) -> PathBuf {
        if repository.declared {
            let digest = sha256(repository.url.as_bytes());
            self.repository_cache.join(format!("bkhelm-{}-index.yaml", digest.get(..16).unwrap_or_default()))
        } else {
            self.repository_cache.join(format!("{}-index.yaml", repository.name))
        }
    }

    /// The file of a package in helm 4's content cache.
    pub fn content(&self, digest: &str) -> PathBuf {
        self.content_cache.join(digest.get(..2).unwrap_or_default()).join(format!("{digest}.chart"))
    }
}
