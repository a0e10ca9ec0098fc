//! Installing and upgrading (helm pkg/action/install.go, upgrade.go).

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::work::{Way, Work};
use super::{Bundle, Crds, Engine, Look, Mode, Options, Rules};
use crate::charts::Profile;
use crate::cluster::lease;
use crate::cluster::records::{Info, Record, Status};
use crate::cluster::{ApplyOptions, Event};
use crate::cluster::{Target, WaitOptions, wait_ready};
use crate::diag::{Error, Errors, Kind, Result};
use crate::golang::time::Time;
use crate::plan::compare::Salt;

/// How an install or upgrade ended.
#[derive(Debug)]
pub enum Deployed {
    /// The new revision.
    Done(Box<Record>),
    /// The release got a revision since it was looked at: render again, for that one.
    Moved,
}

impl Engine<'_> {
    /// Installs or upgrades a release.
    ///
    /// # Errors
    /// Everything that keeps it from becoming deployed, in helm's words. The record of the revision then says `failed`.
    pub async fn deploy(&self, bundle: &Bundle, options: &Options) -> Result<Deployed, Errors> {
        if options.create_namespace {
            self.make_namespace(&bundle.name, &bundle.namespace).await?;
        }
        let mut all = Errors::new();
        let work = async {
            match self.deploy_held(bundle, options).await {
                Ok(deployed) => Ok(Some(deployed)),
                Err(errors) => {
                    all = errors;
                    Ok(None)
                }
            }
        };
        let held = lease::hold(self.cluster, (&bundle.namespace, &bundle.name), self.holder, &**self.listener, work).await;
        match held? {
            Some(deployed) => Ok(deployed),
            None => Err(all),
        }
    }

    async fn deploy_held(&self, bundle: &Bundle, options: &Options) -> Result<Deployed, Errors> {
        let store = self.store(&bundle.namespace);
        let look = self.settle(&store, &bundle.name).await?;
        if bundle.revision != look.next() {
            return Ok(Deployed::Moved);
        }
        let upgrade = look.is_upgrade_for(&bundle.name, options.mode)?;
        if let Some((plan, salt)) = &options.expected {
            let now = self.plan(bundle, &look, options, (salt, &Salt::new(&[0; 32]))).await?;
            let moved = plan.moved(&now);
            if !moved.is_empty() {
                return Err(
                    Error::new(Kind::Apply, format!("the plan for release {} no longer holds: {}", bundle.name, moved.join("; "))).into()
                );
            }
        }
        let mut record = bundle.record(&look, options, upgrade, (self.profile, self.now()));
        record.holder = self.holder.identity.clone();
        let way = if upgrade { Way::Upgrade } else { Way::Install };
        if !(upgrade && options.crds == Crds::Create) {
            self.install_crds(bundle, options.crds).await?;
        }
        let mut work = Work { way, record, objects: bundle.objects.clone(), look };
        match self.carry_out(&store, &mut work, options).await {
            Ok(()) => Ok(Deployed::Done(Box::new(work.record))),
            Err(errors) if options.atomic => Err(self.undo(&store, work, options, errors).await),
            Err(errors) => Err(errors),
        }
    }

    /// How what comes next is sent.
    pub(super) fn rules(&self, look: &Look, options: &Options) -> Rules {
        options.rules(options.merges_on_server(look.last().filter(|_| look.is_upgrade()), self.profile))
    }

    /// Makes the namespace where it is not there; one that is there is left as it is.
    ///
    /// # Errors
    /// As [`crate::cluster::Api::call`].
    pub async fn make_namespace(&self, release: &str, name: &str) -> Result<()> {
        let namespaces = self.cluster.resource("v1", "Namespace")?;
        let there = self.cluster.get(&namespaces, "", name).await;
        match there {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => {}
            // Who may not look may still be let in: helm only ever creates.
            Err(fault) if fault.code == 403 => return Ok(()),
            Err(fault) => return Err(fault.error(&format!("get namespace {name:?}"))),
        }
        self.tell(release, format!("creating namespace {name}"));
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name}}});
        match self.cluster.create(&namespaces, "", &body).await {
            Err(fault) if !fault.already_exists() => Err(fault.error(&format!("create namespace {name:?}"))),
            _ => Ok(()),
        }
    }

    /// Makes the chart's CRDs, waits until the server serves them, and looks at what it serves now. `true` where some are
    /// new: what was rendered before knew nothing of them.
    ///
    /// # Errors
    /// `failed to install CRD crds/x.yaml: …`
    pub async fn install_crds(&self, bundle: &Bundle, crds: Crds) -> Result<bool> {
        if crds == Crds::Skip || bundle.crds.is_empty() {
            return Ok(false);
        }
        let mut made: Vec<Target> = Vec::new();
        for object in &bundle.crds {
            let (resource, namespace) = self.cluster.locate(object, "")?;
            let words = format!("failed to install CRD {}", object.source);
            let there = self.cluster.get(&resource, &namespace, object.name()).await.map_err(|fault| fault.error(&words))?;
            // A CRD that is there may be newer than the chart's, and belong to others: only an explicit wish changes it.
            let id = object.id("");
            match &there {
                Some(live) if crds == Crds::Create && self.is_served(live) => continue,
                // A run that was killed made it: the server may not serve it yet.
                Some(_) if crds == Crds::Create => {}
                _ => {
                    // That wish stands above what kubectl or another program wrote there.
                    let options = ApplyOptions { force: crds == Crds::Upgrade, ..ApplyOptions::default() };
                    let applied = self.cluster.apply(&resource, &namespace, &object.body, options).await;
                    applied.map_err(|fault| fault.error(&words))?;
                    let outcome = if there.is_some() { "configured" } else { "created" };
                    self.listener.event(Event::Applied { release: bundle.name.clone(), id: id.clone(), outcome });
                }
            }
            made.push(Target { resource, namespace, name: object.name().to_owned(), id });
        }
        if made.is_empty() {
            return Ok(false);
        }
        let options = WaitOptions { timeout: std::time::Duration::from_secs(60), ..WaitOptions::default() };
        let waited = self.unless_stopped(wait_ready(self.cluster, &bundle.name, &made, &options, &**self.listener)).await?;
        waited.map_err(|not_ready| self.late(&not_ready))?;
        self.cluster.refresh().await.map_err(|fault| fault.error("look at what the server serves"))?;
        Ok(true)
    }

    /// Whether we know that the server serves what a CRD describes.
    fn is_served(&self, definition: &Json) -> bool {
        let text = |at: &str| definition.pointer(at).and_then(Json::as_str).unwrap_or_default();
        self.cluster.discovery().preferred(text("/spec/group"), text("/spec/names/kind")).is_some()
    }
}

