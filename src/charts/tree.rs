//! A chart's tree as one release uses it: which charts are in, under which names, with which values.

use std::sync::Arc;

use super::chart::{Chart, Dependency, Metadata};
use crate::data::Map;

/// One chart's place in a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(super) usize);

/// A chart in the tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) chart: Arc<Chart>,
    /// Metadata are shared between nodes where helm shares the pointer.
    pub(super) metadata: usize,
    /// Default values: the chart's own, or those with imports and children merged in.
    pub(super) values: Map,
    pub(super) children: Vec<NodeId>,
    pub(super) parent: Option<NodeId>,
}

/// What of the metadata changes from release to release.
#[derive(Debug, Clone)]
pub(super) struct Naming {
    pub(super) name: String,
    /// Indexes into the tree's dependencies. `None` where Chart.yaml has no list.
    pub(super) dependencies: Option<Vec<usize>>,
}

/// The charts of a release. Made from a [`Chart`] by [`Tree::new`]; [`Tree::process`] decides dependencies.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) naming: Vec<Naming>,
    pub(super) dependencies: Vec<Dependency>,
}

impl Tree {
    /// The whole tree as it was loaded, nothing decided yet.
    pub fn new(chart: &Arc<Chart>) -> Tree {
        let mut tree = Tree { nodes: Vec::new(), naming: Vec::new(), dependencies: Vec::new() };
        tree.add(chart, None);
        tree
    }

    fn add(&mut self, chart: &Arc<Chart>, parent: Option<NodeId>) -> NodeId {
        let id = NodeId(self.nodes.len());
        let listed = chart.metadata.dependencies.as_ref().map(|list| {
            let first = self.dependencies.len();
            self.dependencies.extend(list.iter().cloned());
            (first..self.dependencies.len()).collect()
        });
        let metadata = self.naming.len();
        self.naming.push(Naming { name: chart.metadata.name.clone(), dependencies: listed });
        let values = chart.values.clone();
        self.nodes.push(Node { chart: chart.clone(), metadata, values, children: Vec::new(), parent });
        let children = chart.dependencies.iter().map(|child| self.add(child, Some(id))).collect();
        self.nodes[id.0].children = children;
        id
    }

    /// The chart itself.
    pub fn root(&self) -> NodeId {
        NodeId(0)
    }
    /// The loaded chart.
    pub fn chart(&self, node: NodeId) -> &Arc<Chart> {
        &self.nodes[node.0].chart
    }
    /// Its name in this tree: the alias where there is one.
    pub fn name(&self, node: NodeId) -> &str {
        &self.naming[self.nodes[node.0].metadata].name
    }
    /// Whether it is the chart itself.
    pub fn is_root(&self, node: NodeId) -> bool {
        self.nodes[node.0].parent.is_none()
    }
    /// The enabled charts below it.
    pub fn children(&self, node: NodeId) -> &[NodeId] {
        &self.nodes[node.0].children
    }
    /// `root/charts/a/charts/b`
    pub fn full_path(&self, node: NodeId) -> String {
        match self.nodes[node.0].parent {
            Some(parent) => format!("{}/charts/{}", self.full_path(parent), self.name(node)),
            None => self.name(node).to_owned(),
        }
    }
    /// The file that a path of the tree is, as a user would type it: `charts/web/templates/a.yaml` for `web/templates/a.yaml`.
    /// `None` where it is no path of the tree, or nobody knows where its chart lies.
    pub fn file(&self, path: &str) -> Option<String> {
        let inside = |node: NodeId, path: &str| path.strip_prefix(self.name(node))?.strip_prefix('/').map(str::to_owned);
        let mut node = self.root();
        let mut rest = inside(node, path)?;
        while let Some((child, below)) =
            rest.strip_prefix("charts/").and_then(|path| self.children(node).iter().find_map(|child| Some((*child, inside(*child, path)?))))
        {
            (node, rest) = (child, below);
        }
        let shown = &self.chart(node).shown;
        (!shown.is_empty()).then(|| format!("{shown}/{rest}"))
    }
    /// Its metadata as templates see them: with the alias as name and only enabled dependencies.
    pub fn metadata(&self, node: NodeId) -> Metadata {
        let naming = &self.naming[self.nodes[node.0].metadata];
        let listed = naming.dependencies.as_ref();
        Metadata {
            name: naming.name.clone(),
            dependencies: listed.map(|list| list.iter().map(|index| self.dependencies[*index].clone()).collect()),
            ..self.nodes[node.0].chart.metadata.clone()
        }
    }
    /// Its default values in this tree.
    pub fn values(&self, node: NodeId) -> &Map {
        &self.nodes[node.0].values
    }

    /// The entries of its list as they are now; `None` where there is no list.
    pub(super) fn listed(&self, node: NodeId) -> Option<Vec<usize>> {
        self.naming[self.nodes[node.0].metadata].dependencies.clone()
    }
    pub(super) fn version(&self, node: NodeId) -> &str {
        &self.nodes[node.0].chart.metadata.version
    }
    pub(super) fn set_children(&mut self, node: NodeId, children: Vec<NodeId>) {
        for child in &children {
            self.nodes[child.0].parent = Some(node);
        }
        self.nodes[node.0].children = children;
    }
}
