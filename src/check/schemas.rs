//! Values against schemas: those of charts, and those that the deployment brings for its environment and releases.

use std::path::Path;
use std::sync::Arc;

use super::codes::{ENVIRONMENT_SCHEMA, RELEASE_SCHEMA};
use crate::charts::Profile;
use crate::data::{Map, Sources, Str};
use crate::diag::{Code, Error, Errors, Place, Result, general};
use crate::host::Host;
use crate::render::{Rendered, Schema, SchemaSource, Violation, violations};

/// The schemas of a deployment: `values.schema.json` for the environment's merged values, `releases/NAME.schema.json`
/// for a release's values as its chart sees them.
pub struct Schemas<'a> {
    /// Reads them.
    pub host: &'a dyn Host,
    /// Where values' origins are found.
    pub sources: &'a Sources,
    /// The folder.
    pub folder: &'a Path,
    /// Whose words to use.
    pub profile: Profile,
    /// What they refer to.
    pub source: Arc<dyn SchemaSource>,
}

impl Schemas<'_> {
    /// The environment's values against `values.schema.json`, where there is one.
    pub fn environment(&self, environment: &str, values: &Map) -> Errors {
        self.against((&ENVIRONMENT_SCHEMA, "values.schema.json"), values, &format!("environment {environment}"))
    }

    /// A release's values: what its charts' schemas found when it was rendered, then the deployment's own schema for it.
    pub fn release(&self, release: &str, rendered: &Rendered) -> Errors {
        let subject = format!("release {release}");
        let mut found: Errors = rendered.violations.iter().map(|violation| self.finding(&general::SCHEMA, violation, &subject)).collect();
        found.extend(self.against((&RELEASE_SCHEMA, &format!("releases/{release}.schema.json")), &rendered.values, &subject));
        found
    }

    fn against(&self, (code, file): (&'static Code, &str), values: &Map, subject: &str) -> Errors {
        let path = self.folder.join(file);
        let shown = path.display().to_string();
        if self.host.kind(&path).is_none() {
            return Errors::new();
        }
        let text: Result<Str> = self.host.read(&path).map(Str::from);
        match text {
            Err(error) => error.into(),
            Ok(text) => {
                let schema = Schema { text: &text, name: file, beside: &[] };
                let found = violations(schema, &values.clone().into(), self.profile, &self.source).into_iter();
                found.map(|violation| self.finding(code, &Violation { schema: Some(Place::file(&shown)), ..violation }, subject)).collect()
            }
        }
    }

    fn finding(&self, code: &'static Code, violation: &Violation, subject: &str) -> Error {
        let at = if violation.path.is_empty() { "the values".to_owned() } else { violation.path.join(".") };
        let mut finding = Error::finding(code, format!("{at}: {}", violation.words)).subject(subject);
        if let Some(place) = self.sources.place(violation.origin) {
            finding = finding.at(place);
        }
        match &violation.schema {
            Some(schema) if finding.place().is_some() => finding.related(schema.clone(), "the schema that asks for it"),
            Some(schema) => finding.at(schema.clone()),
            None => finding,
        }
    }
}