impl Bundle {
    /// The record of the new revision, as it is before anything is done.
    pub fn record(&self, look: &Look, options: &Options, upgrade: bool, (profile, now): (Profile, Time)) -> Record {
        let last = look.last().filter(|_| upgrade);
        let server_side = options.merges_on_server(last, profile);
        let mut labels: BTreeMap<String, String> = last.map(Record::user_labels).unwrap_or_default();
        for (key, value) in &options.labels {
            match value {
                Some(value) => labels.insert(key.clone(), value.clone()),
                None => labels.remove(key),
            };
        }
        let (status, description) = match upgrade {
            true => (Status::PendingUpgrade, "Preparing upgrade"),
            false => (Status::PendingInstall, "Initial install underway"),
        };
        let info = Info {
            first_deployed: last.and_then(|last| last.info.first_deployed.clone()).or(Some(now.clone())),
            last_deployed: Some(now),
            description: description.to_owned(),
            status,
            notes: self.notes.clone(),
            ..Info::default()
        };
        Record {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            version: self.revision,
            info,
            chart: self.chart.clone(),
            config: self.config.clone(),
            manifest: self.manifest.clone(),
            hooks: self.hooks.clone(),
            apply_method: if server_side { "ssa" } else { "csa" }.to_owned(),
            labels,
            ..Record::default()
        }
    }
}

impl Look {
    /// Whether it is an upgrade.
    ///
    /// # Errors
    /// helm's words: the name is in use, or there is nothing to upgrade.
    pub fn is_upgrade_for(&self, name: &str, mode: Mode) -> Result<bool> {
        let Some(last) = self.last() else {
            return match mode {
                Mode::Upgrade => Err(Error::new(Kind::Apply, format!("{name:?} has no deployed releases"))),
                _ => Ok(false),
            };
        };
        let status = last.info.status;
        match mode {
            Mode::Install { replace: true } if matches!(status, Status::Uninstalled | Status::Failed) => Ok(false),
            Mode::Install { .. } => Err(Error::new(Kind::Apply, "cannot reuse a name that is still in use").hint(format!(
                "revision {} of {name} is {}; `upgrade` changes it, `uninstall` removes it",
                last.version,
                status.word()
            ))),
            Mode::Either if !self.is_upgrade() => Ok(false),
            Mode::Upgrade if !self.is_upgrade() => Err(Error::new(Kind::Apply, format!("{name:?} has no deployed releases"))),
            _ => Ok(true),
        }
    }
}
