//! `github.com/gobwas/glob` 0.2.3, which Helm's `.Files.Glob` uses.
//!
//! gobwas turns a pattern into a tree of matchers and simplifies it; some of these steps change what matches
//! (`a/**/b` also matches `a/b`). Charts see that, so the same steps are taken here.

mod compile;
mod matcher;
mod parse;

use matcher::{Matcher, Search};

/// A compiled glob.
#[derive(Debug, Clone)]
pub struct Glob {
    matcher: Matcher,
}

impl Glob {
    /// Compiles a pattern; `*` and `?` stop at `separators`, `**` does not. `[a-z]`, `[!abc]`, `{a,b}` and `\`
    /// are known too.
    ///
    /// # Errors
    /// gobwas' text (`unexpected end of input`), or ours where a pattern is too long or nests too deeply.
    pub fn new(pattern: &str, separators: &[char]) -> Result<Glob, String> {
        let tree = parse::parse(pattern)?;
        Ok(Glob { matcher: compile::compile(&tree, separators)? })
    }

    /// Whether the whole text matches. A pattern that takes too long on a text does not match it.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.matches(text.as_bytes(), &mut Search::new())
    }
}

#[cfg(test)]
mod tests;
