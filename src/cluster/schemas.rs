//! How lists merge, as the server's OpenAPI documents say: for patches that are made here.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::api::{Call, Fault};
use super::objects::Cluster;
use crate::plan::patch::OpenApi;

/// The documents that were asked for, by group version. Those of built-in kinds don't change while a server runs.
pub(super) type Schemas = Arc<Mutex<BTreeMap<String, Arc<OpenApi>>>>;

impl Cluster {
    /// The document of a group version (`apps/v1`), asked for once.
    ///
    /// # Errors
    /// As [`super::Api::call`].
    pub async fn schemas(&self, api_version: &str) -> Result<Arc<OpenApi>, Fault> {
        let mut known = self.schemas.lock().await;
        if let Some(document) = known.get(api_version) {
            return Ok(document.clone());
        }
        let root = if api_version.contains('/') { "apis" } else { "api" };
        let document = self.call(Call::get(format!("/openapi/v3/{root}/{api_version}"))).await?;
        let document = Arc::new(OpenApi::parse(document));
        known.insert(api_version.to_owned(), document.clone());
        Ok(document)
    }
}
