//! What helmfile checks in a state file's text before reading it: which top-level keys stand where
//! (helmfile pkg/policy/checker.go).

use crate::diag::{Error, Kind, Place};

/// Checks the text of a state file.
///
/// # Errors
/// No keys at all; `environments` or `bases` after `releases`; environments and releases in one part.
pub(super) fn check(file: &str, typed: &str, text: &[u8]) -> Result<(), Error> {
    let lines: Vec<(u32, &[u8])> =
        text.split(|byte| *byte == b'\n').zip(1..).map(|(line, number)| (number, line.trim_ascii_end())).collect();
    let keys: Vec<(u32, &[u8])> = lines.iter().filter_map(|(number, line)| Some((*number, top_key(line)?))).collect();
    let at = |line: u32| Place::at(typed, line, 1);
    if keys.is_empty() {
        return Err(Error::new(Kind::State, format!("no top-level config keys are found in {file}")).at(Place::file(typed)));
    }
    let ranks: Vec<_> = keys.iter().filter_map(|(line, key)| Some((*line, *key, rank(key)?))).collect();
    if let Some(pair) = ranks.windows(2).find(|pair| pair[0].2 > pair[1].2) {
        let (before, after) = (String::from_utf8_lossy(pair[0].1), String::from_utf8_lossy(pair[1].1));
        let message = format!("top-level config key {after} must be defined before {before} in {file}");
        return Err(Error::new(Kind::State, message).at(at(pair[1].0)).related(at(pair[0].0), format!("`{before}` stands here")));
    }
    one_kind_in_a_part(&lines, at)
}

fn one_kind_in_a_part(lines: &[(u32, &[u8])], at: impl Fn(u32) -> Place) -> Result<(), Error> {
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut before: Option<(u32, &[u8])> = None;
    for (number, line) in lines {
        if line.starts_with(b"---") && line[3..].iter().all(|byte| *byte == b' ') {
            before = None;
            continue;
        }
        let Some(key) = top_key(line).filter(|key| matches!(*key, b"environments" | b"releases")) else { continue };
        // parity: helmfile looks at the first occurrence of each key only
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        if let Some((first, name)) = before {
            let message = "environments and releases cannot be defined within the same YAML part. Use --- to extract the environments into a dedicated part";
            let note = format!("`{}` of the same part stands here", String::from_utf8_lossy(name));
            return Err(Error::new(Kind::State, message)
                .at(at(*number))
                .related(at(first), note)
                .hint(format!("put a line `---` before line {number}")));
        }
        before = Some((*number, key));
    }
    Ok(())
}

/// The key that a line starts with: letters, then a colon.
fn top_key(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().position(|byte| !byte.is_ascii_alphabetic())?;
    (end > 0 && line[end] == b':').then(|| &line[..end])
}

fn rank(key: &[u8]) -> Option<u8> {
    match key {
        b"bases" | b"environments" => Some(0),
        b"releases" => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn environments_and_releases_need_a_part_each() {
        assert!(check("f", "f", b"environments: {}\n---\nreleases: []\n").is_ok());
        assert!(
            check("f", "f", b"environments: {}\nreleases: []\n").unwrap_err().message().starts_with("environments and releases cannot")
        );
        assert!(
            check("f", "f", b"releases: []\n---\nbases: []\n")
                .unwrap_err()
                .message()
                .contains("bases must be defined before releases in f")
        );
        assert!(check("f", "f", b"# nothing\n").is_err());
    }
}
