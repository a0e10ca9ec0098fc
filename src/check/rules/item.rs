//! What expressions work on: values of the deployment, which know where they were written and whether they are secret,
//! and what was made of them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kube_cel::cel::Value as Cel;
use kube_cel::cel::objects::{Key, Map as CelMap, OptionalValue};

use crate::check::mask::is_secret_key;
use crate::data::{GoKind, Kind, Origin, Value};
use crate::golang::fmt;

/// A value in an expression.
#[derive(Clone)]
pub(super) struct Item {
    /// What it is.
    pub(super) what: What,
    /// Whether nobody should see it.
    pub(super) secret: bool,
    /// Which text its origin is a place in: 0 for the values of the run, else a manifest's, counted from 1.
    pub(super) text: usize,
}

/// What a value is.
#[derive(Clone)]
pub(super) enum What {
    /// A value as it was read, or a scalar that was made. Numbers without a fraction are integers.
    Value(Value),
    /// A list that was made.
    List(Arc<Vec<Item>>),
    /// A map that was made.
    Map(Arc<BTreeMap<String, Item>>),
    /// The releases by name: who asks for one that is not there is not asked any more.
    Releases(Arc<BTreeMap<String, Item>>),
    /// A value that may be missing.
    Optional(Option<Arc<Item>>),
    /// What only the library knows: bytes, versions, addresses, quantities.
    Other(Cel),
}

/// How deep values may nest before they are cut off.
const MAX_DEPTH: usize = 200;

impl Item {
    /// A value as it was read from a text.
    pub(super) fn of(value: Value, secret: bool, text: usize) -> Self {
        let kind = match value.kind {
            // helm reads every number as one with a fraction
            Kind::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Kind::Int(number as i64, GoKind::Int),
            Kind::Object(object) => Kind::String(fmt::sprint(&[Kind::Object(object).into()])),
            other => other,
        };
        Self { what: What::Value(Value { kind, origin: value.origin }), secret, text }
    }

    /// Something that was made, and is written nowhere.
    pub(super) fn made(value: impl Into<Value>) -> Self {
        Self { what: What::Value(value.into()), secret: false, text: 0 }
    }

    /// A list that was made: secret, where an element is.
    pub(super) fn list(items: Vec<Item>) -> Self {
        let secret = items.iter().any(|item| item.secret);
        Self { what: What::List(Arc::new(items)), secret, text: 0 }
    }

    /// A map that was made.
    pub(super) fn map(entries: impl IntoIterator<Item = (String, Item)>) -> Self {
        Self { what: What::Map(Arc::new(entries.into_iter().collect())), secret: false, text: 0 }
    }

    /// The same, as secret as it is or more.
    pub(super) fn secret_if(mut self, secret: bool) -> Self {
        self.secret |= secret;
        self
    }

