//! One release of a state on its cluster: looked at, rendered, deployed or removed.

use std::sync::Arc;

use crate::charts::Warning;
use crate::cluster::Listener;
use crate::cluster::deploy::{Bundle, Crds, Deployed, Engine, Look, Options, UninstallOptions};
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::commands::hooks::{cleanup, trigger};
use crate::commands::path::{Facts, Path};
use crate::commands::session::{Connection, Session};
use crate::diag::{Error, Errors, Kind, Place, Result};
use crate::fetch::Repositories;
use crate::state::{Release, State};

/// How often a release is rendered again because somebody else made a revision meanwhile.
const RENDERINGS: usize = 3;

/// Everything that work on the releases of one state needs.
pub struct Worker<'a> {
    /// The run.
    pub run: &'a Run,
    /// Clusters.
    pub session: &'a Session<'a>,
    /// Charts, and how to render.
    pub path: &'a Path<'a>,
    /// The state.
    pub state: &'a State,
    /// Its repositories.
    pub repositories: Repositories,
}

/// A release as it is and as it would be.
pub struct Candidate {
    /// Where.
    pub connection: Arc<Connection>,
    /// Its records.
    pub look: Look,
    /// What the rendering had to say.
    pub warnings: Vec<Warning>,
    /// What it was rendered to.
    pub bundle: Bundle,
}

/// The record of a release that was worked on; none where it was removed.
pub type Outcome = Option<Box<Record>>;

