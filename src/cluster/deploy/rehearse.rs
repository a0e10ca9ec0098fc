//! A deployment as the server would take it: every object is sent as a dry run, and nothing is kept.

use futures::stream::{self, StreamExt};

use super::objects::AT_ONCE;
use super::work::Subject;
use super::{Bundle, Engine, Look, Options};
use crate::diag::{Errors, Result};
use crate::plan::release::{Step, Verb, settled};

impl Engine<'_> {
    /// What an install or upgrade would do, a line a step: who owns the objects is looked at, and with `ask` the server says
    /// what it would make of each.
    ///
    /// # Errors
    /// Objects that belong to others, kinds that are not served, and with `ask` all that the server would refuse, in helm's words.
    pub async fn rehearse(&self, bundle: &Bundle, look: &Look, options: &Options, ask: bool) -> Result<Vec<String>, Errors> {
        let rules = self.rules(look, options);
        let subject = Subject {
            name: &bundle.name,
            namespace: &bundle.namespace,
            objects: &bundle.objects,
            install: !look.is_upgrade(),
            server_side: rules.server_side,
            preview: false,
        };
        let prepared = self.prepare(&subject, &look.past()?, options).await?;
        if !ask {
            return Ok(Vec::new());
        }
        let asked = stream::iter(&prepared.steps.0).map(|step| async {
            let (Some(object), Verb::Create | Verb::Apply | Verb::Adopt | Verb::Change) = (prepared.objects.get(&step.id), step.verb)
            else {
                return Ok(line(step, None));
            };
            // A namespace that this very run would make is not there yet: nothing can be asked about what is in it.
            let making = options.create_namespace && object.namespace == bundle.namespace;
            let found = prepared.found.get(&step.id);
            let same = |after| found.map(|found| settled(&found.live) == settled(&after));
            if rules.server_side {
                return match self.apply(object, &rules, true).await {
                    Ok(after) => Ok(line(step, same(after))),
                    Err(fault) if fault.is_not_found() && making => Ok(line(step, None)),
                    Err(fault) => Err(self.refused(object, &fault)),
                };
            }
            let Some(found) = found else { return Ok(line(step, None)) };
            match self.merged(object, &found.live).await {
                Some(Ok(after)) => Ok(line(step, same(after))),
                Some(Err(fault)) => Err(self.not_patched(object, &fault)),
                None => Ok(line(step, Some(false))),
            }
        });
        let answers: Vec<Result<String>> = asked.buffered(AT_ONCE).collect().await;
        let mut errors = Errors::new();
        let lines: Vec<String> = answers.into_iter().filter_map(|answer| errors.keep(answer)).collect();
        errors.or(lines)
    }
}

/// `server: would create ConfigMap/bk/web`
fn line(step: &Step, same: Option<bool>) -> String {
    let doing = match (step.verb, same) {
        (Verb::Delete, _) => "delete",
        (Verb::Keep, _) => "keep",
        (_, Some(true)) => "leave unchanged",
        (_, Some(false)) => "change",
        (_, None) => "create",
    };
    format!("server: would {doing} {}", step.id)
}
