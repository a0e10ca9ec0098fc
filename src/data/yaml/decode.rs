//! Nodes to values, with go-yaml's rules for keys, merges, aliases and repeated keys.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use super::gosyntax;
use super::read::{Document, Duplicates, Reading, Resolver, SyntaxError};
use super::resolve::{Scalar, is_text, scalar};
use super::token::{ScalarStyle, Version};
use super::tree::{Node, NodeKind, Tree};
use crate::data::number::{format_g, format_g32};
use crate::data::quote::quote;
use crate::data::{GoKind, Kind, List, Map, Object, Origin, SourceFile, Str, Type, Value};

/// How deep a value may nest: encoding/json's limit, ours for go-yaml v3.
const MAX_DEPTH: usize = 10_000;

/// Go's type of a mapping with keys that are not all text, in go-yaml v3.
const ANY_MAP: Type = Type::Named("map[interface {}]interface {}", GoKind::Map);

/// Stands before a key that is no text under [`Resolver::Raw`]; no text of YAML begins with it.
pub(super) const RAW_KEY: u8 = 0xFF;

/// Decoding ends here: Go's words and the node at fault.
pub(super) type Stop = (String, u32);

/// A key and its value, with the node of the key where it stands in this mapping itself and was not merged in.
struct Entry {
    key: Str,
    value: Value,
    node: Option<u32>,
    /// Which faults were found late in the key and the value.
    late: Range<usize>,
}

/// A key that no JSON has.
struct Late {
    /// Its type and the key, as the message says it.
    wrong: String,
    key: u32,
    value: u32,
}

pub(super) struct Decoder<'t> {
    tree: Tree<'t>,
    reading: Reading,
    version: Version,
    base: Origin,
    budget: Budget,
    keys: KeyCache,
    /// Whether a float is none that JSON can write.
    infinite: bool,
    /// The faults that Go finds only after it has decoded everything; none where the place was overwritten.
    late: Vec<Option<Late>>,
    /// Faults that Go gathers.
    gathered: Vec<SyntaxError>,
    repeated: Vec<(Origin, Origin, bool)>,
}

/// go-yaml's guard against documents that grow by aliases (`decode.go:allowedAliasRatio`).
#[derive(Default)]
pub(super) struct Budget {
    decoded: u64,
    aliased: u64,
    alias_depth: u32,
    /// Alias nodes that are being followed.
    open: HashSet<u32>,
}

impl Budget {
    /// Counts one step.
    pub(super) fn step(&mut self, node: u32) -> Result<(), Stop> {
        self.decoded = self.decoded.saturating_add(1);
        if self.alias_depth > 0 {
            self.aliased = self.aliased.saturating_add(1);
            if self.aliased > 100 && self.decoded > 1000 {
                let allowed = match self.decoded {
                    0..=400_000 => 0.99,
                    4_000_000.. => 0.10,
                    decoded => 0.99 - 0.89 * ((decoded as f64 - 400_000.0) / 3_600_000.0),
                };
                if self.aliased as f64 / self.decoded as f64 > allowed {
                    return Err(("yaml: document contains excessive aliasing".to_owned(), node));
                }
            }
        }
        Ok(())
    }

    /// Starts to follow an alias.
    pub(super) fn enter(&mut self, tree: Tree<'_>, alias: u32) -> Result<(), Stop> {
        if !self.open.insert(alias) {
            let name = String::from_utf8_lossy(tree.text(tree.node(alias))).into_owned();
            return Err((format!("yaml: anchor '{name}' value contains itself"), alias));
        }
        self.alias_depth = self.alias_depth.saturating_add(1);
        Ok(())
    }

    /// Is done with an alias.
    pub(super) fn leave(&mut self, alias: u32) {
        self.alias_depth = self.alias_depth.saturating_sub(1);
        self.open.remove(&alias);
    }
}

/// Keys seen lately: the same few stand in every manifest, and share their text.
struct KeyCache(Vec<Option<Str>>);

impl KeyCache {
    fn get(&mut self, text: &[u8]) -> Str {
        if text.len() > 64 {
            return text.into();
        }
        let hash = text.iter().fold(text.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add(*byte as usize));
        let slot = hash.checked_rem(self.0.len()).and_then(|slot| self.0.get_mut(slot));
        let Some(slot) = slot else { return text.into() };
        match slot {
            Some(known) if known.as_bytes() == text => known.clone(),
            _ => slot.insert(text.into()).clone(),
        }
    }
}