impl Worker<'_> {
    /// The release's connection and namespace.
    pub fn place(&self, release: &Release) -> Result<(Arc<Connection>, String)> {
        let connection = self.session.connection(&release.kube_context)?;
        let namespace = if release.namespace.is_empty() { connection.namespace.clone() } else { release.namespace.clone() };
        Ok((connection, namespace))
    }

    /// What a release is called where work on it is told: with namespace and context where the state has another of its name.
    pub fn title(&self, release: &Release) -> String {
        let alone = self.state.releases.iter().filter(|other| other.name == release.name).count() < 2;
        let parts = [&release.kube_context, &release.namespace, &release.name];
        let parts = parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str);
        if alone { release.name.clone() } else { parts.collect::<Vec<_>>().join("/") }
    }

    /// What works on a release, and tells it to that listener.
    fn engine<'e>(&'e self, connection: &'e Connection, listener: &'e Arc<dyn Listener>) -> Engine<'e> {
        Engine { listener, ..self.session.engine(connection) }
    }

    /// Whether the release is on its cluster.
    pub fn is_installed(&self, release: &Release) -> Result<bool> {
        let (connection, namespace) = self.place(release)?;
        let look = self.session.wait_for(self.session.engine(&connection).look(&namespace, &release.name))?;
        Ok(look.last().is_some_and(|record| record.info.status != crate::cluster::records::Status::Uninstalled))
    }

    /// Those of the releases that are on their clusters.
    ///
    /// # Errors
    /// All clusters that can't be asked.
    pub fn installed<'r>(&self, releases: impl Iterator<Item = &'r Release>) -> Result<Vec<&'r Release>, Errors> {
        let mut errors = Errors::new();
        let mut there = Vec::new();
        for release in releases {
            match self.is_installed(release) {
                Ok(true) => there.push(release),
                Ok(false) => self.run.output.debug(&format!("{}: not installed", release.name)),
                Err(error) => errors.push(self.about(release, error)),
            }
        }
        errors.or(there)
    }

    /// Reads the release's records and renders it for its next revision.
    pub fn candidate(&self, release: &Release) -> Result<Candidate, Errors> {
        let (connection, namespace) = self.place(release)?;
        let look = self.session.wait_for(self.session.engine(&connection).look(&namespace, &release.name))?;
        let facts =
            Facts { revision: look.next(), is_upgrade: look.is_upgrade(), namespace: namespace.clone(), served: Some(connection.served()) };
        let product = self.path.product(self.state, release, &self.repositories, &facts)?;
        let bundle = Bundle::of(&product.rendered, (&namespace, &release.name), &product.values, &look, self.session.zone())?;
        Ok(Candidate { connection, look, warnings: product.rendered.warnings, bundle })
    }

    /// The same for a release that was rendered before.
    pub fn unrendered(&self, release: &Release, bundle: Bundle) -> Result<Candidate> {
        let (connection, namespace) = self.place(release)?;
        let look = self.session.wait_for(self.session.engine(&connection).look(&namespace, &release.name))?;
        Ok(Candidate { connection, look, warnings: Vec::new(), bundle })
    }

    /// Installs or upgrades, with the hooks of the state around it.
    pub fn deploy(&self, release: &Release, options: &Options, command: &str) -> Result<Outcome, Errors> {
        self.around(release, command, || self.deploy_now(release, options))
    }

    /// The same with what is ready.
    pub fn deploy_ready(&self, release: &Release, candidate: &Candidate, options: &Options, command: &str) -> Result<Outcome, Errors> {
        self.around(release, command, || {
            let told = self.session.told_as(&self.title(release));
            let engine = self.engine(&candidate.connection, &told);
            match self.session.wait_for(engine.deploy(&candidate.bundle, options))? {
                Deployed::Done(record) => Ok(record),
                Deployed::Moved => Err(Error::new(Kind::Apply, "the release got a revision meanwhile: nothing was changed").into()),
            }
        })
    }

    fn around(&self, release: &Release, command: &str, work: impl FnOnce() -> Result<Box<Record>, Errors>) -> Result<Outcome, Errors> {
        let about = |errors: Errors| errors.map(|error| self.about(release, error));
        let result = self.session.working_on(&self.title(release), || {
            self.hook(release, "presync", None, command)?;
            work()
        });
        self.after(release, result.as_ref().err(), command);
        result.map(Some).map_err(about)
    }

    fn deploy_now(&self, release: &Release, options: &Options) -> Result<Box<Record>, Errors> {
        let told = self.session.told_as(&self.title(release));
        for _ in 0..RENDERINGS {
            let mut candidate = self.candidate(release)?;
            let engine = self.engine(&candidate.connection, &told);
            if !candidate.look.is_upgrade() && options.crds != Crds::Skip && !candidate.bundle.crds.is_empty() {
                let new = self.session.wait_for(engine.install_crds(&candidate.bundle, options.crds))?;
                if new {
                    candidate.connection.changed();
                    candidate = self.candidate(release)?;
                }
            }
            for warning in &candidate.warnings {
                self.run.output.warn(&warning.line);
            }
            let engine = self.engine(&candidate.connection, &told);
            match self.session.wait_for(engine.deploy(&candidate.bundle, options))? {
                Deployed::Done(record) => return Ok(record),
                Deployed::Moved => {}
            }
        }
        Err(Error::new(Kind::Apply, format!("release {} gets new revisions from somebody else all the time", release.name)).into())
    }

    /// Uninstalls, with the hooks of the state around it. `syncs`: as part of `sync` or `apply`, which have two hooks more.
    pub fn remove(&self, release: &Release, options: &UninstallOptions, command: &str, syncs: bool) -> Result<Outcome, Errors> {
        self.run.output.info(&format!("Deleting {}", release.name));
        let about = |errors: Errors| errors.map(|error| self.about(release, error));
        let title = self.title(release);
        let work = || -> Result<(), Errors> {
            if syncs {
                self.hook(release, "presync", None, command)?;
            }
            self.hook(release, "preuninstall", None, command)?;
            let (connection, namespace) = self.place(release)?;
            let told = self.session.told_as(&title);
            let engine = self.engine(&connection, &told);
            let removed = self.session.wait_for(engine.uninstall((&namespace, &release.name), options))?;
            for id in &removed.kept {
                self.run.output.info(&format!("{title}: {id} was kept due to its resource policy"));
            }
            for id in &removed.foreign {
                self.run.output.warn(&format!("{title}: {id} was not deleted because it is not owned by this release"));
            }
            Ok(self.hook(release, "postuninstall", None, command)?)
        };
        let result = self.session.working_on(&title, work);
        if syncs {
            self.after(release, result.as_ref().err(), command);
        }
        result.map(|()| None).map_err(about)
    }

    /// The hooks behind the work. A failure there is only a warning, as helmfile's.
    fn after(&self, release: &Release, errors: Option<&Errors>, command: &str) {
        let first = errors.and_then(|errors| errors.iter().next()).map(ToString::to_string);
        if let Err(error) = self.hook(release, "postsync", first.as_deref(), command) {
            self.run.output.warn(&format!("warn: {}", error.message()));
        }
        cleanup(self.run, self.state, release, command);
    }

    /// Runs the release's hooks of an event.
    pub fn hook(&self, release: &Release, event: &str, error: Option<&str>, command: &str) -> Result<()> {
        trigger(self.run, self.state, Some(release), event, error, command)
    }

    /// An error about the release, with the place where it is written.
    pub fn about(&self, release: &Release, error: Error) -> Error {
        let error = if error.about().is_some() { error } else { error.subject(format!("release {}", release.name)) };
        let place = self.run.setting.sources.place(release.origin);
        error.at_least(|| place.unwrap_or_else(|| Place::file(self.state.path.clone())))
    }
}
