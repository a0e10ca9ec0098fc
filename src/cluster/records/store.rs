//! The server's side of records (helm pkg/storage, pkg/storage/driver/secrets.go and cfgmaps.go).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::encoding::{decode, encode};
use super::record::{Record, SYSTEM_LABELS, Status, key};
use crate::charts::Profile;
use crate::cluster::api::Fault;
use crate::cluster::discovery::Resource;
use crate::cluster::events::{Event, Listener};
use crate::cluster::objects::{Cluster, Propagation};
use crate::diag::{self, Error, Kind};
use crate::golang::time::Zone;

/// What keeps the records: `HELM_DRIVER`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Driver {
    /// Secrets, helm's default.
    #[default]
    Secret,
    /// ConfigMaps.
    ConfigMap,
}

impl Driver {
    /// The driver of that name, as `HELM_DRIVER` has it (helm pkg/action/action.go).
    ///
    /// # Errors
    /// `memory` and `sql`, which are not supported, and words that name none.
    pub fn named(name: &str) -> diag::Result<Driver> {
        match name {
            "" | "secret" | "secrets" => Ok(Driver::Secret),
            "configmap" | "configmaps" => Ok(Driver::ConfigMap),
            "memory" | "sql" => {
                let error = Error::new(Kind::Usage, format!("HELM_DRIVER={name} is not supported"));
                Err(error.hint("records are kept in Secrets (HELM_DRIVER=secret) or ConfigMaps (HELM_DRIVER=configmap)"))
            }
            _ => Err(Error::new(Kind::Usage, format!("unknown driver {name:?}"))),
        }
    }
    fn kind(self) -> &'static str {
        match self {
            Driver::Secret => "Secret",
            Driver::ConfigMap => "ConfigMap",
        }
    }
}

/// The annotation that says which bkhelm wrote a record.
const HOLDER: &str = "bkhelm.dev/holder";

/// The records of one namespace, or of all where it is empty. Faults carry helm's words; a race that was lost shows as
/// [`Fault::is_conflict`] and [`Fault::already_exists`].
#[derive(Clone)]
pub struct Store {
    /// Where they are.
    pub cluster: Cluster,
    /// Their namespace.
    pub namespace: String,
    /// What keeps them.
    pub driver: Driver,
    /// Which helm's form they are written in.
    pub profile: Profile,
    /// The local time zone: times are read and written in it.
    pub zone: Zone,
    /// Who is told of records that can't be read.
    pub listener: Arc<dyn Listener>,
}

impl Store {
    /// All revisions of a release that can be read, oldest first; none where there is no such release.
    ///
    /// # Errors
    /// As `Api::call`.
    pub async fn history(&self, name: &str) -> Result<Vec<Record>, Fault> {
        self.query(name, &format!("name={name},owner=helm")).await
    }

    /// The newest revision.
    ///
    /// # Errors
    /// As [`Store::history`].
    pub async fn last(&self, name: &str) -> Result<Option<Record>, Fault> {
        Ok(self.history(name).await?.pop())
    }

    /// All revisions labelled deployed, oldest first: one, unless two helms ran at once.
    ///
    /// # Errors
    /// As [`Store::history`].
    pub async fn all_deployed(&self, name: &str) -> Result<Vec<Record>, Fault> {
        self.query(name, &format!("name={name},owner=helm,status={}", Status::Deployed.word())).await
    }

    /// The revision in force.
    ///
    /// # Errors
    /// As [`Store::history`].
    pub async fn deployed(&self, name: &str) -> Result<Option<Record>, Fault> {
        Ok(self.all_deployed(name).await?.pop())
    }

    /// One revision, with the user's labels alone; `None` where it is not there.
    ///
    /// # Errors
    /// As [`Store::history`]; also a record that can't be read.
    pub async fn get(&self, name: &str, version: i64) -> Result<Option<Record>, Fault> {
        let key = key(name, version);
        let found = self.cluster.get(&self.resource()?, &self.namespace, &key).await;
        let Some(object) = found.map_err(|fault| worded(fault, &format!("get: failed to get {key:?}")))? else { return Ok(None) };
        let mut record = self.read(&object).map_err(|words| unreadable(&format!("get: failed to decode data {key:?}: {words}")))?;
        record.labels = record.user_labels();
        Ok(Some(record))
    }

