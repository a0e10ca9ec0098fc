//! What helm's lint asks of rendering: templates run though values are missing, and values checked by themselves (helm
//! pkg/chart/v2/lint/rules).

use std::sync::{Arc, Mutex, PoisonError};

use super::Request;
use super::run::Linked;
use super::schema;
use crate::charts::{Chart, Profile, Tree, Warning, coalesce_values};
use crate::data::{Map, Str};
use crate::diag::Error;

/// What `required` and `fail` had to say while a chart was linted.
#[derive(Debug)]
pub struct LintLog {
    profile: Profile,
    lines: Mutex<Vec<Warning>>,
}

impl LintLog {
    /// Nothing said yet.
    pub fn new(profile: Profile) -> Arc<Self> {
        Arc::new(Self { profile, lines: Mutex::default() })
    }

    pub(super) fn note(&self, (level, title, plain): (&str, &str, &str), message: &str) {
        let line = Warning::structured(self.profile, level, title, &[("message", message)], format!("{plain}: {message}"));
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// What was said since the last time.
    pub fn take(&self) -> Vec<Warning> {
        std::mem::take(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The files that the chart's templates give, by path; `None` where dependencies or values end lint without a word.
///
/// # Errors
/// Values that miss a schema; a template that fails.
pub fn render_for_lint(
    chart: &Arc<Chart>,
    user_values: &Map,
    request: &Request<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Vec<(Str, Str)>>, Error> {
    let profile = request.profile;
    let mut tree = Tree::new(chart);
    let mut coalesced = || {
        tree.process(user_values, profile, warnings)?;
        let values = coalesce_values(&tree, tree.root(), user_values, profile, warnings)?;
        // parity: helm coalesces them once more, and says again what it says.
        coalesce_values(&tree, tree.root(), &values, profile, warnings)
    };
    let Ok(values) = coalesced() else { return Ok(None) };
    if request.schema_check != super::SchemaCheck::Skip {
        schema::Checking { profile, source: request.schemas.cloned(), warnings }.check(&tree, &values)?;
    }
    Linked::new(&tree, &values, request).run(None).map(Some)
}

/// Checks values against one schema.
///
/// # Errors
/// All failures in one text, as helm's validator lists them.
pub fn check_values(schema: &Str, values: &Map, profile: Profile, warnings: &mut Vec<Warning>) -> Result<(), String> {
    let schema = schema::Schema { text: schema, name: "values.schema.json", beside: &[] };
    schema::Checking { profile, source: None, warnings }.single(schema, values)
}
