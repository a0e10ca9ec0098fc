//! Which values templates read: by path, where that is known, and by where they were written.

use std::collections::{HashMap, HashSet};

use super::Site;
use super::carry::Taking;
use crate::data::{Kind, Map, Origin, Str, Value};

/// Readings, paths and maps that a recorder keeps, of each.
const MAX_KEPT: usize = 1 << 20;

/// The path of the values themselves.
pub(super) const ROOT: PathId = PathId(0);

/// A path's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PathId(u32);

/// What a value is wanted for, as the template says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Use {
    /// It is printed.
    #[default]
    Printed,
    /// `if`, `with`, or a part of `and`, `or`: whether it is there, empty or true.
    Tested,
    /// `range`
    Looped,
    /// A variable keeps it.
    Kept,
    /// It is an argument of this function (or of `template`).
    Passed(&'static str),
}

/// A reading of a value with a known path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its keys from the root chart's values on; items of lists as `[0]`.
    pub path: Vec<Str>,
    /// Whether it was there. Where not, the keys after this one were not looked for.
    pub found: bool,
    /// Where it was written.
    pub origin: Origin,
    /// The place that read it.
    pub site: Site,
    /// What for.
    pub usage: Use,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Reading {
    path: PathId,
    found: bool,
    site: Site,
    usage: Use,
}

/// All readings of a recorder.
#[derive(Debug)]
pub(super) struct Reads {
    /// Each path's parent and last key; the root is its own parent.
    paths: Vec<(PathId, Str)>,
    by_path: HashMap<(PathId, Str), PathId>,
    /// Maps by identity, kept so that no other map gets theirs.
    known: HashMap<usize, (Map, PathId)>,
    readings: Vec<(Reading, Origin)>,
    seen: HashSet<Reading>,
    read: HashSet<Origin>,
    tested: HashSet<Origin>,
    /// Maps that were taken as a whole, with their number of entries then.
    whole: HashMap<usize, (Map, usize)>,
    full: bool,
}

impl Default for Reads {
    fn default() -> Self {
        Self {
            paths: vec![(ROOT, Str::default())],
            by_path: HashMap::new(),
            known: HashMap::new(),
            readings: Vec::new(),
            seen: HashSet::new(),
            read: HashSet::new(),
            tested: HashSet::new(),
            whole: HashMap::new(),
            full: false,
        }
    }
}

/// The map that a value is, also behind a named type.
fn map_of(value: &Value) -> Option<Map> {
    match &value.kind {
        Kind::Map(map) => Some(map.clone()),
        Kind::Object(object) => object.underlying()?.as_map().cloned(),
        _ => None,
    }
}

fn is_held(value: &Value) -> bool {
    matches!(value.kind, Kind::Map(_) | Kind::List(_) | Kind::Object(_))
}

impl Reads {
    pub(super) fn is_full(&self) -> bool {
        self.full
    }
    pub(super) fn was_read(&self, origin: Origin) -> bool {
        self.read.contains(&origin)
    }
    pub(super) fn was_tested(&self, origin: Origin) -> bool {
        self.tested.contains(&origin)
    }
    pub(super) fn all(&self) -> impl Iterator<Item = Read> {
        self.readings.iter().map(|(Reading { path, found, site, usage }, origin)| Read {
            path: self.keys(*path),
            found: *found,
            origin: *origin,
            site: *site,
            usage: *usage,
        })
    }
    fn keys(&self, path: PathId) -> Vec<Str> {
        let (mut keys, mut at) = (Vec::new(), path);
        while at != ROOT
            && let Some((parent, key)) = self.paths.get(at.0 as usize)
        {
            keys.push(key.clone());
            at = *parent;
        }
        keys.reverse();
        keys
    }

    // ---- paths

