//! `import-values`: children's tables into their parent's defaults (helm processImportValues).

use super::Warning;
use super::coalesce::{deep_copy, merge_tables, merge_values};
use super::dependencies::table;
use super::profile::Profile;
use super::tree::{NodeId, Tree};
use crate::data::{Kind as Is, Map, Type, Value};
use crate::diag::Result;
use crate::golang::{fmt::append_value, strconv};

/// Children first, then the chart: its values become those of the whole tree below it, with the imports under them.
pub(super) fn process(tree: &mut Tree, node: NodeId, profile: Profile, warnings: &mut Vec<Warning>) -> Result<()> {
    for child in tree.children(node).to_vec() {
        process(tree, child, profile, warnings)?;
    }
    let Some(listed) = tree.listed(node) else { return Ok(()) };
    let values = merge_values(tree, node, &Map::new(), profile, warnings)?;
    let imported = Map::new();
    for index in listed {
        let name = tree.dependencies[index].name.clone();
        let Some(entries) = tree.dependencies[index].import_values.take() else { continue };
        let mut rewritten = Vec::new();
        for entry in &entries {
            let Some(import) = Import::of(entry) else { continue };
            rewritten.push(import.rewritten(entry));
            match table(&values, &format!("{name}.{}", import.child)) {
                Ok(found) => merge_tables(&imported, &nested(&import.parent, found), profile, warnings),
                Err(step) => warnings.push(import.missing(&name, step, profile)),
            }
        }
        tree.dependencies[index].import_values = if rewritten.is_empty() { None } else { Some(rewritten) };
    }
    // A copy: what was imported still shares maps with the tree it comes from.
    let values = deep_copy(&values);
    merge_tables(&values, &imported, profile, warnings);
    tree.nodes[node.0].values = values;
    Ok(())
}

/// One entry of `import-values`.
struct Import {
    child: String,
    parent: String,
    /// Written as a plain text: an export.
    export: bool,
}

impl Import {
    fn of(entry: &Value) -> Option<Import> {
        match &entry.kind {
            Is::String(name) => Some(Import { child: format!("exports.{name}"), parent: ".".into(), export: true }),
            Is::Map(map) => {
                let text = |key: &str| {
                    let mut out = Vec::new();
                    append_value(&mut out, &map.get(key).unwrap_or_default());
                    String::from_utf8_lossy(&out).into_owned()
                };
                Some(Import { child: text("child"), parent: text("parent"), export: false })
            }
            _ => None,
        }
    }

    /// What `.Chart.Dependencies` shows of it afterwards.
    fn rewritten(&self, entry: &Value) -> Value {
        let pairs = [("child", &self.child), ("parent", &self.parent)];
        let map: Map = pairs.into_iter().map(|(key, text)| (key, Value::string(text.as_str()))).collect();
        Value::from(map.retyped(Type::StringMap)).from_origin(entry.origin)
    }

    fn missing(&self, chart: &str, step: &str, profile: Profile) -> Warning {
        let error = format!("{} is not a table", strconv::quote(step.as_bytes()));
        if self.export {
            let plain = format!("dependencies.go:287: Warning: ImportValues missing table: {error}");
            return Warning::structured(profile, "WARN", "ImportValues missing table", &[("error", &error)], plain);
        }
        let plain = format!("dependencies.go:270: Warning: ImportValues missing table from chart {chart}: {error}");
        let attributes = [("chart", chart), ("error", &error)];
        Warning::structured(profile, "WARN", "ImportValues missing table from chart", &attributes, plain)
    }
}

/// The table under a dotted path; `.` is the root.
fn nested(path: &str, table: Map) -> Map {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, key| [(key, Value::from(inner))].into_iter().collect())
}