    /// Where it was written.
    pub(super) fn origin(&self) -> Origin {
        match &self.what {
            What::Value(value) => value.origin,
            _ => Origin::NONE,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.what {
            What::Value(value) => value.as_bool(),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.what {
            What::Value(value) => match &value.kind {
                Kind::String(text) => text.as_utf8(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether it is more than null: a key without a value is as good as none.
    pub(super) fn is_set(&self) -> bool {
        !matches!(&self.what, What::Value(value) if value.is_nil())
    }

    /// Whether it holds others.
    pub(super) fn is_container(&self) -> bool {
        match &self.what {
            What::Value(value) => matches!(value.kind, Kind::Map(_) | Kind::List(_)),
            What::List(_) | What::Map(_) | What::Releases(_) => true,
            What::Optional(_) | What::Other(_) => false,
        }
    }

    /// The elements of a list, or the keys of a map.
    pub(super) fn elements(&self) -> Option<Vec<Item>> {
        match &self.what {
            What::List(items) => Some(items.as_ref().clone()),
            What::Map(map) | What::Releases(map) => Some(map.keys().map(|key| Item::made(key.as_str())).collect()),
            What::Value(value) => match &value.kind {
                Kind::List(list) => Some(list.items().iter().map(|item| Item::of(item.clone(), self.secret, self.text)).collect()),
                Kind::Map(map) => {
                    let keys = map.read().iter().map(|(key, value)| Value::from(key.clone()).from_origin(value.origin)).collect::<Vec<_>>();
                    Some(keys.into_iter().map(|key| Item::of(key, false, self.text)).collect())
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// How many elements, keys or characters.
    pub(super) fn size(&self) -> Option<usize> {
        match &self.what {
            What::List(items) => Some(items.len()),
            What::Map(map) | What::Releases(map) => Some(map.len()),
            What::Value(value) => match &value.kind {
                Kind::List(list) => Some(list.items().len()),
                Kind::Map(map) => Some(map.len()),
                Kind::String(text) => Some(text.to_text().chars().count()),
                _ => None,
            },
            What::Other(Cel::Bytes(bytes)) => Some(bytes.len()),
            _ => None,
        }
    }

    /// The value of a key; `None` where it is not there, or this is no map.
    pub(super) fn key(&self, key: &str) -> Option<Item> {
        match &self.what {
            What::Map(map) | What::Releases(map) => map.get(key).cloned(),
            What::Value(Value { kind: Kind::Map(map), .. }) => {
                let found = map.get(key)?;
                let in_secret = ["data", "stringData"].contains(&key) && map.get("kind").is_some_and(|kind| is_text(&kind, "Secret"));
                let secret = self.secret || in_secret || is_secret_key(key);
                Some(Item::of(found, secret, self.text))
            }
            _ => None,
        }
    }

    /// The element of a list.
    pub(super) fn element(&self, at: usize) -> Option<Item> {
        match &self.what {
            What::List(items) => items.get(at).cloned(),
            What::Value(Value { kind: Kind::List(list), .. }) => Some(Item::of(list.items().get(at)?.clone(), self.secret, self.text)),
            _ => None,
        }
    }

    /// The names of its keys.
    pub(super) fn keys(&self) -> Vec<String> {
        match &self.what {
            What::Map(map) | What::Releases(map) => map.keys().cloned().collect(),
            What::Value(Value { kind: Kind::Map(map), .. }) => map.read().keys().map(|key| key.to_text().into_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// What it is called in messages.
    pub(super) fn kind(&self) -> &'static str {
        match &self.what {
            What::List(_) => "a list",
            What::Map(_) | What::Releases(_) => "a map",
            What::Optional(_) => "an optional value",
            What::Other(_) => "a value of the library",
            What::Value(value) => match &value.kind {
                Kind::Nil => "null",
                Kind::Bool(_) => "a bool",
                Kind::Int(..) | Kind::Uint(..) | Kind::Float(_) | Kind::Complex(..) => "a number",
                Kind::List(_) => "a list",
                Kind::Map(_) => "a map",
                _ => "a text",
            },
        }
    }

    /// The name of its type in CEL.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.what {
            What::List(_) => "list",
            What::Map(_) | What::Releases(_) => "map",
            What::Other(Cel::Bytes(_)) => "bytes",
            What::Optional(_) | What::Other(_) => "opaque",
            What::Value(value) => match &value.kind {
                Kind::Nil => "null_type",
                Kind::Bool(_) => "bool",
                Kind::Int(..) | Kind::Uint(..) => "int",
                Kind::Float(_) | Kind::Complex(..) => "double",
                Kind::List(_) => "list",
                Kind::Map(_) => "map",
                _ => "string",
            },
        }
    }

    /// Bytes and elements in it, as a measure of work.
    pub(super) fn weight(&self) -> usize {
        self.weight_within(MAX_DEPTH)
    }

    fn weight_within(&self, depth: usize) -> usize {
        let Some(depth) = depth.checked_sub(1) else { return 1 };
        let of_items = |items: &mut dyn Iterator<Item = Item>| items.map(|item| item.weight_within(depth)).fold(1, usize::saturating_add);
        match &self.what {
            What::List(items) => of_items(&mut items.iter().cloned()),
            What::Map(map) | What::Releases(map) => of_items(&mut map.values().cloned()),
            What::Value(value) => weight(value, depth),
            What::Optional(Some(item)) => item.weight_within(depth),
            What::Other(Cel::Bytes(bytes)) => bytes.len(),
            What::Optional(None) | What::Other(_) => 1,
        }
    }

    /// The same value in the library's form.
    pub(super) fn to_cel(&self) -> Cel {
        self.to_cel_within(MAX_DEPTH)
    }

    fn to_cel_within(&self, depth: usize) -> Cel {
        let Some(depth) = depth.checked_sub(1) else { return Cel::Null };
        match &self.what {
            What::List(items) => Cel::List(Arc::new(items.iter().map(|item| item.to_cel_within(depth)).collect())),
            What::Map(map) | What::Releases(map) => cel_map(map.iter().map(|(key, item)| (key.clone(), item.to_cel_within(depth)))),
            What::Optional(Some(item)) => item.to_cel_within(depth),
            What::Optional(None) => Cel::Null,
            What::Other(other) => other.clone(),
            What::Value(value) => cel_of(value, depth),
        }
    }

    /// What the library gave back.
    pub(super) fn from_cel(value: Cel) -> Self {
        match value {
            Cel::Bool(truth) => Item::made(truth),
            Cel::Int(number) => Item::made(Value::int(number)),
            Cel::Float(number) => Item::made(number),
            Cel::Null => Item::made(Value::NIL),
            Cel::String(text) => Item::made(text.as_str()),
            Cel::List(items) => Item::list(items.iter().cloned().map(Item::from_cel).collect()),
            Cel::Map(map) => Item::map(map.map.iter().map(|(key, value)| (key.to_string(), Item::from_cel(value.clone())))),
            Cel::Opaque(opaque) if opaque.downcast_ref::<OptionalValue>().is_some() => {
                let inside = opaque.downcast_ref::<OptionalValue>().and_then(OptionalValue::value).cloned();
                Item { what: What::Optional(inside.map(|value| Arc::new(Item::from_cel(value)))), secret: false, text: 0 }
            }
            other => Item { what: What::Other(other), secret: false, text: 0 },
        }
    }

    fn number(&self) -> Option<f64> {
        match &self.what {
            What::Value(value) => match value.kind {
                Kind::Int(number, _) => Some(number as f64),
                Kind::Uint(number, _) => Some(number as f64),
                Kind::Float(number) => Some(number),
                _ => None,
            },
            What::Other(Cel::UInt(number)) => Some(*number as f64),
            _ => None,
        }
    }

    /// Whether both are the same value; counts what had to be looked at for that.
    pub(super) fn equals(&self, other: &Item, looked_at: &mut usize) -> bool {
        self.equals_within(other, MAX_DEPTH, looked_at)
    }

    fn equals_within(&self, other: &Item, depth: usize, looked_at: &mut usize) -> bool {
        *looked_at = looked_at.saturating_add(1);
        let Some(depth) = depth.checked_sub(1) else { return false };
        if let (Some(one), Some(two)) = (self.number(), other.number()) {
            return match (&self.what, &other.what) {
                (What::Value(Value { kind: Kind::Int(one, _), .. }), What::Value(Value { kind: Kind::Int(two, _), .. })) => one == two,
                _ => one == two,
            };
        }
        if let (Some(one), Some(two)) = (self.as_text(), other.as_text()) {
            return one == two;
        }
        if let (Some(one), Some(two)) = (self.as_bool(), other.as_bool()) {
            return one == two;
        }
        if self.is_container() && other.is_container() && self.kind() == other.kind() {
            if self.size() != other.size() {
                return false;
            }
            return match self.kind() {
                "a map" => self.keys().iter().all(|key| match (self.key(key), other.key(key)) {
                    (Some(one), Some(two)) => one.equals_within(&two, depth, looked_at),
                    _ => false,
                }),
                _ => self
                    .elements()
                    .into_iter()
                    .flatten()
                    .zip(other.elements().into_iter().flatten())
                    .all(|(one, two)| one.equals_within(&two, depth, looked_at)),
            };
        }
        match (&self.what, &other.what) {
            (What::Value(one), What::Value(two)) => one.is_nil() && two.is_nil(),
            (What::Optional(one), What::Optional(two)) => match (one, two) {
                (None, None) => true,
                (Some(one), Some(two)) => one.equals_within(two, depth, looked_at),
                _ => false,
            },
            (What::Other(one), What::Other(two)) => one == two,
            _ => false,
        }
    }

    /// Which of two numbers or texts is more; `None` for what has no order here.
    pub(super) fn compare(&self, other: &Item) -> Option<Ordering> {
        match (self.as_text(), other.as_text()) {
            (Some(one), Some(two)) => Some(one.cmp(two)),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    /// As it stands in a message: scalars as people write them, others by what they are.
    pub(super) fn shown(&self) -> String {
        match &self.what {
            What::Value(value) => match &value.kind {
                Kind::Nil => "null".to_owned(),
                Kind::Bool(truth) => truth.to_string(),
                Kind::Int(number, _) => number.to_string(),
                Kind::Uint(number, _) => number.to_string(),
                Kind::Float(number) => number.to_string(),
                Kind::String(text) => text.to_text().into_owned(),
                _ => self.of_elements(),
            },
            What::Optional(Some(item)) => item.shown(),
            What::Optional(None) => "nothing".to_owned(),
            What::Other(Cel::UInt(number)) => number.to_string(),
            What::List(_) | What::Map(_) | What::Releases(_) => self.of_elements(),
            What::Other(_) => self.kind().to_owned(),
        }
    }

    /// A list as its scalars with commas, up to ten; a map by its keys.
    fn of_elements(&self) -> String {
        const MOST: usize = 10;
        let items = self.elements().unwrap_or_default();
        let mut shown: Vec<String> =
            items.iter().take(MOST).map(|item| if item.is_container() { item.kind().to_owned() } else { item.shown() }).collect();
        if items.len() > MOST {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|is| *is == text)
}

fn weight(value: &Value, depth: usize) -> usize {
    let Some(depth) = depth.checked_sub(1) else { return 1 };
    let below = match &value.kind {
        Kind::Map(map) => {
            map.read().iter().map(|(key, value)| weight(value, depth).saturating_add(key.len())).fold(0, usize::saturating_add)
        }
        Kind::List(list) => list.items().iter().map(|value| weight(value, depth)).fold(0, usize::saturating_add),
        Kind::String(text) | Kind::Bytes(text) => text.len(),
        _ => 0,
    };
    below.saturating_add(1)
}

fn cel_of(value: &Value, depth: usize) -> Cel {
    let Some(depth) = depth.checked_sub(1) else { return Cel::Null };
    match &value.kind {
        Kind::Bool(truth) => Cel::Bool(*truth),
        Kind::Int(number, _) => Cel::Int(*number),
        Kind::Uint(number, _) => Cel::UInt(*number),
        Kind::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Cel::Int(*number as i64),
        Kind::Float(number) => Cel::Float(*number),
        Kind::String(text) => Cel::String(Arc::new(text.to_text().into_owned())),
        Kind::Bytes(bytes) => Cel::Bytes(Arc::new(bytes.to_vec())),
        Kind::List(list) => Cel::List(Arc::new(list.items().iter().map(|item| cel_of(item, depth)).collect())),
        Kind::Map(map) => cel_map(map.read().iter().map(|(key, value)| (key.to_text().into_owned(), cel_of(value, depth)))),
        Kind::Nil | Kind::Complex(..) | Kind::Object(_) => Cel::Null,
    }
}

fn cel_map(entries: impl Iterator<Item = (String, Cel)>) -> Cel {
    let map: HashMap<Key, Cel> = entries.map(|(key, value)| (Key::from(key), value)).collect();
    Cel::Map(CelMap { map: Arc::new(map) })
}