    pub(super) fn below(&mut self, path: PathId, key: &Str) -> PathId {
        let next = PathId(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        match self.by_path.get(&(path, key.clone())) {
            Some(known) => *known,
            None if self.paths.len() >= MAX_KEPT => {
                self.full = true;
                path
            }
            None => {
                self.paths.push((path, key.clone()));
                self.by_path.insert((path, key.clone()), next);
                next
            }
        }
    }
    pub(super) fn know(&mut self, map: &Map, path: PathId) {
        if self.known.len() >= MAX_KEPT {
            self.full = true;
        } else {
            self.known.entry(map.identity()).or_insert_with(|| (map.clone(), path));
        }
    }
    fn path_of(&self, map: &Map) -> Option<PathId> {
        self.known.get(&map.identity()).map(|(_, path)| *path)
    }
    /// A value was found under a path: what is read below it has one, too.
    fn found(&mut self, value: &Value, path: PathId) {
        match &value.kind {
            Kind::Map(map) => self.know(map, path),
            Kind::List(list) if list.iter().any(is_held) => {
                for (number, item) in list.iter().enumerate().filter(|(_, item)| is_held(item)) {
                    let below = self.below(path, &Str::from(format!("[{number}]")));
                    self.found(item, below);
                }
            }
            _ => {}
        }
    }

    // ---- readings

    /// A name was looked up in something.
    pub(super) fn step(&mut self, (holder, name): (&Value, &Str), found: &Value, last: bool, (site, usage): (Site, Use)) {
        let Some(map) = map_of(holder) else { return };
        let there = map.contains(name);
        if !is_held(found) {
            self.take(found);
        }
        let Some(path) = self.path_of(&map) else { return };
        let path = self.below(path, name);
        self.found(found, path);
        if last || !there {
            self.note(Reading { path, found: there, site, usage }, found.origin);
        }
    }
    fn note(&mut self, reading: Reading, origin: Origin) {
        if self.readings.len() >= MAX_KEPT {
            self.full = true;
        } else if self.seen.insert(reading) {
            self.readings.push((reading, origin));
        }
    }
    /// A value is used, with all that is in it.
    pub(super) fn take(&mut self, value: &Value) {
        let mut next = vec![value.clone()];
        while let Some(value) = next.pop() {
            if value.origin.is_some() {
                self.mark(value.origin);
            }
            match &value.kind {
                Kind::List(list) => next.extend(list.iter().cloned()),
                Kind::Map(map) if self.begins(map) => next.extend(map.read().values().cloned()),
                Kind::Object(object) => next.extend(object.underlying()),
                _ => {}
            }
        }
    }
    fn mark(&mut self, origin: Origin) {
        if origin.made_at().is_some() {
            return;
        }
        if self.read.len() >= MAX_KEPT {
            self.full = true;
        } else {
            self.read.insert(origin);
        }
    }
    /// Whether a map was not taken as a whole before, as it is now.
    fn begins(&mut self, map: &Map) -> bool {
        let length = map.len();
        if self.whole.len() >= MAX_KEPT {
            self.full = true;
            return false;
        }
        self.whole.insert(map.identity(), (map.clone(), length)).is_none_or(|(_, before)| before != length)
    }
    /// Somebody looks whether a value is there, empty or true.
    pub(super) fn test(&mut self, value: &Value) {
        if !is_held(value) {
            self.take(value);
        } else if value.origin.is_some() && self.tested.len() < MAX_KEPT {
            self.tested.insert(value.origin);
        }
    }
    /// A range comes to an entry.
    pub(super) fn visit(&mut self, holder: &Value, key: &Value, item: &Value) {
        self.test(item);
        let path = map_of(holder).and_then(|map| self.path_of(&map));
        if let (Some(path), Some(key)) = (path, key.as_str()) {
            let below = self.below(path, key);
            self.found(item, below);
        }
    }

    // ---- functions

    /// A function was given arguments and gave a result.
    pub(super) fn called(&mut self, taking: Taking, arguments: &[Value], result: &Value, (site, usage): (Site, Use)) {
        match taking {
            Taking::Whole => arguments.iter().for_each(|argument| self.take(argument)),
            Taking::Tested => arguments.iter().for_each(|argument| self.test(argument)),
            Taking::Held => {}
            Taking::Entries => arguments.iter().for_each(|argument| self.entries(argument)),
            Taking::Copied => {
                if let (Some(path), Kind::Map(copy)) = (arguments.first().and_then(map_of).and_then(|map| self.path_of(&map)), &result.kind)
                {
                    self.know(copy, path);
                }
            }
            Taking::Keys { holder, keys, asks } => {
                let holder = if holder < 0 { arguments.last() } else { arguments.get(holder.unsigned_abs()) };
                let end = arguments.len().saturating_sub(keys.1);
                let Some((holder, keys)) = holder.zip(arguments.get(keys.0..end.max(keys.0))) else { return };
                self.dig(holder, keys, asks, (site, if asks { Use::Tested } else { usage }));
            }
            Taking::Dotted => self.dotted(arguments, (site, usage)),
        }
    }
    /// A function gave on something that it was given.
    pub(super) fn given(&mut self, result: &Value) {
        if !is_held(result) {
            self.take(result);
        }
    }
    /// The entries of a map or list, not what is in them.
    fn entries(&mut self, value: &Value) {
        match &value.kind {
            Kind::List(list) => list.iter().for_each(|item| self.test(item)),
            _ => {
                for (_, item) in map_of(value).map(|map| map.snapshot()).unwrap_or_default() {
                    self.test(&item);
                }
            }
        }
    }
    /// Keys and numbers that lead from one value to another, as `index` and `dig` follow them.
    fn dig(&mut self, holder: &Value, keys: &[Value], asks: bool, (site, usage): (Site, Use)) {
        let mut at = holder.clone();
        for (number, key) in keys.iter().enumerate() {
            let last = number.saturating_add(1) == keys.len();
            let found = match (&at.kind, &key.kind) {
                (Kind::List(list), Kind::Int(index, _)) => usize::try_from(*index).ok().and_then(|index| list.get(index)).cloned(),
                (_, Kind::String(name)) => {
                    let found = map_of(&at).and_then(|map| map.get(name));
                    self.step((&at, name), found.as_ref().unwrap_or(&Value::NIL), last, (site, usage));
                    found
                }
                _ => None,
            };
            let Some(found) = found else { return };
            at = found;
        }
        if asks {
            self.test(&at);
        }
    }
    /// helmfile's `get "a.b" … map`: the path first, the map last.
    fn dotted(&mut self, arguments: &[Value], at: (Site, Use)) {
        let (Some(path), Some(holder)) = (arguments.first().and_then(Value::as_str), arguments.last()) else { return };
        let keys: Vec<Value> = path.split(|byte| *byte == b'.').map(Value::string).collect();
        self.dig(holder, &keys, false, at);
    }
}