    /// All records of the namespace, of all namespaces where it is empty, in the server's order.
    ///
    /// # Errors
    /// As [`Store::history`].
    pub async fn list(&self) -> Result<Vec<Record>, Fault> {
        self.records("owner=helm").await.map_err(|fault| worded(fault, "list: failed to list"))
    }

    /// Makes a record; sets its `resource_version`. Its labels are the user's.
    ///
    /// # Errors
    /// As [`Store::history`]; [`Fault::already_exists`] where the revision is there.
    pub async fn create(&self, record: &mut Record) -> Result<(), Fault> {
        let object = self.object(record, "createdAt", None);
        let made = self.cluster.create(&self.resource()?, &self.namespace, &object).await;
        let made = made.map_err(|fault| match fault {
            fault if fault.already_exists() => Fault { message: "release: already exists".to_owned(), ..fault },
            fault => worded(fault, "create: failed to create"),
        })?;
        record.resource_version = version_of(&made);
        Ok(())
    }

    /// Writes a record again; with a `resource_version` only where nobody else did since, which helm does not look at.
    /// Sets the new one.
    ///
    /// # Errors
    /// As [`Store::history`]; [`Fault::is_conflict`] where somebody else wrote it.
    pub async fn update(&self, record: &mut Record) -> Result<(), Fault> {
        let resource = self.resource()?;
        let object = self.object(record, "modifiedAt", record.resource_version.as_deref());
        let written = match self.cluster.replace(&resource, &self.namespace, &object).await {
            // A connection that broke after the server had written looks like a race with ourselves.
            Err(fault) if fault.is_conflict() => match self.cluster.get(&resource, &self.namespace, &record.key()).await? {
                Some(live) if live.get("data") == object.get("data") => Ok(live),
                _ => Err(fault),
            },
            result => result,
        };
        record.resource_version = version_of(&written.map_err(|fault| worded(fault, "update: failed to update"))?);
        Ok(())
    }

    /// Deletes a record; `false` where it was not there.
    ///
    /// # Errors
    /// As [`Store::history`].
    pub async fn delete(&self, record: &Record) -> Result<bool, Fault> {
        self.cluster.delete(&self.resource()?, (&self.namespace, &record.key()), Propagation::Background, None).await
    }

    /// Deletes the oldest revisions but never the one in force, until `keep` are left: `--history-max` less one before a
    /// new one is made (helm pkg/storage/storage.go `removeLeastRecent`). As many as can be are deleted; those in `needed`
    /// stay.
    ///
    /// # Errors
    /// As [`Store::history`].
    pub async fn prune(&self, name: &str, keep: usize, needed: &BTreeSet<i64>) -> Result<(), Fault> {
        let history = self.history(name).await?;
        if history.len() <= keep {
            return Ok(());
        }
        let deployed = self.deployed(name).await?.map(|record| record.version);
        let may_go = |record: &&Record| Some(record.version) != deployed && !needed.contains(&record.version);
        let old = history.iter().filter(may_go).take(history.len() - keep);
        let mut faults = Vec::new();
        for record in old {
            faults.extend(self.delete(record).await.err());
        }
        let count = faults.len();
        match faults.into_iter().next() {
            None => Ok(()),
            Some(fault) if count == 1 => Err(fault),
            Some(fault) => Err(worded(fault, &format!("encountered {count} deletion errors. First is"))),
        }
    }

    fn resource(&self) -> Result<Resource, Fault> {
        // Every server has Secrets and ConfigMaps.
        self.cluster.resource("v1", self.driver.kind()).map_err(|error| Fault::unreachable(error.to_string()))
    }

