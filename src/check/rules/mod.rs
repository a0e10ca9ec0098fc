//! The deployment's own rules: `rules.yaml + environment, releases, manifests → findings`.
//!
//! Called by `commands/lint.rs` once all releases are rendered. A rule is an expression in CEL that has to hold
//! (docs/rules.md); a finding points at the values that break it, where they were written, and shows no secret. What can't be used or asked
//! is a finding in the file of rules. Every question has a number of steps. Pure; never prints.

mod code;
mod deployment;
mod evaluate;
mod file;
mod item;
mod parse;
mod says;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use self::deployment::{Deployment, Member};

use self::code::Code;
use self::deployment::View;
use self::evaluate::{Evaluator, Fault, Names};
use self::file::{Round, Rule};
use self::item::Item;
use super::codes::{RULE_FAULT, RULE_LIMIT, RULE_NAME};
use crate::data::{SourceFile, Sources};
use crate::diag::{Code as Finding, Error, Errors, nearest};

/// The rules of a deployment.
pub struct Rules {
    rules: Vec<Arc<Rule>>,
    source: SourceFile,
}

/// How many steps one rule may take, and all of them.
const STEPS: u64 = 3_000_000;
const STEPS_OF_ALL: u64 = 30_000_000;
/// How often one rule is told.
const MOST: usize = 50;

impl Rules {
    /// Reads a file of rules; what can't be used is told beside those that can.
    pub fn read(name: &str, text: &[u8]) -> (Self, Errors) {
        let (rules, source, found) = file::read(name, text);
        (Self { rules: rules.into_iter().map(Arc::new).collect(), source }, found)
    }

    /// Their names, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }

    /// Only the rule of that name.
    pub fn only(&self, name: &str) -> Self {
        Self { rules: self.rules.iter().filter(|rule| rule.name == name).cloned().collect(), source: self.source.clone() }
    }

    /// Asks all rules about a deployment; `sources` knows where its values were written.
    pub fn check(&self, deployment: &Deployment, sources: &Sources) -> Errors {
        if self.rules.is_empty() {
            return Errors::new();
        }
        let view = View::new(deployment, sources);
        let mut asking = Asking {
            view: &view,
            deployment,
            source: &self.source,
            evaluator: Evaluator::new(),
            found: Errors::new(),
            named: BTreeSet::new(),
        };
        let mut left = STEPS_OF_ALL;
        for rule in &self.rules {
            let steps = STEPS.min(left);
            asking.evaluator.allow(steps);
            if let Err(fault) = asking.rule(rule) {
                asking.fault(rule, &fault);
            }
            left = left.saturating_sub(steps.saturating_sub(asking.evaluator.left()));
        }
        asking.found
    }
}

/// A run over the rules.
struct Asking<'a> {
    view: &'a View<'a>,
    deployment: &'a Deployment,
    source: &'a SourceFile,
    evaluator: Evaluator,
    found: Errors,
    /// Releases that were missed by name already.
    named: BTreeSet<String>,
}

/// A fault, and the expression that has it.
type At<'r> = (Fault, &'r Code);

