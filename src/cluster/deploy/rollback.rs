//! Going back to an earlier revision (helm pkg/action/rollback.go), and back to where one was when an install or upgrade
//! failed.

use super::work::{Way, Work};
use super::{Engine, Look, Options, ServerSide};
use crate::charts::Loader;
use crate::cluster::lease;
use crate::cluster::records::{Record, Status, Store};
use crate::diag::{Error, Errors, Kind, Result};
use crate::plan::manifest;

impl Engine<'_> {
    /// Makes a new revision that is as revision `to` was; 0 for the one before the last.
    ///
    /// # Errors
    /// helm's words; the record of the new revision then says `failed`.
    pub async fn rollback(&self, (namespace, name): (&str, &str), to: i64, options: &Options) -> Result<Record, Errors> {
        let mut all = Errors::new();
        let work = async {
            let store = self.store(namespace);
            let rolled = match self.settle(&store, name).await {
                Ok(look) => self.back(&store, look, to, options).await,
                Err(error) => Err(error.into()),
            };
            Ok(rolled.map_err(|errors| all = errors).ok())
        };
        let held = lease::hold(self.cluster, (namespace, name), self.holder, &**self.listener, work).await;
        held?.ok_or(all)
    }

    async fn back(&self, store: &Store, look: Look, to: i64, options: &Options) -> Result<Record, Errors> {
        let (last, target) = look.rollback_target(to)?;
        let to = target.version;
        let now = self.now();
        let labels = target.user_labels();
        let mut record =
            Record { labels, version: look.next(), resource_version: None, holder: self.holder.identity.clone(), ..target.clone() };
        record.apply_method = match options.server_side {
            _ if self.profile.loader == Loader::AnyVersion => String::new(),
            ServerSide::Auto => record.apply_method,
            ServerSide::On => "ssa".to_owned(),
            ServerSide::Off => "csa".to_owned(),
        };
        record.info.first_deployed = last.info.first_deployed.clone();
        record.info.last_deployed = Some(now);
        record.info.status = Status::PendingRollback;
        record.info.rollback_revision = if self.profile.loader == Loader::AnyVersion { 0 } else { to };
        record.info.description = if options.description.is_empty() { format!("Rollback to {to}") } else { options.description.clone() };
        let objects = manifest(record.manifest.as_bytes())?;
        let mut work = Work { way: Way::Rollback, record, objects, look };
        self.carry_out(store, &mut work, options).await?;
        Ok(work.record)
    }

    /// Takes a failed install or upgrade back: uninstalls, or goes back to the last revision that was deployed. Gives the
    /// errors to report, helm's words before the first.
    pub(super) async fn undo(&self, store: &Store, work: Work, options: &Options, errors: Errors) -> Errors {
        let name = work.record.name.clone();
        let settled = |record: &&Record| record.info.status.was_in_force();
        let target = work.look.history.iter().rev().find(settled).map(|record| record.version);
        let mut look = work.look.clone();
        look.history.push(work.record.clone());
        let why = if self.profile.loader == Loader::AnyVersion { "atomic" } else { "rollback-on-failure" };
        let undo = Options { atomic: false, wait: true, description: String::new(), ..options.clone() };
        let (undone, words) = match target.filter(|_| work.way == Way::Upgrade) {
            Some(to) => {
                self.tell(&name, format!("rolling back to revision {to}"));
                (
                    self.back(store, look, to, &undo).await.map(drop),
                    format!("release {name} failed, and has been rolled back due to {why} being set"),
                )
            }
            None => {
                self.tell(&name, "uninstalling what was installed".to_owned());
                let words = format!("release {name} failed, and has been uninstalled due to {why} being set");
                (self.uninstall_held(store, look, &undo.uninstall()).await.map(drop), words)
            }
        };
        let mut reported: Errors = errors.into_iter().map(|error| error.wrap(|why| format!("{words}: {why}"))).collect();
        if let Err(more) = undone {
            reported.extend(more.into_iter().map(|error| error.wrap(|why| format!("an error occurred while rolling back: {why}"))));
        }
        reported
    }
}

impl Look {
    /// The last revision, and the one to go back to: `to`, or the one before the last for 0.
    ///
    /// # Errors
    /// helm's words where one of them is not there.
    pub fn rollback_target(&self, to: i64) -> Result<(&Record, &Record)> {
        let Some(last) = self.last() else { return Err(Error::new(Kind::Apply, "release: not found")) };
        let to = if to == 0 { last.version.saturating_sub(1) } else { to };
        match self.history.iter().find(|record| record.version == to) {
            Some(target) => Ok((last, target)),
            None => {
                let versions: Vec<String> = self.history.iter().map(|record| record.version.to_string()).collect();
                let error = Error::new(Kind::Apply, format!("release has no {to} version"));
                Err(error.hint(format!("its revisions are {}", versions.join(", "))))
            }
        }
    }
}
