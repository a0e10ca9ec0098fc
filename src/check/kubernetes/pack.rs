//! What Kubernetes says of its own kinds (`schemas/kubernetes/README.md`): `minor + kind → schema`. Only what a kind needs is
//! unpacked, and of a package only the definitions that are reached are read.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use flate2::read::DeflateDecoder;

use super::fields;
use super::schema::{Dialect, Schema};
use crate::data::{Sources, json};

static PACK: &[u8] = include_bytes!("../../../schemas/kubernetes/kubernetes.pack");

/// The schemas of all minors.
struct Pack {
    /// The minors, oldest first.
    minors: Vec<u32>,
    /// By group, version and kind.
    kinds: BTreeMap<[&'static str; 3], Vec<BuiltIn>>,
    lives: BTreeMap<[&'static str; 3], Life>,
    blocks: HashMap<&'static str, Block>,
}

/// A kind of Kubernetes' own, in some minors.
#[derive(Debug, Clone, Copy)]
pub(super) struct BuiltIn {
    mask: u32,
    /// Package and name.
    pub(super) definition: &'static str,
    pub(super) namespaced: bool,
}

/// When a version of a kind was deprecated and removed: minors of Kubernetes 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub(super) deprecated: Option<u32>,
    pub(super) removed: u32,
    /// `apps/v1 Deployment`
    pub(super) replacement: Option<(&'static str, &'static str)>,
}

struct Block {
    packed: &'static [u8],
    length: usize,
    text: OnceLock<String>,
}

impl Block {
    fn text(&self) -> &str {
        self.text.get_or_init(|| inflate(self.packed, self.length))
    }
}

fn inflate(packed: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    // What is compiled in is whole: a test reads all of it.
    let _ = DeflateDecoder::new(packed).read_to_string(&mut text);
    text
}

impl Pack {
    fn get() -> &'static Pack {
        static READ: OnceLock<Pack> = OnceLock::new();
        READ.get_or_init(|| Pack::read().unwrap_or_else(|| Pack::of("", &[])))
    }

    fn read() -> Option<Pack> {
        static INDEX: OnceLock<String> = OnceLock::new();
        let (head, rest) = PACK.split_at_checked(PACK.iter().position(|byte| *byte == b'\n')?.saturating_add(1))?;
        let mut numbers = std::str::from_utf8(head).ok()?.split_whitespace().map_while(|number| number.parse().ok());
        let (index, blocks) = rest.split_at_checked(numbers.next()?)?;
        let length = numbers.next()?;
        Some(Pack::of(INDEX.get_or_init(|| inflate(index, length)), blocks))
    }

    fn of(index: &'static str, blocks: &'static [u8]) -> Pack {
        let mut pack = Pack { minors: Vec::new(), kinds: BTreeMap::new(), lives: BTreeMap::new(), blocks: HashMap::new() };
        for line in index.lines() {
            let words: Vec<&'static str> = line.split(' ').map(|word| if word == "-" { "" } else { word }).collect();
            match words.as_slice() {
                ["versions", versions @ ..] => {
                    pack.minors = versions.iter().filter_map(|version| version.split('.').nth(1)?.parse().ok()).collect();
                }
                ["kind", group, version, kind, mask, definition, _, scope] => {
                    let mask = mask.parse().unwrap_or(0);
                    let entry = BuiltIn { mask, definition, namespaced: *scope == "namespaced" };
                    pack.kinds.entry([group, version, kind]).or_default().push(entry);
                }
                ["life", group, version, kind, deprecated, removed, replacement @ ..] => {
                    let replacement = match replacement {
                        [version, kind] => Some((*version, *kind)),
                        _ => None,
                    };
                    if let Ok(removed) = removed.parse() {
                        pack.lives.insert([group, version, kind], Life { deprecated: deprecated.parse().ok(), removed, replacement });
                    }
                }
                ["block", package, offset, size, length] => {
                    let (Ok(offset), Ok(size), Ok(length)) = (offset.parse::<usize>(), size.parse::<usize>(), length.parse()) else {
                        continue;
                    };
                    let packed = blocks.get(offset..offset.saturating_add(size)).unwrap_or_default();
                    pack.blocks.insert(package, Block { packed, length, text: OnceLock::new() });
                }
                _ => {}
            }
        }
        pack
    }
}

/// The schemas of one minor.
pub(super) struct Definitions {
    pack: &'static Pack,
    /// The minor that is asked about.
    pub(super) wanted: u32,
    /// The minor whose schemas are used: the nearest that is not newer, or the oldest.
    pub(super) minor: u32,
    mask: u32,
    read: Mutex<HashMap<String, Option<Arc<Schema>>>>,
}

impl Definitions {
    /// Those of the minor, or of the nearest one that is there.
    pub(super) fn of(wanted: u32) -> Self {
        let pack = Pack::get();
        let place = pack.minors.iter().rposition(|minor| *minor <= wanted).unwrap_or(0);
        let minor = pack.minors.get(place).copied().unwrap_or(wanted);
        Self { pack, wanted, minor, mask: 1_u32.checked_shl(place as u32).unwrap_or(0), read: Mutex::default() }
    }

