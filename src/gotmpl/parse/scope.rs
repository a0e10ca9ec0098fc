//! Variables in scope, found in constant time.

use std::collections::HashMap;

/// A stack of variables.
#[derive(Debug, Default)]
pub(super) struct Scope {
    symbols: Vec<u32>,
    places: HashMap<u32, Vec<u32>>,
}

impl Scope {
    pub(super) fn push(&mut self, symbol: u32) {
        self.places.entry(symbol).or_default().push(self.symbols.len() as u32);
        self.symbols.push(symbol);
    }
    pub(super) fn len(&self) -> usize {
        self.symbols.len()
    }
    pub(super) fn truncate(&mut self, len: usize) {
        while self.symbols.len() > len {
            if let Some(places) = self.symbols.pop().and_then(|symbol| self.places.get_mut(&symbol)) {
                places.pop();
            }
        }
    }
    /// Where the variable stands that was pushed last under that symbol.
    pub(super) fn place(&self, symbol: u32) -> Option<u32> {
        self.places.get(&symbol)?.last().copied()
    }
}
