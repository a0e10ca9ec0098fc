//! `github.com/gobwas/glob` 0.2.3, which Helm's `.Files.Glob` uses.
//!
//! gobwas turns a pattern into a tree of matchers and simplifies it; some of these steps change what matches
//! (`a/**/b` also matches `a/b`). Charts see that, so the same steps are taken here.

mod compile;
mod matcher;
mod parse;

use matcher::{Matcher, Search};

/// Why a pattern is no [`Glob`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// gobwas' text: `unexpected end of input`.
    Syntax(String),
    /// Longer or deeper than what is compiled here.
    TooLarge(&'static str),
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Fault::Syntax(text)
    }
}

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
    /// A pattern that is none, or that is too long or nests too deeply.
    pub fn new(pattern: &str, separators: &[char]) -> Result<Glob, Fault> {
        let tree = parse::parse(pattern)?;
        Ok(Glob { matcher: compile::compile(&tree, separators)? })
    }

    /// Whether the whole text matches; `None` where it takes too long to tell.
    pub fn matches(&self, text: &str) -> Option<bool> {
        let mut search = Search::new();
        let found = self.matcher.matches(text.as_bytes(), &mut search);
        (!search.is_over()).then_some(found)
    }
}

#[cfg(test)]
mod tests;
