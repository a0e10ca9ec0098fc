//! A rule that is not met, as a finding: its words without secrets, at the values it is about.

use super::Asking;
use super::code::place as place_in_scalar;
use super::evaluate::{Fault, Names, Touched};
use super::file::{Piece, Rule, Text};
use super::item::{Item, What};
use crate::check::codes::{RULE_NAME, RULE_NOT_MET};
use crate::data::Origin;
use crate::diag::{Error, Place};

/// What stands for a secret.
const MASKED: &str = "********";
/// Places that one finding points at.
const MOST_PLACES: usize = 6;

impl Asking<'_> {
    /// The finding about a rule that is not met. What the check read last is still noted.
    pub(super) fn not_met(&mut self, rule: &Rule, release: Option<&str>, names: &Names<'_>) -> Error {
        let read = self.evaluator.take_touched();
        let mut places = self.places(rule, names);
        if places.is_empty() {
            places = read.iter().filter_map(|touched| Some((self.place_of(*touched)?, "read here".to_owned()))).collect();
        }
        let subject = release.map_or_else(|| format!("environment {}", self.view.environment.shown()), |name| format!("release {name}"));
        let mut finding = Error::finding(&RULE_NOT_MET, self.says(&rule.message, names)).severity(rule.severity).subject(subject);
        let mut seen: Vec<Place> = Vec::new();
        for (place, note) in places {
            if seen.len() >= MOST_PLACES
                || seen.iter().any(|one| (&one.file, one.line, one.column) == (&place.file, place.line, place.column))
            {
                continue;
            }
            finding = if seen.is_empty() { finding.at(place.clone()) } else { finding.related(place.clone(), note) };
            seen.push(place);
        }
        let file = self.source.name.to_text();
        let of_rule = place_in_scalar(&file, &self.source.text, rule.offset, (1, 0));
        let from = rule.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
        let note = format!("the rule {}{from} asks for it", rule.name);
        finding = if seen.is_empty() { finding.at(of_rule).hint(note) } else { finding.related(of_rule, note) };
        match &rule.hint {
            Some(hint) => finding.hint(self.says(hint, names)),
            None => finding,
        }
    }

    /// The places that `at` names, with what stands there.
    fn places(&mut self, rule: &Rule, names: &Names<'_>) -> Vec<(Place, String)> {
        let mut places = Vec::new();
        for code in &rule.at {
            self.evaluator.take_touched();
            let items = match self.evaluator.ask(code, names) {
                // A key that is not there: where it would stand.
                Err(Fault::Missing { within, key, near, container }) => {
                    if let Some(near) = near {
                        let place = code.place_of(&key, &self.source.name.to_text(), &self.source.text);
                        let finding = Error::finding(&RULE_NAME, format!("rule {}: `{within}` has no key `{key}` to point at", rule.name));
                        self.found.push(finding.subject("rules").at(place).hint(format!("did you mean `{near}`?")));
                    }
                    vec![*container]
                }
                Err(_) => continue,
                Ok(item) => match item.what {
                    What::List(items) => items.to_vec(),
                    What::Optional(None) => continue,
                    What::Optional(Some(item)) => vec![item.as_ref().clone()],
                    _ => vec![item],
                },
            };
            let read = self.evaluator.take_touched();
            let mut found: Vec<Touched> = items
                .iter()
                .filter(|item| item.origin().is_some())
                .map(|item| Touched { text: item.text, origin: item.origin(), secret: item.secret })
                .collect();
            if found.is_empty() {
                found.extend(read.last());
            }
            places.extend(found.into_iter().filter_map(|one| Some((self.place_of(one)?, format!("`{}`", code.text)))));
        }
        places
    }

    /// Where something stands; a line that holds a secret is shown without it.
    fn place_of(&self, touched: Touched) -> Option<Place> {
        let mut place = self.view.place(touched.text, touched.origin)?;
        let hidden = touched.secret || is_from_store(&place);
        place.excerpt = place.excerpt.and_then(|line| if hidden { without_value(&line) } else { Some(without_password(&line)) });
        Some(place)
    }

    /// A text with what its expressions come to, without secrets.
    fn says(&self, text: &Text, names: &Names<'_>) -> String {
        let mut said = String::new();
        for piece in &text.0 {
            match piece {
                Piece::Words(words) => said.push_str(words),
                Piece::Code(code) => {
                    self.evaluator.take_touched();
                    match self.evaluator.ask(code, names) {
                        Ok(item) => {
                            let stored = self.evaluator.take_touched().iter().any(|touched| self.is_stored(touched.text, touched.origin));
                            said.push_str(&if is_shown(&item, stored) { without_password(&item.shown()) } else { MASKED.to_owned() });
                        }
                        Err(_) => said.push('?'),
                    }
                }
            }
        }
        said
    }

    fn is_stored(&self, text: usize, origin: Origin) -> bool {
        self.view.place(text, origin).is_some_and(|place| is_from_store(&place))
    }
}

/// Whether an item may be told: a bool tells nothing of a secret.
fn is_shown(item: &Item, stored: bool) -> bool {
    item.as_bool().is_some() || !(item.secret || stored || item.elements().is_some_and(|items| items.iter().any(|item| item.secret)))
}

/// Whether a value was taken from a store of secrets, or stands in a file of them (`secrets.yaml`, `prod.secrets.yaml`).
fn is_from_store(place: &Place) -> bool {
    let name = place.file.rsplit('/').next().unwrap_or_default();
    let line = place.excerpt.as_deref().unwrap_or_default();
    name.split('.').any(|part| part == "secrets") || ["ref+", "etchSecretValue", "xpandSecretRefs"].iter().any(|word| line.contains(word))
}

/// A line up to its value; a template's action is no secret, and stays. `None` where no key stands before it.
fn without_value(line: &str) -> Option<String> {
    let (key, value) = line.split_once(": ")?;
    let shown = value.trim_start().starts_with("{{") || value.trim().is_empty();
    Some(if shown { line.to_owned() } else { format!("{key}: {MASKED}") })
}

/// A text whose addresses show no password: `scheme://user:password@host`.
fn without_password(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        rest = after;
        let end = after.find(|one: char| one.is_whitespace() || ['/', '"', '\''].contains(&one)).unwrap_or(after.len());
        let login = after.get(..end).and_then(|host| host.rsplit_once('@')).and_then(|(login, _)| Some((login, login.split_once(':')?.0)));
        if let Some((login, user)) = login.filter(|(login, _)| !login.contains("{{") && !login.contains('%')) {
            shown.push_str(user);
            shown.push(':');
            shown.push_str(MASKED);
            rest = after.get(login.len()..).unwrap_or_default();
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::{without_password, without_value};

    #[test]
    fn lines_and_addresses_are_shown_without_secrets() {
        assert_eq!(without_value("  URL: redis://:pw@h/1").as_deref(), Some("  URL: ********"));
        assert_eq!(without_value("  URL: {{ .x }}").as_deref(), Some("  URL: {{ .x }}"));
        assert_eq!(without_value("  pw"), None);
        assert_eq!(without_password("a redis://:pw@h:1/2, b amqp://u:p@q@h/v"), "a redis://:********@h:1/2, b amqp://u:********@h/v");
        assert_eq!(without_password("http://h/x:y@z"), "http://h/x:y@z");
    }
}
