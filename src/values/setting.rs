//! What every function of these rooms needs of the world around it.

use std::sync::{Mutex, PoisonError};

use crate::data::Sources;
use crate::data::yaml::Duplicates;
use crate::diag::Error;
use crate::host::Host;

/// The world, the sources of the load, and where to put what is worth saying.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// Files, environment, programs.
    pub host: &'a dyn Host,
    /// Every text that is read is registered here.
    pub sources: &'a Sources,
    /// Warnings and progress lines, in helmfile's words.
    pub notes: &'a Notes,
    /// What to do about a key that stands twice in a layer (`--duplicate-keys`).
    pub duplicates: Duplicates,
}

/// Notes and warnings in the order in which they came up; shared between threads.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<Error>>);

impl Notes {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds one; its severity says whether it is a note or a warning.
    pub fn push(&self, note: Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
    /// Takes all that came up since the last time.
    pub fn take(&self) -> Vec<Error> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
