//! Compiled patterns, kept.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::Regexp;

/// Patterns and the memory of their programs, at most. A full cache starts anew: charts use few patterns.
const MAX_PATTERNS: usize = 512;
const MAX_BYTES: usize = 64 << 20;

/// Compiled patterns by their text, bounded; for an engine that is shared between threads.
#[derive(Debug, Default)]
pub struct Cache(RwLock<Kept>);

#[derive(Debug, Default)]
struct Kept {
    patterns: HashMap<Vec<u8>, Arc<Regexp>>,
    bytes: usize,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// The compiled pattern, compiled now or before.
    ///
    /// # Errors
    /// As [`Regexp::new`]; errors are not kept.
    pub fn get(&self, pattern: &[u8]) -> Result<Arc<Regexp>, String> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).patterns.get(pattern) {
            return Ok(known.clone());
        }
        let compiled = Arc::new(Regexp::new(pattern)?);
        let size = compiled.size() + pattern.len();
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.patterns.len() >= MAX_PATTERNS || kept.bytes + size > MAX_BYTES {
            *kept = Kept::default();
        }
        if kept.patterns.insert(pattern.to_vec(), compiled.clone()).is_none() {
            kept.bytes += size;
        }
        Ok(compiled)
    }
}
