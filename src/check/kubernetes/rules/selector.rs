//! Selectors of labels and the labels they select.

use crate::check::kubernetes::walk::Object;
use crate::check::kubernetes::{Findings, Sort};
use crate::data::Map;

/// `In` and `NotIn` have values, the others none.
pub(super) fn requirement(of: &Object<'_>, findings: &mut Findings) {
    let values = of.items("values").len();
    match of.text("operator").as_deref() {
        Some(operator @ ("In" | "NotIn")) if values == 0 => {
            of.wrong(findings, Sort::Required, "values", format!("must not be empty with {operator}"));
        }
        Some(operator @ ("Exists" | "DoesNotExist")) if values > 0 => {
            of.wrong(findings, Sort::Choice, "values", format!("must not be there with {operator}"));
        }
        Some(operator @ ("Gt" | "Lt")) if values != 1 => {
            of.wrong(findings, Sort::Choice, "values", format!("has to be one value with {operator}"));
        }
        _ => {}
    }
}

/// A workload's selector is not empty and selects its own pods.
pub(super) fn selects_template(spec: &Object<'_>, findings: &mut Findings) {
    let Some(selector) = spec.get("selector").and_then(|selector| selector.as_map().cloned()) else { return };
    let labels = spec.below("template", |template| template.below("metadata", |metadata| metadata.get("labels"))).flatten().flatten();
    let labels = labels.and_then(|labels| labels.as_map().cloned()).unwrap_or_default();
    let expressions = selector.get("matchExpressions").and_then(|list| list.as_list().cloned());
    let wanted = selector.get("matchLabels").and_then(|wanted| wanted.as_map().cloned()).unwrap_or_default();
    let expressions: Vec<_> = expressions.as_ref().map(|list| list.items()).unwrap_or_default().to_vec();
    if wanted.is_empty() && expressions.is_empty() {
        return spec.wrong(findings, Sort::Required, "selector", "must not be empty: it selects the pods by their labels");
    }
    let missing = wanted.snapshot().into_iter().find(|(key, value)| {
        labels.get(key).is_none_or(|label| label.as_str().map(|text| text.as_bytes()) != value.as_str().map(|text| text.as_bytes()))
    });
    let fits = missing.is_none() && expressions.iter().filter_map(|of| of.as_map()).all(|of| expression_fits(of, &labels));
    if !fits {
        let why = missing.map_or_else(String::new, |(key, _)| format!(": the template does not have its label {key}"));
        let path = spec.path.field(b"template");
        let path = path.field(b"metadata");
        let origin = spec.get("template").map_or(spec.origin, |template| template.origin);
        findings.push(Sort::Reference, &path.field(b"labels"), origin, format!("are not what spec.selector selects{why}"));
    }
}

fn expression_fits(of: &Map, labels: &Map) -> bool {
    let text = |name: &str| of.get(name).and_then(|value| value.as_str().cloned()).unwrap_or_default();
    let label = labels.get(text("key"));
    let values = of.get("values");
    let among = || {
        let Some(label) = label.as_ref().and_then(|label| label.as_str()) else { return false };
        let items = values.as_ref().and_then(|values| values.as_list()).map(|list| list.items()).unwrap_or_default();
        items.iter().any(|value| value.as_str() == Some(label))
    };
    match text("operator").as_bytes() {
        b"In" => among(),
        b"NotIn" => !among(),
        b"Exists" => label.is_some(),
        b"DoesNotExist" => label.is_none(),
        _ => true,
    }
}
