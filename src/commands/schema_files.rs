//! What schemas refer to, of the deployment's folder of schemas: files there, and what was vendored of the network.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::diag::Result;
use crate::fetch::Vendored;
use crate::host::Host;
use crate::render::SchemaSource;

/// The folder below the schemas' that vendored ones are in.
const VENDORED: &str = "vendor";

/// Files of a folder of schemas, and of its vendored ones. Never asks the network.
pub struct SchemaFiles {
    host: Arc<dyn Host>,
    folder: PathBuf,
    /// Read when the first URL is asked for.
    vendored: OnceLock<Result<Vendored>>,
}

impl SchemaFiles {
    /// Of that folder, which need not be there.
    pub fn new(host: Arc<dyn Host>, folder: &str) -> Self {
        Self { host, folder: folder.into(), vendored: OnceLock::new() }
    }

    /// Where vendored schemas are kept.
    pub fn vendored_folder(&self) -> PathBuf {
        self.folder.join(VENDORED)
    }

    /// What is vendored.
    ///
    /// # Errors
    /// A broken lock.
    pub fn vendored(&self) -> Result<&Vendored> {
        let open = || Vendored::open(&*self.host, &self.vendored_folder());
        self.vendored.get_or_init(open).as_ref().map_err(Clone::clone)
    }

    /// A file of the folder, by its path there.
    ///
    /// # Errors
    /// It can't be read.
    pub fn file(&self, name: &str) -> Result<Vec<u8>> {
        self.host.read(&self.folder.join(Path::new(name)))
    }
}

impl SchemaSource for SchemaFiles {
    fn load(&self, url: &str) -> Result<Vec<u8>, String> {
        let loaded = match url.strip_prefix("file:///") {
            Some(name) => self.file(name),
            None => self.vendored().and_then(|vendored| vendored.load(&*self.host, url)),
        };
        loaded.map_err(|error| {
            let hints = error.hints().iter().map(|hint| format!(" ({hint})"));
            format!("{error}{}", hints.collect::<String>())
        })
    }
}
