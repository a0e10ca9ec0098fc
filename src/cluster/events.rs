//! What happens on the cluster while a command runs, told as it happens.

use crate::plan::Id;

/// How far an object is (kstatus' words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// As its specification says.
    Current,
    /// On the way.
    InProgress,
    /// It will not get there by itself.
    Failed,
    /// Being deleted.
    Terminating,
    /// Not there.
    NotFound,
    /// Nobody can say.
    Unknown,
}

impl Progress {
    /// kstatus' word.
    pub fn word(self) -> &'static str {
        match self {
            Progress::Current => "Current",
            Progress::InProgress => "InProgress",
            Progress::Failed => "Failed",
            Progress::Terminating => "Terminating",
            Progress::NotFound => "NotFound",
            Progress::Unknown => "Unknown",
        }
    }
}

/// One object that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectState {
    /// Which.
    pub id: Id,
    /// How far.
    pub progress: Progress,
    /// kstatus' message: `Available: 0/1`.
    pub message: String,
    /// Why it does not get on, from its pods and their events: `container web: CrashLoopBackOff: back-off …`. Empty where
    /// nothing is wrong.
    pub reason: String,
    /// Whether it is waited for no longer.
    pub settled: bool,
}

/// What happened. `release` is its name.
#[derive(Debug, Clone)]
pub enum Event {
    /// Work on a release begins.
    Begun {
        /// Release.
        release: String,
    },
    /// A step of a release begins: `creating namespace bk`, `hook pre-install Job/bk/init`.
    Step {
        /// Release.
        release: String,
        /// What is done.
        what: String,
    },
    /// An object was sent to the server, or removed there.
    Applied {
        /// Release.
        release: String,
        /// Which.
        id: Id,
        /// `created`, `configured`, `unchanged`, `deleted`, `kept`.
        outcome: &'static str,
    },
    /// What is waited for changed.
    Waiting {
        /// Release.
        release: String,
        /// All objects that are waited for.
        objects: Vec<ObjectState>,
    },
    /// A line of a container's log, of a hook or of something that failed.
    Log {
        /// Release.
        release: String,
        /// `pod/container`
        source: String,
        /// The line.
        line: String,
    },
    /// A line of a hook's log that the hook's own policy, or a test, wants to be printed.
    HookLog {
        /// Release.
        release: String,
        /// `pod/container`
        source: String,
        /// The line.
        line: String,
    },
    /// Something to know that is no error.
    Warning {
        /// Release; empty for none.
        release: String,
        /// What.
        message: String,
    },
    /// Work on a release is over.
    Ended {
        /// Release.
        release: String,
        /// Why it failed, where it did.
        failure: Option<String>,
    },
}

impl Event {
    /// The same of a release that is called otherwise.
    pub fn titled(mut self, title: &str) -> Self {
        let (Event::Begun { release }
        | Event::Step { release, .. }
        | Event::Applied { release, .. }
        | Event::Waiting { release, .. }
        | Event::Log { release, .. }
        | Event::HookLog { release, .. }
        | Event::Warning { release, .. }
        | Event::Ended { release, .. }) = &mut self;
        if !release.is_empty() {
            title.clone_into(release);
        }
        self
    }
}

/// Who is told.
pub trait Listener: Send + Sync {
    /// Takes an event; must not take long.
    fn event(&self, event: Event);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Listener for Silent {
    fn event(&self, _: Event) {}
}
