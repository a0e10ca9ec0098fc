//! A chart on its way into the cluster: rendered for its next revision, and deployed or only shown.

use std::sync::Arc;

use super::dry_run::DryRun;
use super::errors::failure;
use crate::charts::Chart;
use crate::cli::ReleaseFlags;
use crate::cluster::deploy::{Bundle, Crds, Deployed, Look, Options};
use crate::cluster::records::{Record, SYSTEM_LABELS};
use crate::commands::Run;
use crate::commands::path::Served;
use crate::commands::session::{Connection, Session};
use crate::data::{Map, Str};
use crate::diag::{Error, Errors, Kind, Result};
use crate::golang::time::{Time, Zone};
use crate::render::{self, Failure, Rendered, SchemaCheck};

/// How often a chart is rendered again because somebody else made a revision meanwhile.
const RENDERINGS: usize = 3;

/// What is deployed.
pub(super) struct Deployment<'a> {
    /// The run.
    pub(super) run: &'a Run,
    /// How.
    pub(super) flags: &'a ReleaseFlags,
    /// The release's name.
    pub(super) name: &'a str,
    /// Its namespace.
    pub(super) namespace: &'a str,
    /// Whether something happens.
    pub(super) dry: DryRun,
    /// The flags, for the engine.
    pub(super) options: Options,
}

/// A release that is there, and where.
pub(super) struct Place<'a, 'r> {
    /// The session.
    pub(super) session: &'a Session<'r>,
    /// The cluster.
    pub(super) connection: &'a Connection,
}

/// What a rendering is made of.
pub(super) struct Source {
    /// The chart.
    pub(super) chart: Arc<Chart>,
    /// The user's values.
    pub(super) values: Map,
    /// Whether it becomes an upgrade.
    pub(super) upgrade: bool,
}

