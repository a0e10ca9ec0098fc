//! From a chart on which the engines differ to a small one on which they differ alike.

use super::all_ours;
use super::case::{Case, difference};
use super::engine::{Answer, Engine};
use super::tokens::tokens;

/// How often a case is rendered again by Helm to see that its answer is one.
pub const REPEAT: usize = 12;
/// Smaller cases that are tried at once.
const TRIED: usize = 120;
/// Rounds of that; each makes the case smaller.
const ROUNDS: usize = 60;

/// The smallest case found that differs as this one does.
pub fn shrunk(engine: &mut Engine, case: Case) -> Case {
    let Some(class) = class(engine, &case) else { return case };
    let mut smallest = case;
    for _ in 0..ROUNDS {
        let mut smaller = smaller(&smallest);
        smaller.retain(|candidate| candidate.size() < smallest.size());
        smaller.sort_by_key(Case::size);
        smaller.dedup();
        let Some(found) = smaller.chunks(TRIED).find_map(|tried| first_alike(engine, tried, class)) else { break };
        smallest = found;
    }
    smallest
}

type Class = (&'static str, &'static str);

fn class(engine: &mut Engine, case: &Case) -> Option<Class> {
    match engine.ask(std::slice::from_ref(case), REPEAT).pop() {
        Some(Answer::Same(theirs)) => difference(&theirs, &case.ours()),
        _ => None,
    }
}

fn first_alike(engine: &mut Engine, tried: &[Case], wanted: Class) -> Option<Case> {
    let mut answers = engine.ask(tried, 0);
    for answer in &mut answers {
        if !matches!(answer, Answer::Same(theirs) if theirs.class() == wanted.0) {
            *answer = Answer::Varies;
        }
    }
    let ours = all_ours(tried, &answers);
    let alike = tried.iter().zip(answers.iter().zip(ours)).filter(|(_, (answer, ours))| match (answer, ours) {
        (Answer::Same(theirs), Some(ours)) => difference(theirs, ours) == Some(wanted),
        _ => false,
    });
    alike.map(|(case, _)| case).find(|case| class(engine, case) == Some(wanted)).cloned()
}

/// All cases that are a step smaller.
fn smaller(case: &Case) -> Vec<Case> {
    let mut smaller = Vec::new();
    for name in case.files.keys() {
        let mut files = case.files.clone();
        files.remove(name);
        smaller.push(Case { files, ..case.clone() });
    }
    let lines: Vec<String> = case.values.split_inclusive('\n').map(str::to_owned).collect();
    smaller.extend(without_runs(&lines).into_iter().map(|lines| Case { values: lines.concat(), ..case.clone() }));
    if !case.user.is_empty() {
        let lines: Vec<String> = case.user.split_inclusive('\n').map(str::to_owned).collect();
        smaller.extend(without_runs(&lines).into_iter().map(|lines| Case { user: lines.concat(), ..case.clone() }));
    }
    for at in 0..case.set.len() {
        let mut set = case.set.clone();
        set.remove(at);
        smaller.push(Case { set, ..case.clone() });
    }
    for (name, text) in &case.templates {
        let mut put = |text: Option<String>| {
            let mut templates = case.templates.clone();
            match text {
                Some(text) => templates.insert(name.clone(), text),
                None => templates.remove(name),
            };
            smaller.push(Case { templates, ..case.clone() });
        };
        if name != "templates/NOTES.txt" {
            put(None);
        }
        let tokens = tokens(text);
        for fewer in without_runs(&tokens).into_iter().chain(without_pairs(&tokens)).chain(simpler_tokens(&tokens)) {
            put(Some(fewer.concat()));
        }
    }
    smaller
}

/// The list without some neighbours: halves, quarters, … single ones.
fn without_runs(items: &[String]) -> Vec<Vec<String>> {
    let mut without = Vec::new();
    let mut length = items.len();
    while length > 0 {
        let step = (length / 2).max(1);
        for start in (0..items.len()).step_by(step) {
            let end = (start + length).min(items.len());
            without.push([&items[..start], &items[end..]].concat());
        }
        length = if length <= 4 { length - 1 } else { length / 2 };
    }
    without
}

/// Without parentheses, with or without what is in them; without actions; without the two ends of a block.
fn without_pairs(tokens: &[String]) -> Vec<Vec<String>> {
    let mut without = Vec::new();
    let mut open = Vec::new();
    let mut blocks = Vec::new();
    let mut opening = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" => open.push(at),
            ")" => {
                if let Some(start) = open.pop() {
                    without.push([&tokens[..start], &tokens[start + 1..at], &tokens[at + 1..]].concat());
                    for instead in ["", "1", "\"a\"", "."] {
                        without.push([&tokens[..start], &[instead.to_owned()], &tokens[at + 1..]].concat());
                    }
                }
            }
            "{{" | "{{-" => opening = at,
            "}}" | "-}}" if opening < at => {
                without.push([&tokens[..opening], &tokens[at + 1..]].concat());
                let word = tokens[opening + 1..at].iter().find(|token| !token.trim().is_empty()).map_or("", String::as_str);
                match word {
                    "if" | "with" | "range" | "block" | "define" => blocks.push((opening, at)),
                    "end" => {
                        if let Some((start, end)) = blocks.pop() {
                            without.push([&tokens[..start], &tokens[end + 1..opening], &tokens[at + 1..]].concat());
                            without.push([&tokens[..start], &tokens[at + 1..]].concat());
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    without
}

/// With one token that says less.
fn simpler_tokens(tokens: &[String]) -> Vec<Vec<String>> {
    let mut simpler = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let mut put = |instead: String| simpler.push([&tokens[..at], &[instead], &tokens[at + 1..]].concat());
        let characters: Vec<char> = token.chars().collect();
        match token.chars().next() {
            Some('"' | '`') if characters.len() > 2 => {
                let inside = &characters[1..characters.len() - 1];
                let quote = characters[0];
                let quoted = |inside: &[char]| format!("{quote}{}{quote}", inside.iter().collect::<String>());
                put(quoted(&[]));
                put(quoted(&['a']));
                let mut length = inside.len();
                while length > 0 {
                    for start in (0..inside.len()).step_by(length) {
                        let end = (start + length).min(inside.len());
                        put(quoted(&[&inside[..start], &inside[end..]].concat()));
                    }
                    length /= 2;
                }
            }
            Some(digit) if digit.is_ascii_digit() && characters.len() > 1 => {
                put("1".to_owned());
                put("0".to_owned());
            }
            Some(space) if space.is_whitespace() && characters.len() > 1 => put(" ".to_owned()),
            Some('.') if characters.len() > 1 => put(".".to_owned()),
            _ => {}
        }
    }
    simpler
}
