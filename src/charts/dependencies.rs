//! Which charts of a tree are in, and under which names (helm pkg/chart/v2/util/dependencies.go).

use super::chart::Chart;
use super::coalesce::coalesce_values;
use super::profile::{Aliases, Profile};
use super::tree::{Node, NodeId, Tree};
use super::{Warning, imports};
use crate::data::{Kind as Is, Map, Value};
use crate::diag::{Error, Kind, Place, Result, nearest};
use crate::golang::semver::{Constraints, Version};

/// Refuses a chart whose listed dependencies are not all under `charts/`.
///
/// # Errors
/// `an error occurred while checking for chart dependencies. You may need to run …`
pub fn check_dependencies(chart: &Chart, profile: Profile) -> Result<()> {
    let there: Vec<&str> = chart.dependencies.iter().map(|below| below.name()).collect();
    let listed = chart.metadata.dependencies.iter().flatten().map(|dependency| dependency.name.as_str());
    let missing: Vec<&str> = listed.filter(|name| !there.contains(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let advice = match profile.aliases {
        Aliases::Copied => "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build'",
        Aliases::Shared => "An error occurred while checking for chart dependencies. You may need to run `helm dependency build`",
    };
    let missing_list = missing.join(", ");
    let text = format!("{advice} to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: {missing_list}");
    let mut error = Error::new(Kind::Chart, text);
    if let Some(file) = &chart.values_file {
        let name = file.name.to_text();
        error = error.at(Place::file(format!("{}Chart.yaml", name.trim_end_matches("values.yaml"))));
    }
    for name in missing {
        if let Some(near) = nearest(name, there.iter().copied()) {
            error = error.hint(format!("charts/ has `{near}`: did you mean that instead of `{name}`?"));
        }
    }
    Err(error)
}

impl Tree {
    /// Decides conditions, tags and aliases with the user's values, then imports children's values.
    ///
    /// # Errors
    /// Those of coalescing.
    pub fn process(&mut self, user_values: &Map, profile: Profile, warnings: &mut Vec<Warning>) -> Result<()> {
        self.enable(self.root(), user_values, "", profile, warnings)?;
        imports::process(self, self.root(), profile, warnings)
    }

    fn enable(&mut self, node: NodeId, values: &Map, path: &str, profile: Profile, warnings: &mut Vec<Warning>) -> Result<()> {
        let Some(listed) = self.listed(node) else { return Ok(()) };
        let present = self.children(node).to_vec();
        let mut children: Vec<NodeId> =
            present.iter().copied().filter(|child| !listed.iter().any(|index| self.answers(*child, *index))).collect();
        for index in &listed {
            if let Some(found) = present.iter().copied().find(|child| self.answers(*child, *index)) {
                let alias = self.dependencies[*index].alias.clone();
                children.push(self.copy_for(found, &alias, profile));
            }
            let dependency = &mut self.dependencies[*index];
            if !dependency.alias.is_empty() {
                dependency.name = dependency.alias.clone();
            }
            dependency.enabled = true;
        }
        self.set_children(node, children);
        let values = coalesce_values(self, node, values, profile, warnings)?;
        self.apply_tags(&listed, &values, profile, warnings);
        self.apply_conditions(&listed, &values, path, profile, warnings);
        let disabled: Vec<String> =
            listed.iter().map(|index| &self.dependencies[*index]).filter(|entry| !entry.enabled).map(|entry| entry.name.clone()).collect();
        let children: Vec<NodeId> =
            self.children(node).iter().copied().filter(|child| !disabled.iter().any(|name| name == self.name(*child))).collect();
        let listed: Vec<usize> = listed.into_iter().filter(|index| !disabled.contains(&self.dependencies[*index].name)).collect();
        for child in &children {
            let path = format!("{path}{}.", self.name(*child));
            self.enable(*child, &values, &path, profile, warnings)?;
        }
        // parity: helm appends the enabled ones to nil, so that none left is no list again.
        let listed = if listed.is_empty() { None } else { Some(listed) };
        let metadata = self.nodes[node.0].metadata;
        self.naming[metadata].dependencies = listed;
        self.set_children(node, children);
        Ok(())
    }

    /// Whether the chart is what the entry asks for: same name, version in the range.
    fn answers(&self, child: NodeId, index: usize) -> bool {
        let entry = &self.dependencies[index];
        self.name(child) == entry.name && is_compatible_range(&entry.version, self.version(child))
    }

    /// The node under its alias (helm getAliasDependency).
    fn copy_for(&mut self, node: NodeId, alias: &str, profile: Profile) -> NodeId {
        let id = NodeId(self.nodes.len());
        let mut copy = self.nodes[node.0].clone();
        let children = std::mem::take(&mut copy.children);
        let metadata = copy.metadata;
        self.nodes.push(copy);
        match profile.aliases {
            Aliases::Copied => {
                let mut naming = self.naming[metadata].clone();
                naming.dependencies = naming.dependencies.map(|listed| {
                    let first = self.dependencies.len();
                    let copies: Vec<_> = listed.iter().map(|index| self.dependencies[*index].clone()).collect();
                    self.dependencies.extend(copies);
                    (first..self.dependencies.len()).collect()
                });
                self.nodes[id.0].metadata = self.naming.len();
                self.naming.push(naming);
                let copies = children.into_iter().map(|child| self.copy_node(child)).collect();
                self.set_children(id, copies);
            }
            Aliases::Shared => {
                self.nodes[id.0].metadata = self.naming.len();
                self.naming.push(self.naming[metadata].clone());
                // parity: helm 3 shares the children, which go on naming the first parent.
                self.nodes[id.0].children = children;
            }
        }
        if !alias.is_empty() {
            let metadata = self.nodes[id.0].metadata;
            self.naming[metadata].name = alias.to_owned();
        }
        id
    }

    fn copy_node(&mut self, node: NodeId) -> NodeId {
        let copy: Node = self.nodes[node.0].clone();
        self.nodes.push(copy);
        NodeId(self.nodes.len() - 1)
    }

    fn apply_tags(&mut self, listed: &[usize], values: &Map, profile: Profile, warnings: &mut Vec<Warning>) {
        let Some(tags) = values.get("tags") else { return };
        let Some(tags) = tags.as_map() else { return };
        for index in listed {
            let entry = &mut self.dependencies[*index];
            let (mut any_true, mut any_false) = (false, false);
            for tag in entry.tags.iter().flatten() {
                match tags.get(tag).map(|value| value.kind) {
                    None => {}
                    Some(Is::Bool(true)) => any_true = true,
                    Some(Is::Bool(false)) => any_false = true,
                    Some(_) => {
                        let plain = format!("dependencies.go:95: Warning: Tag '{tag}' for chart {} returned non-bool value", entry.name);
                        let attributes = [("tag", tag.as_str()), ("chart", &entry.name)];
                        warnings.push(Warning::structured(profile, "WARN", "returned non-bool value", &attributes, plain));
                    }
                }
            }
            entry.enabled = any_true || !any_false;
        }
    }

    fn apply_conditions(&mut self, listed: &[usize], values: &Map, prefix: &str, profile: Profile, warnings: &mut Vec<Warning>) {
        for index in listed {
            let entry = &mut self.dependencies[*index];
            for path in entry.condition.trim().split(',').filter(|path| !path.is_empty()) {
                match path_value(values, &format!("{prefix}{path}")).map(|value| value.kind) {
                    None => {}
                    Some(Is::Bool(truth)) => {
                        entry.enabled = truth;
                        break;
                    }
                    Some(_) => {
                        let name = &entry.name;
                        let plain =
                            format!("dependencies.go:64: Warning: Condition path '{path}' for chart {name} returned non-bool value");
                        let attributes = [("path", path), ("chart", name)];
                        warnings.push(Warning::structured(profile, "WARN", "returned non-bool value", &attributes, plain));
                    }
                }
            }
        }
    }
}

/// Whether a version lies in a range; an unreadable range or version matches nothing.
pub(crate) fn is_compatible_range(range: &str, version: &str) -> bool {
    let (Ok(version), Ok(range)) = (Version::new(version), Constraints::new(range)) else { return false };
    range.check(&version)
}

/// The value at a dotted path that is no table (helm Values.PathValue).
fn path_value(values: &Map, path: &str) -> Option<Value> {
    let (tables, key) = path.rsplit_once('.').map_or((None, path), |(tables, key)| (Some(tables), key));
    let table = match tables {
        Some(tables) => table(values, tables).ok()?,
        None => values.clone(),
    };
    table.get(key).filter(|value| value.as_map().is_none())
}

/// The table at a dotted path (helm Values.Table).
///
/// # Errors
/// The step that is no table.
pub(super) fn table<'p>(values: &Map, path: &'p str) -> Result<Map, &'p str> {
    let mut at = values.clone();
    for step in path.split('.') {
        at = match at.get(step).map(|value| value.kind) {
            Some(Is::Map(map)) => map,
            _ => return Err(step),
        };
    }
    Ok(at)
}