impl<'a> Asking<'a> {
    /// Asks one rule as often as it wants to be.
    fn rule<'r>(&mut self, rule: &'r Rule) -> Result<(), At<'r>> {
        let view = self.view;
        let mut told = 0;
        match &rule.round {
            Round::Environment => self.once(rule, None, &[], &mut told),
            Round::Release(name) => match view.members.iter().find(|(known, ..)| known == name) {
                Some((_, release, _)) => self.once(rule, Some(name), &[("release", release)], &mut told),
                None => {
                    self.missed(rule, name, None);
                    Ok(())
                }
            },
            Round::EachRelease => {
                for (name, release, _) in &view.members {
                    self.once(rule, Some(name), &[("release", release)], &mut told)?;
                }
                Ok(())
            }
            Round::EachManifest(kinds) => {
                for (name, release, objects) in &view.members {
                    for manifest in objects {
                        let kind = manifest.key("kind");
                        if kinds.is_empty()
                            || kind.is_some_and(|kind| kind.as_text().is_some_and(|kind| kinds.iter().any(|one| one == kind)))
                        {
                            self.once(rule, Some(name), &[("release", release), ("manifest", manifest)], &mut told)?;
                        }
                    }
                }
                Ok(())
            }
            Round::EachOf(name, within) => {
                let names = self.names(rule, &[]);
                match self.evaluator.ask(within, &names) {
                    Err(Fault::Absent(release)) => self.missed(rule, &release, Some(within)),
                    Err(fault) => return Err((fault, within)),
                    Ok(list) => {
                        let Some(elements) = list.elements() else {
                            return Err((Fault::Wrong(format!("{} can't be gone through", list.kind())), within));
                        };
                        for element in &elements {
                            self.once(rule, None, &[(name, element)], &mut told)?;
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn names<'r>(&self, rule: &'r Rule, given: &[(&'r str, &Item)]) -> Names<'r> {
        let view = self.view;
        let mut items: HashMap<&str, Item> = given.iter().map(|(name, item)| (*name, (*item).clone())).collect();
        let of_all = [("env", &view.env), ("environment", &view.environment), ("releases", &view.releases), ("manifests", &view.manifests)];
        items.extend(of_all.map(|(name, item)| (name, item.clone())));
        Names { items, made: &rule.made, known: RefCell::default() }
    }

    /// Asks a rule once. A release that is not there ends the question, whatever else it asks.
    fn once<'r>(&mut self, rule: &'r Rule, release: Option<&str>, given: &[(&'r str, &Item)], told: &mut usize) -> Result<(), At<'r>> {
        let names = self.names(rule, given);
        for (code, wanted) in rule.when.iter().map(|when| (when, true)).chain([(&rule.check, false)]) {
            self.evaluator.take_touched();
            match self.evaluator.ask_bool(code, &names) {
                Err(Fault::Absent(name)) => {
                    self.missed(rule, &name, Some(code));
                    return Ok(());
                }
                Err(fault) => return Err((fault, code)),
                // `when` has to be true, to go on to the check; the check has to be false, to be told.
                Ok(is) if is == wanted => {}
                Ok(_) => return Ok(()),
            }
        }
        *told = told.saturating_add(1);
        if *told <= MOST {
            let finding = self.not_met(rule, release, &names);
            self.found.push(finding);
        }
        Ok(())
    }

    /// A release that is not there: said where the deployment has one whose name is nearly the same, else the rule is not
    /// for this deployment.
    fn missed(&mut self, rule: &Rule, name: &str, code: Option<&Code>) {
        let known = self.deployment.known();
        let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        let Some(near) = near.filter(|_| !known.contains(name) && self.named.insert(name.to_owned())) else { return };
        let file = self.source.name.to_text();
        let place = match code {
            Some(code) => code.place_of(name, &file, &self.source.text),
            None => code::place(&file, &self.source.text, rule.offset, (1, 0)),
        };
        let message = format!("rule {}: the deployment has no release {name}, so the rule is never asked", rule.name);
        self.found.push(Error::finding(&RULE_NAME, message).subject("rules").at(place).hint(format!("did you mean `{near}`?")));
    }

    /// What is wrong with a rule, at its place.
    fn fault(&mut self, rule: &Rule, (fault, code): &At<'_>) {
        let (kind, word, message, near): (&'static Finding, &str, String, Option<&str>) = match fault {
            Fault::Absent(_) => return,
            Fault::Missing { within, key, near, .. } => {
                let path = if key.chars().all(|one| one.is_alphanumeric() || one == '_') {
                    format!("{within}.{key}")
                } else {
                    format!("{within}[\"{key}\"]")
                };
                (&RULE_FAULT, key.as_str(), format!("`{path}` is not set"), near.as_deref())
            }
            Fault::Wrong(words) => (&RULE_FAULT, "", words.clone(), None),
            Fault::TooMuch => (&RULE_LIMIT, "", "it takes too many steps, or makes too much".to_owned(), None),
        };
        let place = code.place_of(word, &self.source.name.to_text(), &self.source.text);
        let message = format!("rule {} could not be asked: {message}", rule.name);
        let finding = Error::finding(kind, message).subject("rules").at(place);
        let finding = match (near, fault) {
            (Some(near), _) => finding.hint(format!("did you mean `{near}`?")),
            (None, Fault::Missing { .. }) => finding.hint("where it may be missing, ask with `has(…)` or `.?key.orValue(…)`"),
            _ => finding,
        };
        self.found.push(finding);
    }
}
