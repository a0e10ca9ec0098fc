//! A compiled template file.

use std::sync::Arc;

use super::engine::Engine;
use super::error::ParseError;
use crate::data::Str;

/// One file, compiled with all templates it defines. Immutable; shared between releases and threads.
#[derive(Debug)]
pub struct Program {
    name: Str,
    text: Str,
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
        std::iter::once(&self.name)
    }
    pub(super) fn parse(_engine: &Engine, name: Str, text: Str) -> Result<Arc<Program>, ParseError> {
        Ok(Arc::new(Program { name, text }))
    }
}
