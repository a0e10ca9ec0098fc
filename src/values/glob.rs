//! `filepath.Glob` over a [`Host`].

use super::setting::{Folder, clean, join};
use crate::golang::path::matches;
use crate::host::Host;

/// The shown paths that a shown pattern matches, sorted as Go gives them (each folder's names in order).
/// Without a pattern's signs: the path itself, where it is there.
///
/// # Errors
/// `syntax error in pattern`
pub fn glob(host: &dyn Host, folder: &Folder, pattern: &str) -> Result<Vec<String>, String> {
    if !has_signs(pattern) {
        return Ok(if folder.kind(host, pattern).is_some() { vec![pattern.to_owned()] } else { Vec::new() });
    }
    matches(pattern.as_bytes(), b"")?;
    let (parent, name) = match pattern.rfind('/') {
        Some(0) => ("/".to_owned(), &pattern[1..]),
        Some(at) => (pattern[..at].to_owned(), &pattern[at + 1..]),
        None => (".".to_owned(), pattern),
    };
    let parents = if has_signs(&parent) && parent != clean(pattern) { glob(host, folder, &parent)? } else { vec![parent] };
    let mut found = Vec::new();
    for parent in parents {
        let Ok(names) = folder.list(host, &parent) else { continue };
        for entry in names {
            if matches(name.as_bytes(), entry.as_bytes())? {
                found.push(join(&parent, &entry));
            }
        }
    }
    Ok(found)
}

fn has_signs(path: &str) -> bool {
    path.contains(['*', '?', '[', '\\'])
}

/// The shown files directly in a shown folder whose names begin and end like that.
pub fn named(host: &dyn Host, folder: &Folder, start: &str, end: &str) -> Vec<String> {
    let names = folder.list(host, &folder.shown).unwrap_or_default();
    let fits = |name: &String| name.starts_with(start) && name.ends_with(end) && name.len() >= start.len() + end.len();
    names.into_iter().filter(fits).map(|name| folder.shown(&name)).collect()
}