    /// A kind that this minor serves.
    pub(super) fn kind(&self, group: &str, version: &str, kind: &str) -> Option<BuiltIn> {
        let kinds: &BTreeMap<[&str; 3], Vec<BuiltIn>> = &self.pack.kinds;
        kinds.get(&[group, version, kind])?.iter().find(|entry| entry.mask & self.mask != 0).copied()
    }

    /// Whether a kind of Kubernetes' own stands in namespaces.
    pub(super) fn namespaced(&self, group: &str, kind: &str) -> Option<bool> {
        let of_name = self.pack.kinds.iter().find(|([of, _, name], _)| *of == group && *name == kind);
        of_name.and_then(|(_, entries)| entries.first()).map(|entry| entry.namespaced)
    }

    /// Versions in which this minor serves a kind of that name: `apps/v1`.
    pub(super) fn versions_of(&self, kind: &str) -> Vec<String> {
        let served =
            self.pack.kinds.iter().filter(|(name, entries)| name[2] == kind && entries.iter().any(|entry| entry.mask & self.mask != 0));
        served.map(|([group, version, _], _)| if group.is_empty() { (*version).to_owned() } else { format!("{group}/{version}") }).collect()
    }

    /// Kinds of that group and version which this minor serves.
    pub(super) fn kinds_of(&self, group: &str, version: &str) -> impl Iterator<Item = &'static str> {
        let wanted = (group.to_owned(), version.to_owned());
        let of = self.pack.kinds.iter().filter(move |([group, version, _], _)| *group == wanted.0 && *version == wanted.1);
        of.filter(|(_, entries)| entries.iter().any(|entry| entry.mask & self.mask != 0)).map(|([_, _, kind], _)| *kind)
    }

    /// Whether Kubernetes itself has, or had, something in that group; custom resources can't have it.
    pub(super) fn owns(&self, group: &str) -> bool {
        let of = |names: &[&str; 3]| names[0] == group;
        self.pack.kinds.keys().any(of) || self.pack.lives.keys().any(of)
    }

    /// When that version of a kind was deprecated and removed.
    pub(super) fn life(&self, group: &str, version: &str, kind: &str) -> Option<Life> {
        let lives: &BTreeMap<[&str; 3], Life> = &self.pack.lives;
        lives.get(&[group, version, kind]).copied()
    }

    /// The definition of that name (`api.apps.v1.Deployment`).
    pub(super) fn definition(&self, name: &str) -> Option<Arc<Schema>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(name) {
            return known.clone();
        }
        let schema = self.find(name).map(Arc::new);
        read.insert(name.to_owned(), schema.clone());
        schema
    }

    fn find(&self, name: &str) -> Option<Schema> {
        let (package, short) = name.rsplit_once('.')?;
        let text = self.pack.blocks.get(package)?.text();
        let schema = text.lines().find_map(|line| {
            let (mask, schema) = line.strip_prefix(short)?.strip_prefix(' ')?.split_once(' ')?;
            (mask.parse::<u32>().ok()? & self.mask != 0).then_some(schema)
        })?;
        let value = json::read(&Sources::new().add(name, schema)).ok()?;
        let mut schema = Schema::read(&value, Dialect::BuiltIn).ok()?;
        fields::attach(name, &mut schema);
        Some(schema)
    }
}

#[cfg(test)]
mod tests {
    use super::{Definitions, Pack};

    #[test]
    fn all_that_is_compiled_in_is_whole() {
        let pack = Pack::get();
        assert!(pack.minors.len() >= 5 && pack.kinds.len() > 100, "{:?}", pack.minors);
        for (package, block) in &pack.blocks {
            assert_eq!(block.text().len(), block.length, "{package}");
        }
        for minor in &pack.minors {
            let definitions = Definitions::of(*minor);
            for (package, block) in &pack.blocks {
                for line in block.text().lines() {
                    let mut words = line.split(' ');
                    let (name, mask) = (words.next().unwrap(), words.next().unwrap().parse::<u32>().unwrap());
                    if mask & definitions.mask != 0 {
                        assert!(definitions.definition(&format!("{package}.{name}")).is_some(), "{package}.{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_kind_is_there_in_the_minors_that_serve_it() {
        let (new, old) = (Definitions::of(37), Definitions::of(32));
        assert!(new.kind("apps", "v1", "Deployment").is_some_and(|kind| kind.namespaced));
        assert!(old.kind("storagemigration.k8s.io", "v1", "StorageVersionMigration").is_none());
        assert!(new.kind("storagemigration.k8s.io", "v1", "StorageVersionMigration").is_some());
        assert_eq!((Definitions::of(99).minor, Definitions::of(20).minor), (37, 32));
        let life = new.life("extensions", "v1beta1", "Ingress").unwrap();
        assert_eq!((life.removed, life.replacement), (22, Some(("networking.k8s.io/v1", "Ingress"))));
    }
}
