//! `github.com/Masterminds/semver/v3` 3.5.0.

use std::cmp::Ordering;
use std::fmt;

/// A version; prints without a leading `v`.
#[derive(Debug, Clone)]
pub struct Version;

impl Version {
    /// `NewVersion`: coerces `v1`, `1.2` and such.
    ///
    /// # Errors
    /// Masterminds' text: `invalid semantic version`.
    pub fn new(_text: &str) -> Result<Version, String> {
        unimplemented!()
    }
    /// `StrictNewVersion`
    ///
    /// # Errors
    /// Masterminds' text.
    pub fn strict(_text: &str) -> Result<Version, String> {
        unimplemented!()
    }
    /// `Major`
    pub fn major(&self) -> u64 {
        unimplemented!()
    }
    /// `Minor`
    pub fn minor(&self) -> u64 {
        unimplemented!()
    }
    /// `Patch`
    pub fn patch(&self) -> u64 {
        unimplemented!()
    }
    /// `Prerelease`, without the dash.
    pub fn prerelease(&self) -> &str {
        unimplemented!()
    }
    /// `Metadata`, without the plus.
    pub fn metadata(&self) -> &str {
        unimplemented!()
    }
    /// `Original`: as it was written.
    pub fn original(&self) -> &str {
        unimplemented!()
    }
    /// `Compare`: metadata does not count.
    pub fn compare(&self, _other: &Version) -> Ordering {
        unimplemented!()
    }
    /// `IncMajor`
    pub fn inc_major(&self) -> Version {
        unimplemented!()
    }
    /// `IncMinor`
    pub fn inc_minor(&self) -> Version {
        unimplemented!()
    }
    /// `IncPatch`
    pub fn inc_patch(&self) -> Version {
        unimplemented!()
    }
}
impl fmt::Display for Version {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unimplemented!()
    }
}

/// A constraint such as `>=1.2 <2 || ~3`.
#[derive(Debug, Clone)]
pub struct Constraints;

impl Constraints {
    /// `NewConstraint`
    ///
    /// # Errors
    /// Masterminds' text: `improper constraint: "x"`.
    pub fn new(_text: &str) -> Result<Constraints, String> {
        unimplemented!()
    }
    /// `Check`
    pub fn check(&self, _version: &Version) -> bool {
        unimplemented!()
    }
    /// `Validate`.
    ///
    /// # Errors
    /// One text for each part that was not met.
    pub fn validate(&self, _version: &Version) -> Result<(), Vec<String>> {
        unimplemented!()
    }
}
impl fmt::Display for Constraints {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        unimplemented!()
    }
}
