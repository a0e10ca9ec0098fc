//! A compiled template file.

use std::sync::Arc;

use super::engine::Engine;
use super::error::ParseError;
use super::funcs::FunctionTable;
use super::parse::{self, Template, Tree};
use crate::data::Str;

/// One file, compiled with all templates it defines. Immutable; shared between releases and threads. It calls the
/// functions of the engine that parsed it, also in sets of another.
#[derive(Debug)]
pub struct Program {
    name: Str,
    text: Str,
    tree: Tree,
    functions: Arc<FunctionTable>,
}

impl Program {
    /// The name it was parsed under.
    pub fn name(&self) -> &Str {
        &self.name
    }
    /// Its source.
    pub fn text(&self) -> &Str {
        &self.text
    }
    /// The names of the templates in it, its own first, then the defined ones in the order of the text.
    pub fn defines(&self) -> impl Iterator<Item = &Str> {
        self.tree.templates.iter().map(|template| &template.name)
    }
    pub(super) fn parse(engine: &Engine, name: Str, text: Str) -> Result<Arc<Program>, ParseError> {
        let tree = parse::parse(engine, &name, &text)?;
        Ok(Arc::new(Program { name, text, tree, functions: engine.table() }))
    }
    /// The functions whose numbers stand in its tree.
    pub(super) fn functions(&self) -> &FunctionTable {
        &self.functions
    }
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }
    /// The name of a template by its place in the file.
    pub(super) fn template_name(&self, index: usize) -> Str {
        self.template(index).name.clone()
    }
    /// A template by its place in the file; places come from this program's own templates only.
    #[expect(clippy::indexing_slicing, reason = "a set links a template's name to the program and the place that it has there")]
    pub(super) fn template(&self, index: usize) -> &Template {
        &self.tree.templates[index]
    }
}