    async fn query(&self, name: &str, selector: &str) -> Result<Vec<Record>, Fault> {
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
            return Err(Fault { code: 400, ..Fault::unreachable(format!("invalid label value: {name:?}")) });
        }
        let mut records = self.records(selector).await.map_err(|fault| worded(fault, "query: failed to query with labels"))?;
        records.sort_by_key(|record| record.version);
        Ok(records)
    }

    async fn records(&self, selector: &str) -> Result<Vec<Record>, Fault> {
        let objects = self.cluster.list(&self.resource()?, &self.namespace, selector).await?;
        let read = |object: &Json| match self.read(object) {
            Ok(record) => Some(record),
            Err(words) => {
                let name = object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
                let message = format!("the release record {name} can't be read and is left out: {words}");
                self.listener.event(Event::Warning { release: String::new(), message });
                None
            }
        };
        Ok(objects.iter().filter_map(read).collect())
    }

    /// The record in an object.
    fn read(&self, object: &Json) -> Result<Record, String> {
        let stored = object.pointer("/data/release").and_then(Json::as_str).ok_or("it has no data")?;
        let json = match self.driver {
            Driver::ConfigMap => decode(stored.as_bytes())?,
            Driver::Secret => {
                let text = data_encoding::BASE64.decode(stored.as_bytes()).map_err(|error| format!("illegal base64 data: {error}"))?;
                decode(&text)?
            }
        };
        let mut record = Record::from_json(&json, &self.zone)?;
        if let Some(labels) = object.pointer("/metadata/labels").and_then(Json::as_object) {
            let text = |(key, text): (&String, &Json)| Some((key.clone(), text.as_str()?.to_owned()));
            record.labels = labels.iter().filter_map(text).collect();
        }
        record.resource_version = version_of(object);
        let annotations = object.pointer("/metadata/annotations");
        record.holder = annotations.and_then(|own| own.get(HOLDER)?.as_str()).unwrap_or_default().to_owned();
        Ok(record)
    }

    /// The object that keeps a record; `stamp` is the label that says when.
    fn object(&self, record: &Record, stamp: &str, resource_version: Option<&str>) -> Json {
        let stored = encode(&record.to_json(self.profile));
        let stored = match self.driver {
            Driver::ConfigMap => stored,
            Driver::Secret => data_encoding::BASE64.encode(stored.as_bytes()),
        };
        let seconds = self.cluster.api().now().div_euclid(1_000_000_000);
        let mut labels: BTreeMap<&str, String> = record.labels.iter().map(|(key, text)| (key.as_str(), text.clone())).collect();
        labels.insert(stamp, seconds.to_string());
        let [name, owner, status, version, ..] = SYSTEM_LABELS;
        labels.insert(name, record.name.clone());
        labels.insert(owner, "helm".to_owned());
        labels.insert(status, record.info.status.word().to_owned());
        labels.insert(version, record.version.to_string());
        let mut object = json!({
            "apiVersion": "v1",
            "kind": self.driver.kind(),
            "metadata": {"name": record.key(), "namespace": self.namespace, "labels": labels},
            "data": {"release": stored},
        });
        if self.driver == Driver::Secret {
            object["type"] = "helm.sh/release.v1".into();
        }
        if !record.holder.is_empty() {
            object["metadata"]["annotations"] = json!({ HOLDER: record.holder });
        }
        if let Some(version) = resource_version {
            object["metadata"]["resourceVersion"] = version.into();
        }
        object
    }
}

impl Record {
    /// A fault of [`Store::create`] or [`Store::update`] as an error. Where the record is too large for the server, with
    /// what fills it.
    pub fn refused(&self, fault: &Fault) -> Error {
        let error = fault.error("");
        let too_large = fault.code == 413 || fault.message.contains("Too long") || fault.message.contains("too large");
        if !too_large {
            return error;
        }
        let sum = |files: Vec<super::StoredFile>| files.iter().map(|file| file.data.len()).sum::<usize>() / 1024;
        let (files, templates, manifest) = (sum(self.chart.files()), sum(self.chart.templates()), self.manifest.len() / 1024);
        error
            .hint(format!(
                "before packing, the record holds {files} KiB of files, {templates} KiB of templates and {manifest} KiB of manifests"
            ))
            .hint("leave what the chart does not need out of it with .helmignore, or split the chart: the server stores 1 MiB")
    }
}

fn version_of(object: &Json) -> Option<String> {
    object.pointer("/metadata/resourceVersion").and_then(Json::as_str).map(str::to_owned)
}

fn worded(fault: Fault, what: &str) -> Fault {
    Fault { message: format!("{what}: {}", fault.message), ..fault }
}

/// A record that the server gave and nobody can read.
fn unreadable(message: &str) -> Fault {
    Fault { code: 200, ..Fault::unreachable(message) }
}
