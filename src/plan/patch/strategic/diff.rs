//! What one side has that another has not, as a patch.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::super::{Schema, go_text};
use super::lists::{deduplicate, element_type, in_order, key_of, same_order, sorted_by_text};
use super::{DELETE_SCALARS, DIRECTIVE, Fields, ORDER, Outcome, RETAIN_KEYS, Type};

/// Which half of the differences is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Changes and additions.
    Changes,
    /// What is gone.
    Deletions,
}

/// How maps are compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    keep: Keep,
    /// Name the keys that are to stay.
    retains_keys: bool,
}

impl From<Keep> for Options {
    fn from(keep: Keep) -> Self {
        Self { keep, retains_keys: false }
    }
}

/// The patch between two maps.
///
/// # Errors
/// As [`super::strategic`].
pub(super) fn maps(original: &Fields, modified: &Fields, schema: Schema<'_>, options: Options) -> Outcome<Fields> {
    let mut patch = Fields::new();
    let changes = options.keep == Keep::Changes;
    for (key, new) in modified {
        let old = original.get(key);
        match (old, new) {
            (Some(old), new) if key == DIRECTIVE => {
                if !old.is_string() || !new.is_string() {
                    return Err(format!("invalid value for special key: {DIRECTIVE}"));
                }
                if old != new {
                    patch.insert(key.clone(), new.clone());
                }
            }
            (Some(Json::Object(old)), Json::Object(new)) => inner_map(key, (old, new), schema, options, &mut patch)?,
            (Some(Json::Array(old)), Json::Array(new)) => inner_list(key, (old, new), schema, options, &mut patch)?,
            (old, new) => {
                if changes && old != Some(new) {
                    patch.insert(key.clone(), new.clone());
                }
            }
        }
    }
    if !changes {
        let gone = original.keys().filter(|key| !modified.contains_key(*key));
        patch.extend(gone.map(|key| (key.clone(), Json::Null)));
    }
    if options.retains_keys {
        let retained: Vec<Json> = modified.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.as_str().into()).collect();
        let some_go = || original.iter().any(|(key, value)| !value.is_null() && !modified.contains_key(key));
        if !retained.is_empty() && (!patch.is_empty() || some_go()) {
            patch.insert(RETAIN_KEYS.to_owned(), retained.into());
        }
    }
    Ok(patch)
}

fn inner_map(key: &str, (old, new): (&Fields, &Fields), schema: Schema<'_>, options: Options, patch: &mut Fields) -> Outcome<()> {
    let field = match schema.object(key) {
        Err(_) if old == new => return Ok(()),
        field => field?,
    };
    if field.strategy == "replace" {
        if options.keep == Keep::Changes {
            patch.insert(key.to_owned(), new.clone().into());
        }
        return Ok(());
    }
    let inner = maps(old, new, field.schema, Options { retains_keys: field.retains_keys, ..options })?;
    if !inner.is_empty() {
        patch.insert(key.to_owned(), inner.into());
    }
    Ok(())
}

fn inner_list(key: &str, (old, new): (&[Json], &[Json]), schema: Schema<'_>, options: Options, patch: &mut Fields) -> Outcome<()> {
    let field = match schema.list(key) {
        Err(_) if old == new => return Ok(()),
        field => field?,
    };
    if field.strategy != "merge" {
        if options.keep == Keep::Changes && old != new {
            patch.insert(key.to_owned(), new.to_vec().into());
        }
        return Ok(());
    }
    if old.is_empty() {
        if options.keep == Keep::Changes && !new.is_empty() {
            patch.insert(key.to_owned(), new.to_vec().into());
        }
        return Ok(());
    }
    let options = Options { retains_keys: field.retains_keys, ..options };
    let parts = match element_type(&[old, new])? {
        Type::Map => lists_of_maps(old, new, field.schema, field.merge_key, options)?,
        kind => lists_of_scalars(old, new, kind, options.keep)?,
    };
    let named = [(key.to_owned(), parts.items), (format!("{DELETE_SCALARS}/{key}"), parts.gone), (format!("{ORDER}/{key}"), parts.order)];
    patch.extend(named.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key, list.into())));
    Ok(())
}

/// The patch of a list and what stands beside it.
#[derive(Default)]
struct Parts {
    /// Additions, changes, and deletions of maps.
    items: Vec<Json>,
    /// Scalars that are gone.
    gone: Vec<Json>,
    /// The order of the items.
    order: Vec<Json>,
}

fn lists_of_maps(old: &[Json], new: &[Json], schema: Schema<'_>, merge_key: &str, options: Options) -> Outcome<Parts> {
    let changes = options.keep == Keep::Changes;
    let (mut items, mut deletions) = (Vec::new(), Vec::new());
    let text = |item: &Json| go_text(item.get(merge_key).unwrap_or(&Json::Null));
    let (olds, news) = (sorted_by_text(old, text), sorted_by_text(new, text));
    let (mut olds, mut news) = (olds.into_iter().peekable(), news.into_iter().peekable());
    loop {
        for (_, item) in olds.peek().into_iter().chain(news.peek()) {
            key_of(item, merge_key)?;
        }
        let order = match (olds.peek(), news.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        match (old, new) {
            (Some((_, Json::Object(old))), Some((_, Json::Object(new)))) => {
                let mut inner = maps(old, new, schema, options)?;
                if !inner.is_empty() {
                    inner.insert(merge_key.to_owned(), new.get(merge_key).cloned().unwrap_or_default());
                    items.push(inner.into());
                }
            }
            (None, Some((_, new))) if changes => items.push(new.clone()),
            (Some((_, old)), None) if !changes => deletions.push(json!({ merge_key: key_of(old, merge_key)?, DIRECTIVE: "delete" })),
            _ => {}
        }
    }
    let mut items = in_order(items, new, merge_key, Type::Map)?;
    let reordered = !same_order(old, new, merge_key)?;
    items.extend(deletions);
    let mut order = Vec::new();
    if !items.is_empty() || changes && reordered {
        for item in new {
            order.push(json!({ merge_key: key_of(item, merge_key)? }));
        }
    }
    Ok(Parts { items, gone: Vec::new(), order })
}

fn lists_of_scalars(old: &[Json], new: &[Json], kind: Type, keep: Keep) -> Outcome<Parts> {
    let (olds, news) = (sorted_by_text(old, go_text), sorted_by_text(new, go_text));
    // parity: apimachinery sorts the old list in place, so a new one counts as changed unless it is sorted.
    let changed = !olds.iter().map(|(_, item)| *item).eq(new);
    let (mut items, mut gone) = (Vec::new(), Vec::new());
    let (mut olds, mut news) = (olds.into_iter().peekable(), news.into_iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        match (old, new, keep) {
            (None, Some((_, new)), Keep::Changes) => items.push(new.clone()),
            (Some((_, old)), None, Keep::Deletions) => gone.push(old.clone()),
            _ => {}
        }
    }
    deduplicate(&mut gone);
    let items = in_order(items, new, "", kind)?;
    let ordered = if keep == Keep::Changes { changed } else { !gone.is_empty() };
    Ok(Parts { items, gone, order: if ordered { new.to_vec() } else { Vec::new() } })
}
