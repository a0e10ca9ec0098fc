//! Go's `path` package and `filepath.Match`, for `/` separated paths.

use super::{bytes, utf8};

/// `path.Base`: the last element; `.` for an empty path, `/` for slashes only.
pub fn base(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let mut whole = path;
    while let Some(shorter) = whole.strip_suffix(b"/") {
        whole = shorter;
    }
    let (_, last) = split(whole);
    if last.is_empty() { b"/".to_vec() } else { last.to_vec() }
}

/// `path.Dir`: all but the last element, cleaned.
pub fn dir(path: &[u8]) -> Vec<u8> {
    clean(split(path).0)
}

/// `path.Ext`: from the last dot of the last element.
pub fn ext(path: &[u8]) -> Vec<u8> {
    let (_, last) = split(path);
    bytes::cut_last(last, b'.').map_or_else(Vec::new, |(name, _)| bytes::skip(last, name.len()).to_vec())
}

/// `path.Clean`: the shortest path of the same meaning; `.` for an empty one.
pub fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = is_abs(path);
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            b".." if rooted => {}
            _ => kept.push(element),
        }
    }
    let inner = kept.join(&b'/');
    match (rooted, inner.is_empty()) {
        (true, _) => [b"/".as_slice(), &inner].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => inner,
    }
}

/// `path.IsAbs`
pub fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// `path.Join`: the non-empty elements, cleaned; empty where all of them are.
pub fn join(elements: &[&[u8]]) -> Vec<u8> {
    let given: Vec<&[u8]> = elements.iter().copied().filter(|element| !element.is_empty()).collect();
    if given.is_empty() { Vec::new() } else { clean(&given.join(&b'/')) }
}

/// `path.Split`: what stands up to the last slash, and after it.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let file = bytes::cut_last(path, b'/').map_or(path, |(_, file)| file);
    (bytes::before(path, file), file)
}

/// What a malformed pattern gives.
const BAD_PATTERN: &str = "syntax error in pattern";

/// `filepath.Match`: `*`, `?`, `[a-z]`, `[^a]`, `\c`; `*` and `?` stop at `/`.
///
/// # Errors
/// `syntax error in pattern`
pub fn matches(pattern: &[u8], name: &[u8]) -> Result<bool, String> {
    let (mut pattern, mut name) = (pattern, name);
    while !pattern.is_empty() {
        let (stars, rest) = bytes::span(pattern, |byte| byte == b'*');
        let star = !stars.is_empty();
        let (chunk, rest) = split_chunk(rest);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        match match_chunk(chunk, name)? {
            // A chunk that ends the pattern has to end the name too.
            Some(after) if after.is_empty() || !pattern.is_empty() => {
                name = after;
                continue;
            }
            _ => {}
        }
        match if star { skip_to(chunk, name, pattern.is_empty())? } else { None } {
            Some(after) => name = after,
            // parity: filepath.Match does not look at the rest of the pattern here, as path.Match does.
            None => return Ok(false),
        }
    }
    Ok(name.is_empty())
}

/// Where a chunk matches after a `*`: what is left of the name then.
fn skip_to<'n>(chunk: &[u8], name: &'n [u8], last: bool) -> Result<Option<&'n [u8]>, String> {
    let mut rest = name;
    while let [first, after @ ..] = rest {
        if *first == b'/' {
            break;
        }
        rest = after;
        match match_chunk(chunk, rest)? {
            Some(after) if after.is_empty() || !last => return Ok(Some(after)),
            _ => {}
        }
    }
    Ok(None)
}

/// The pattern up to the next `*` that is not in brackets, and the rest.
fn split_chunk(pattern: &[u8]) -> (&[u8], &[u8]) {
    let mut in_brackets = false;
    let mut rest = pattern;
    while let [byte, after @ ..] = rest {
        match byte {
            b'\\' => {
                rest = bytes::skip(after, 1);
                continue;
            }
            b'[' => in_brackets = true,
            b']' => in_brackets = false,
            b'*' if !in_brackets => break,
            _ => {}
        }
        rest = after;
    }
    (bytes::before(pattern, rest), rest)
}