impl Deployment<'_> {
    /// Refuses what helm refuses before it looks at the cluster.
    ///
    /// # Errors
    /// helm's words.
    pub(super) fn check(&self, helm4: bool) -> Result<()> {
        if self.flags.hide_secret && !self.dry.is_dry() {
            let first = if helm4 { "hiding" } else { "Hiding" };
            return Err(Error::new(Kind::Usage, format!("{first} Kubernetes secrets requires a dry-run mode")));
        }
        if self.options.labels.iter().any(|(name, _)| SYSTEM_LABELS.contains(&name.as_str())) {
            let names = SYSTEM_LABELS.join(" ");
            let words = format!("user supplied labels contains system reserved label name. System labels: [{names}]");
            return Err(Error::new(Kind::Usage, words));
        }
        Ok(())
    }

    /// Renders for the revision that `look` says, and deploys; again where somebody was faster. `source` says what is rendered.
    ///
    /// # Errors
    /// What keeps it from being rendered or deployed.
    pub(super) fn deploy(
        &self,
        place: &Place<'_, '_>,
        source: impl Fn(&Look) -> Result<Source, Box<Failure>>,
    ) -> Result<Record, Box<Failure>> {
        let session = place.session;
        for _ in 0..RENDERINGS {
            let engine = session.engine(place.connection);
            let look = session.wait_for(engine.look(self.namespace, self.name))?;
            let source = source(&look)?;
            let mut bundle = self.bundle(&source, &look, Some(place.connection.served()), session.zone())?;
            if self.dry.is_dry() {
                return self.shown(place, bundle, &look, source.upgrade);
            }
            if !source.upgrade && self.options.crds != Crds::Skip && !bundle.crds.is_empty() {
                let new = session.wait_for(engine.install_crds(&bundle, self.options.crds))?;
                if new {
                    place.connection.changed();
                    bundle = self.bundle(&source, &look, Some(place.connection.served()), session.zone())?;
                }
            }
            match session.wait_for(engine.deploy(&bundle, &self.options)).map_err(failure)? {
                Deployed::Done(record) => return Ok(*record),
                Deployed::Moved => {}
            }
        }
        let words = format!("release {} gets new revisions from somebody else all the time", self.name);
        Err(Error::new(Kind::Apply, words).into())
    }

    /// What it would become, without a cluster.
    ///
    /// # Errors
    /// What keeps it from being rendered.
    pub(super) fn offline(&self, source: &Source) -> Result<Record, Box<Failure>> {
        let host = self.run.host();
        let zone = Zone::local(&host.zone());
        let bundle = self.bundle(source, &Look::default(), None, &zone)?;
        Ok(self.dry_record(&bundle, &Look::default(), source.upgrade, Time::from_unix_nanos(host.now(), &zone)))
    }

    /// A dry run: the server says who owns the objects, and where it is asked what it would do with each.
    fn shown(&self, place: &Place<'_, '_>, bundle: Bundle, look: &Look, upgrade: bool) -> Result<Record, Box<Failure>> {
        let engine = place.session.engine(place.connection);
        let ask = self.dry == DryRun::Server;
        let said = place.session.wait_for(engine.rehearse(&bundle, look, &self.options, ask)).map_err(failure)?;
        for line in said {
            self.run.output.info(&line);
        }
        let now = Time::from_unix_nanos(self.run.host().now(), place.session.zone());
        Ok(self.dry_record(&bundle, look, upgrade, now))
    }

    fn dry_record(&self, bundle: &Bundle, look: &Look, upgrade: bool, now: Time) -> Record {
        let mut record = bundle.record(look, &self.options, upgrade, (self.run.profile, now));
        // parity: only an upgrade's own description is shown.
        let own = Some(self.options.description.as_str()).filter(|text| upgrade && !text.is_empty());
        record.info.description = own.unwrap_or("Dry run complete").to_owned();
        record
    }

    fn bundle(&self, source: &Source, look: &Look, served: Option<Served>, zone: &Zone) -> Result<Bundle, Box<Failure>> {
        let mut rendered = self.rendered(source, look, served)?;
        for warning in &rendered.warnings {
            self.run.output.warn(&warning.line);
        }
        let bundle = Bundle::of(&rendered, (self.namespace, self.name), &source.values, look, zone);
        let mut bundle = bundle.map_err(|error| failure(Errors::from(error)))?;
        if !source.upgrade && self.dry.is_dry() {
            bundle.revision = 1;
        }
        if self.flags.hide_secret {
            for manifest in &mut rendered.manifests {
                if manifest.head.kind == "Secret" && manifest.head.api_version == "v1" {
                    manifest.content = Str::from("# HIDDEN: The Secret output has been suppressed");
                }
            }
            bundle.manifest = rendered.manifest().to_text().into_owned();
        }
        Ok(bundle)
    }

    fn rendered(&self, source: &Source, look: &Look, served: Option<Served>) -> Result<Rendered, Box<Failure>> {
        let (run, flags) = (self.run, self.flags);
        let asks = self.dry != DryRun::Client;
        let request = render::Request {
            // parity: an install that takes the place of a removed release is rendered as revision 1 all the same.
            revision: if source.upgrade { look.next() } else { 1 },
            is_upgrade: source.upgrade,
            kube_version: served.as_ref().map(|served| &served.version),
            served_versions: served.as_ref().map(|served| &*served.api_versions),
            lookup: served.as_ref().filter(|_| asks).map(|served| &served.lookup),
            profile: run.profile,
            schema_check: if flags.skip_schema_validation { SchemaCheck::Skip } else { SchemaCheck::Refuse },
            subchart_notes: flags.render_subchart_notes,
            host_by_name: flags.enable_dns.then_some(crate::host::address_of),
            limits: run.setting.limits,
            sources: Some(&run.setting.sources),
            ..render::Request::new(self.name, self.namespace, run)
        };
        render::render(&source.chart, &source.values, &request).map_err(|mut failure| {
            failure.invalid_yaml_hint = false; // only `helm template` says it
            failure
        })
    }
}