/// A key that is no text, as go-yaml v2 writes it; none where it is text, or a time, which stays text.
fn raw_key(key: &Scalar<'_>) -> Option<String> {
    Some(match key {
        Scalar::Null => "null".to_owned(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Int(number) => number.to_string(),
        Scalar::Uint(number) => number.to_string(),
        Scalar::Float(number) => float_key(format_g(*number)),
        Scalar::Text(_) | Scalar::Time(_) => return None,
    })
}

/// YAML's words for what no digits write.
fn float_key(digits: String) -> String {
    match digits.as_str() {
        "+Inf" => ".inf".to_owned(),
        "-Inf" => "-.inf".to_owned(),
        "NaN" => ".nan".to_owned(),
        _ => digits,
    }
}

/// Builds the document whose first node is `root`.
pub(super) fn decode(tree: Tree<'_>, root: u32, source: &SourceFile, reading: Reading) -> Result<Document, Vec<SyntaxError>> {
    let version = reading.resolver.version();
    let mut decoder = Decoder {
        tree,
        reading,
        version,
        base: source.base,
        budget: Budget::default(),
        keys: KeyCache(vec![None; 512]),
        infinite: false,
        late: Vec::new(),
        gathered: Vec::new(),
        repeated: Vec::new(),
    };
    let value = decoder.document(root).map_err(|stop| vec![decoder.error(stop)])?;
    if !decoder.gathered.is_empty() {
        return Err(decoder.gathered);
    }
    Ok(Document { value, repeated: decoder.repeated })
}

impl Decoder<'_> {
    fn error(&self, (message, node): Stop) -> SyntaxError {
        SyntaxError::new(message, self.tree.place(self.tree.node(node)))
    }

    fn document(&mut self, root: u32) -> Result<Value, Stop> {
        self.budget.step(root)?;
        let node = self.tree.node(root);
        let value = if self.version == Version::V3 && node.kind == NodeKind::Mapping {
            // helmfile decodes into a map[string]any
            self.budget.step(root)?;
            let map = self.mapping(root, 0, Some(true))?;
            Value { kind: map.map_or(Kind::Nil, Kind::Map), origin: self.origin(node) }
        } else {
            self.value(root, 0)?
        };
        if !self.gathered.is_empty() {
            return Ok(value);
        }
        if let Some(late) = self.late.iter().flatten().next() {
            let shown = gosyntax::node(self.tree, late.value, self.version);
            return Err((format!("unsupported map key of {}, value: {shown}", late.wrong), late.key));
        }
        if self.infinite
            && self.reading.resolver == Resolver::Charts
            && let Some(number) = first_infinite(&value)
        {
            return Err((format!("json: unsupported value: {}", format_g(number)), root));
        }
        Ok(value)
    }

    fn origin(&self, node: &Node) -> Origin {
        self.base.plus(self.tree.place(node))
    }

    fn value(&mut self, index: u32, depth: usize) -> Result<Value, Stop> {
        self.budget.step(index)?;
        let node = self.tree.node(index);
        let kind = match node.kind {
            NodeKind::Scalar => {
                let scalar = scalar(self.tree, node, self.version).map_err(|message| (message, index))?;
                self.scalar_kind(scalar)
            }
            _ if depth >= MAX_DEPTH => return Err((self.too_deep(index), index)),
            NodeKind::Alias(target) => return self.alias(index, target, depth),
            NodeKind::Sequence => {
                let items: Result<Vec<Value>, Stop> =
                    self.tree.children(index).map(|item| self.value(item, depth.saturating_add(1))).collect();
                Kind::List(List::from(items?))
            }
            NodeKind::Mapping => self.mapping(index, depth, None)?.map_or(Kind::Nil, Kind::Map),
        };
        Ok(Value { kind, origin: self.origin(node) })
    }

    fn too_deep(&self, index: u32) -> String {
        match self.reading.resolver {
            Resolver::Charts | Resolver::Typed | Resolver::Raw => {
                let bracket = if self.tree.node(index).kind == NodeKind::Sequence { '[' } else { '{' };
                format!("error unmarshaling JSON: while decoding JSON: invalid character '{bracket}' exceeded max depth")
            }
            Resolver::Helmfile => format!("yaml: exceeded max depth of {MAX_DEPTH}"),
        }
    }

    fn alias(&mut self, index: u32, target: u32, depth: usize) -> Result<Value, Stop> {
        self.budget.enter(self.tree, index)?;
        let value = self.value(target, depth.saturating_add(1))?;
        self.budget.leave(index);
        Ok(value)
    }

    fn scalar_kind(&mut self, scalar: Scalar<'_>) -> Kind {
        let charts = self.reading.resolver == Resolver::Charts;
        match scalar {
            Scalar::Null => Kind::Nil,
            Scalar::Bool(truth) => Kind::Bool(truth),
            Scalar::Int(number) if charts => Kind::Float(number as f64),
            Scalar::Uint(number) if charts => Kind::Float(number as f64),
            Scalar::Int(number) => Kind::Int(number, GoKind::Int),
            Scalar::Uint(number) => Kind::Uint(number, GoKind::Uint64),
            Scalar::Float(number) => {
                self.infinite |= !number.is_finite();
                Kind::Float(number)
            }
            Scalar::Text(std::borrow::Cow::Borrowed(text)) => Kind::String(text.into()),
            // only !!binary is text of its own; JSON makes it UTF-8
            Scalar::Text(text) if charts => Kind::String(crate::data::json::valid_utf8(&text).as_ref().into()),
            Scalar::Text(text) => Kind::String(text.as_ref().into()),
            Scalar::Time(time) => Value::object(time).kind,
        }
    }

    // ---- mappings

    /// A mapping; `None` where its keys are refused. `text_keys` says that Go has decided on a map with text for keys.
    fn mapping(&mut self, index: u32, depth: usize, text_keys: Option<bool>) -> Result<Option<Map>, Stop> {
        let mut entries = Vec::new();
        let mut of = Type::Map;
        if self.version == Version::V2 {
            self.fill_v2(index, depth, &mut entries)?;
        } else {
            if self.refuse_repeated(index) {
                return Ok(None);
            }
            let text_keys = text_keys.unwrap_or_else(|| self.has_text_keys(index));
            if !text_keys {
                of = ANY_MAP;
            }
            self.fill_v3(index, depth, text_keys, None, &mut entries)?;
        }
        Ok(Some(self.finish(of, entries)))
    }

    /// The map of these entries: of equal keys the last one counts.
    fn finish(&mut self, of: Type, mut entries: Vec<Entry>) -> Map {
        if !entries.is_sorted_by(|a, b| a.key < b.key) {
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            for same in entries.chunk_by(|a, b| a.key == b.key).filter(|same| same.len() > 1) {
                // what is overwritten is never turned to JSON
                for entry in same.split_last().map_or(&[][..], |(_, before)| before) {
                    self.late.get_mut(entry.late.clone()).unwrap_or_default().fill_with(|| None);
                }
                self.note_repeated(same);
            }
        }
        let entries: BTreeMap<Str, Value> = entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
        Map::typed(of, entries)
    }

    fn note_repeated(&mut self, same: &[Entry]) {
        let own: Vec<(u32, &Value)> = same.iter().filter_map(|entry| Some((entry.node?, &entry.value))).collect();
        let Some(((first, _), later)) = own.split_first() else { return };
        let mut before = own.first().map(|(_, value)| *value);
        for (node, value) in later {
            let equal = before.is_some_and(|before| equal(before, value));
            before = Some(value);
            let (first, later) = (self.tree.node(*first), self.tree.node(*node));
            if self.reading.duplicates == Duplicates::LastWins {
                self.repeated.push((self.origin(first), self.origin(later), equal));
                continue;
            }
            let key = gosyntax::node(self.tree, *node, self.version);
            // parity: go-yaml v2's strict mode names the line of the value
            let line = self.tree.node(later.end).line.saturating_add(1);
            let message = format!("line {line}: key {key} already set in map");
            self.gathered.push(SyntaxError::repeated(message, self.tree, later, first, equal));
        }
    }

    fn fill_v2(&mut self, index: u32, depth: usize, entries: &mut Vec<Entry>) -> Result<(), Stop> {
        let mut children = self.tree.children(index);
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if self.is_merge(key) {
                self.merge_v2(value, depth, entries)?;
                continue;
            }
            let before = self.late.len();
            let text = self.key_v2((key, value), depth)?;
            let value = self.value(value, depth.saturating_add(1))?;
            entries.push(Entry { key: text, value, node: Some(key), late: before..self.late.len() });
        }
        Ok(())
    }

    fn is_merge(&self, key: u32) -> bool {
        let node = self.tree.node(key);
        if node.kind != NodeKind::Scalar || self.tree.text(node) != b"<<" {
            return false;
        }
        match self.tree.tag(node) {
            [] => node.style == ScalarStyle::Plain,
            b"!" => self.version == Version::V2 || node.style == ScalarStyle::Plain,
            tag => tag == b"tag:yaml.org,2002:merge",
        }
    }

    /// The mappings that a `<<` names, in the order in which they are written: as node and the alias that leads there.
    /// What is no mapping is found in its turn: faults in those before it come first.
    fn merged(&self, index: u32) -> Vec<Result<(u32, Option<u32>), Stop>> {
        let want_map = || ("yaml: map merge requires map or sequence of maps as the value".to_owned(), index);
        let one = |index: u32| match self.tree.node(index).kind {
            NodeKind::Mapping => Ok((index, None)),
            NodeKind::Alias(target) if self.tree.node(target).kind == NodeKind::Mapping => Ok((target, Some(index))),
            _ => Err(want_map()),
        };
        match self.tree.node(index).kind {
            NodeKind::Sequence => self.tree.children(index).map(one).collect(),
            _ => vec![one(index)],
        }
    }

    /// parity: in v2 a `<<` wins over the keys before it and loses to those behind it
    fn merge_v2(&mut self, index: u32, depth: usize, entries: &mut Vec<Entry>) -> Result<(), Stop> {
        if depth >= MAX_DEPTH {
            return Err((self.too_deep(index), index));
        }
        for merged in self.merged(index).into_iter().rev() {
            let (mapping, alias) = merged?;
            let before = entries.len();
            self.follow(mapping, alias, |decoder| decoder.fill_v2(mapping, depth.saturating_add(1), entries))?;
            entries.iter_mut().skip(before).for_each(|entry| entry.node = None);
        }
        Ok(())
    }

    fn follow(&mut self, mapping: u32, alias: Option<u32>, fill: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if let Some(alias) = alias {
            self.budget.step(alias)?;
            self.budget.enter(self.tree, alias)?;
        }
        self.budget.step(mapping)?;
        fill(self)?;
        if let Some(alias) = alias {
            self.budget.leave(alias);
        }
        Ok(())
    }

    /// The node that a key is, behind its alias.
    fn key_node(&mut self, index: u32, depth: usize) -> Result<&'_ Node, Stop> {
        let node = self.tree.node(index);
        if node.kind == NodeKind::Scalar {
            self.budget.step(index)?;
            return Ok(node);
        }
        // faults inside of it come first
        self.value(index, depth.saturating_add(1))?;
        match node.kind {
            NodeKind::Alias(target) => Ok(self.tree.node(target)),
            _ => Ok(node),
        }
    }

    /// A key as text: what sigs.k8s.io/yaml makes of it.
    fn key_v2(&mut self, (index, value): (u32, u32), depth: usize) -> Result<Str, Stop> {
        let (tree, version) = (self.tree, self.version);
        let node = *self.key_node(index, depth)?;
        if node.kind != NodeKind::Scalar {
            return Err((format!("yaml: invalid map key: {}", gosyntax::node(tree, index, version)), index));
        }
        let found = scalar(tree, &node, version).map_err(|message| (message, index))?;
        if self.reading.resolver == Resolver::Raw
            && let Some(text) = raw_key(&found)
        {
            return Ok([&[RAW_KEY], text.as_bytes()].concat().into());
        }
        let wrong = match found {
            Scalar::Text(text) => return Ok(self.keys.get(&text)),
            Scalar::Int(number) => return Ok(number.to_string().into()),
            Scalar::Bool(truth) => return Ok(self.keys.get(if truth { b"true" } else { b"false" })),
            Scalar::Float(number) => return Ok(float_key(format_g32(number)).into()),
            Scalar::Uint(number) => format!("type: uint64, key: {number:#x}"),
            Scalar::Null | Scalar::Time(_) => "type: %!s(<nil>), key: <nil>".to_owned(),
        };
        // no text that YAML has, so that only the same key overwrites it
        let key = [b"\xff", wrong.as_bytes()].concat().into();
        self.late.push(Some(Late { wrong, key: index, value }));
        Ok(key)
    }

    // ---- mappings of go-yaml v3

    fn has_text_keys(&self, index: u32) -> bool {
        self.tree.children(index).step_by(2).all(|key| {
            let mut node = self.tree.node(key);
            if let NodeKind::Alias(target) = node.kind {
                node = self.tree.node(target);
            }
            node.kind == NodeKind::Scalar && (self.is_merge(key) || is_text(self.tree, node))
        })
    }

    /// Gathers all repeated keys of a mapping, as v3 does before it looks at the values.
    fn refuse_repeated(&mut self, index: u32) -> bool {
        if self.reading.duplicates == Duplicates::LastWins {
            return false;
        }
        let identity = |key: u32| {
            let node = self.tree.node(key);
            // parity: collections count as equal whatever is in them
            match node.kind {
                NodeKind::Scalar => (0, self.tree.text(node)),
                NodeKind::Alias(_) => (1, self.tree.text(node)),
                NodeKind::Sequence => (2, &b""[..]),
                NodeKind::Mapping => (3, &b""[..]),
            }
        };
        let keys: Vec<(u8, &[u8])> = self.tree.children(index).step_by(2).map(identity).collect();
        let few = keys.len() <= 16;
        if few && keys.iter().enumerate().all(|(number, key)| !keys.iter().skip(number.saturating_add(1)).any(|other| other == key)) {
            return false;
        }
        let mut seen: HashMap<(u8, &[u8]), Vec<u32>> = HashMap::new();
        let mut order = Vec::new();
        for (key, identity) in self.tree.children(index).step_by(2).zip(keys) {
            let places = seen.entry(identity).or_default();
            if places.len() == 1 {
                order.push(identity);
            }
            places.push(key);
        }
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for places in order.iter().filter_map(|key| seen.get(key)) {
            // parity: each with every later one; bounded, for our own sake
            for (number, first) in places.iter().enumerate().take(100) {
                pairs.extend(places.iter().skip(number.saturating_add(1)).take(100).map(|later| (*first, *later)));
            }
        }
        pairs.sort_unstable();
        for (first, later) in &pairs {
            let (first, later) = (self.tree.node(*first), self.tree.node(*later));
            let text = quote(self.tree.text(later));
            let (line, first_line) = (later.line.saturating_add(1), first.line.saturating_add(1));
            let message = format!("line {line}: mapping key {text} already defined at line {first_line}");
            let equal = self.same_nodes(first.end, later.end);
            self.gathered.push(SyntaxError::repeated(message, self.tree, later, first, equal));
        }
        !pairs.is_empty()
    }

    /// Whether two nodes and all that is in them mean the same.
    fn same_nodes(&self, a: u32, b: u32) -> bool {
        let (a_end, b_end) = (self.tree.node(a).end, self.tree.node(b).end);
        a_end.saturating_sub(a) == b_end.saturating_sub(b)
            && (a..a_end).zip(b..b_end).all(|(one, other)| {
                let (one, other) = (self.tree.node(one), self.tree.node(other));
                match (one.kind, other.kind) {
                    (NodeKind::Scalar, NodeKind::Scalar) => {
                        let scalar = |node| scalar(self.tree, node, self.version).ok();
                        scalar(one) == scalar(other)
                    }
                    (one_kind, other_kind) => one_kind == other_kind && one.end.wrapping_sub(a) == other.end.wrapping_sub(b),
                }
            })
    }

    /// `merged`: the keys that are set already, while a `<<` is followed.
    fn fill_v3(
        &mut self,
        index: u32,
        depth: usize,
        text_keys: bool,
        mut merged: Option<&mut HashSet<Str>>,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Stop> {
        let mut merge = None;
        let mut children = self.tree.children(index);
        let own = merged.is_none();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            if self.is_merge(key) {
                merge = Some(value);
                continue;
            }
            let Some(text) = self.key_v3(key, text_keys, depth)? else { continue };
            if merged.as_mut().is_some_and(|merged| !merged.insert(text.clone())) {
                continue;
            }
            let value = self.value(value, depth.saturating_add(1))?;
            entries.push(Entry { key: text, value, node: own.then_some(key), late: 0..0 });
        }
        let Some(merge) = merge else { return Ok(()) };
        if depth >= MAX_DEPTH {
            return Err((self.too_deep(index), index));
        }
        let mut set = HashSet::new();
        let merged = match merged {
            Some(merged) => merged,
            None => {
                for key in self.tree.children(index).step_by(2) {
                    let node = self.tree.node(key);
                    if !matches!(node.kind, NodeKind::Scalar | NodeKind::Alias(_)) {
                        self.key_node(key, depth)?;
                        let go_type = match node.kind {
                            NodeKind::Sequence => "[]interface {}",
                            _ if self.has_text_keys(key) => "map[string]interface {}",
                            _ => "map[interface {}]interface {}",
                        };
                        return Err((format!("yaml: runtime error: hash of unhashable type {go_type}"), key));
                    }
                    set.extend(self.key_v3(key, text_keys, depth)?);
                }
                &mut set
            }
        };
        for named in self.merged(merge) {
            let (mapping, alias) = named?;
            self.follow(mapping, alias, |decoder| {
                if decoder.refuse_repeated(mapping) {
                    return Ok(());
                }
                decoder.fill_v3(mapping, depth.saturating_add(1), text_keys, Some(&mut *merged), entries)
            })?;
        }
        Ok(())
    }

    /// A key as helmfile sees it; `None` where Go leaves the entry out.
    fn key_v3(&mut self, index: u32, text_keys: bool, depth: usize) -> Result<Option<Str>, Stop> {
        let (tree, version) = (self.tree, self.version);
        let mut node = *self.tree.node(index);
        if let NodeKind::Alias(target) = node.kind {
            node = *tree.node(target);
        }
        if !text_keys || node.kind == NodeKind::Scalar {
            self.key_node(index, depth)?;
        }
        if node.kind != NodeKind::Scalar {
            if !text_keys {
                return Err((format!("yaml: invalid map key: {}", gosyntax::node(tree, index, version)), index));
            }
            let tag = if node.kind == NodeKind::Sequence { "!!seq" } else { "!!map" };
            let message = format!("line {}: cannot unmarshal {tag} into string", node.line.saturating_add(1));
            self.gathered.push(SyntaxError::new(message, tree.place(&node)));
            return Ok(None);
        }
        let scalar = scalar(tree, &node, version).map_err(|message| (message, index))?;
        Ok(match scalar {
            Scalar::Text(text) => Some(self.keys.get(&text)),
            Scalar::Null if text_keys => None,
            _ if text_keys => Some(self.keys.get(tree.text(&node))),
            Scalar::Null => Some("<nil>".into()),
            Scalar::Bool(truth) => Some(self.keys.get(if truth { b"true" } else { b"false" })),
            Scalar::Int(number) => Some(number.to_string().into()),
            Scalar::Uint(number) => Some(number.to_string().into()),
            Scalar::Float(number) => Some(format_g(number).into()),
            Scalar::Time(time) => Some(time.text().into()),
        })
    }
}

/// The first float that JSON has no text for, in the order in which Go writes them.
pub(super) fn first_infinite(value: &Value) -> Option<f64> {
    match &value.kind {
        Kind::Float(number) if !number.is_finite() => Some(*number),
        Kind::List(list) => list.iter().find_map(first_infinite),
        Kind::Map(map) => map.read().values().find_map(first_infinite),
        _ => None,
    }
}

/// Whether two values that were read mean the same.
fn equal(a: &Value, b: &Value) -> bool {
    match (&a.kind, &b.kind) {
        (Kind::Nil, Kind::Nil) => true,
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::Int(a, _), Kind::Int(b, _)) => a == b,
        (Kind::Uint(a, _), Kind::Uint(b, _)) => a == b,
        (Kind::Float(a), Kind::Float(b)) => a == b,
        (Kind::String(a), Kind::String(b)) => a == b,
        (Kind::List(a), Kind::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b)),
        (Kind::Map(a), Kind::Map(b)) => {
            let (a, b) = (a.read(), b.read());
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((ak, av), (bk, bv))| ak == bk && equal(av, bv))
        }
        (Kind::Object(a), Kind::Object(b)) => a.text() == b.text(),
        _ => false,
    }
}