/// Matches a chunk at the start of the name: what is left of the name. The whole chunk is checked in any case.
fn match_chunk<'n>(chunk: &[u8], name: &'n [u8]) -> Result<Option<&'n [u8]>, String> {
    let (mut chunk, mut name) = (chunk, name);
    let mut failed = false;
    while let Some(&byte) = chunk.first() {
        failed |= name.is_empty();
        match byte {
            b'[' => {
                let (rune, length) = if failed { (0, 0) } else { utf8::decode(name) };
                name = bytes::skip(name, length);
                let (matched, rest) = match_brackets(bytes::skip(chunk, 1), rune)?;
                failed |= !matched;
                chunk = rest;
            }
            b'?' => {
                if !failed {
                    failed = name.first() == Some(&b'/');
                    name = bytes::skip(name, utf8::decode(name).1);
                }
                chunk = bytes::skip(chunk, 1);
            }
            _ => {
                if byte == b'\\' {
                    chunk = bytes::skip(chunk, 1);
                }
                let Some((expected, rest)) = chunk.split_first() else { return Err(BAD_PATTERN.to_owned()) };
                if !failed {
                    failed = name.first() != Some(expected);
                    name = bytes::skip(name, 1);
                }
                chunk = rest;
            }
        }
    }
    Ok((!failed).then_some(name))
}

/// Whether a rune is in the brackets, and the pattern after them.
fn match_brackets(pattern: &[u8], rune: u32) -> Result<(bool, &[u8]), String> {
    let (negated, mut rest) = pattern.strip_prefix(b"^").map_or((false, pattern), |rest| (true, rest));
    let mut found = false;
    let mut first = true;
    while first || !rest.starts_with(b"]") {
        first = false;
        let (low, after) = bracket_character(rest)?;
        rest = after;
        let mut high = low;
        if let Some(after) = rest.strip_prefix(b"-") {
            (high, rest) = bracket_character(after)?;
        }
        found |= (low..=high).contains(&rune);
    }
    Ok((found != negated, bytes::skip(rest, 1)))
}

/// A character in brackets; something has to follow it.
fn bracket_character(pattern: &[u8]) -> Result<(u32, &[u8]), String> {
    let bad = || BAD_PATTERN.to_owned();
    let escaped = match pattern {
        [] | [b'-' | b']', ..] => return Err(bad()),
        [b'\\', rest @ ..] => rest,
        _ => pattern,
    };
    let (rune, length) = utf8::decode(escaped);
    if rune == utf8::RUNE_ERROR && length <= 1 || escaped.len() <= length {
        return Err(bad());
    }
    Ok((rune, bytes::skip(escaped, length)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golang::strconv::{quote, unquote};

    #[test]
    fn paths_are_as_in_go() {
        let mut failures = Vec::new();
        for line in include_str!("../../tests/cases/golang/path.txt").lines() {
            let (kind, rest) = line.split_once('\t').unwrap();
            let columns: Vec<Vec<u8>> = rest.split('\t').map(|column| unquote(column.as_bytes()).unwrap()).collect();
            let got = match kind {
                "path" => {
                    let path = &columns[0];
                    let absolute = is_abs(path).to_string().into_bytes();
                    let (before, after) = split(path);
                    vec![base(path), dir(path), ext(path), clean(path), absolute, before.to_vec(), after.to_vec()]
                }
                "join" => {
                    let elements: Vec<&[u8]> = columns[0].split(|byte| *byte == b' ').collect();
                    vec![join(&elements)]
                }
                _ => vec![
                    matches(&columns[0], &columns[1]).map_or_else(|error| format!("error: {error}"), |yes| yes.to_string()).into_bytes(),
                ],
            };
            let expected = &columns[columns.len() - got.len()..];
            if got != expected {
                let show = |texts: &[Vec<u8>]| texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(" ");
                failures.push(format!("{line}\n    {}\n    {}", show(&got), show(expected)));
            }
        }
        assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
    }
}
