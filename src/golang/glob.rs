//! `github.com/gobwas/glob` 0.2.3.

/// A compiled glob.
#[derive(Debug, Clone)]
pub struct Glob;

impl Glob {
    /// Compiles a pattern; `*` and `?` stop at `separators`, `**` does not.
    ///
    /// # Errors
    /// gobwas' text.
    pub fn new(_pattern: &str, _separators: &[char]) -> Result<Glob, String> {
        unimplemented!()
    }
    /// Whether the whole text matches.
    pub fn matches(&self, _text: &str) -> bool {
        unimplemented!()
    }
}
