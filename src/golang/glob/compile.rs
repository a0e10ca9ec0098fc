//! The tree of a pattern into matchers, with gobwas' simplifications.

use std::collections::HashSet;

use super::matcher::{Matcher, Tree};
use super::parse::Node;

const NO_MATCHER: &str = "compile error: need at least one matcher";

/// `compiler.Compile`
pub(super) fn compile(node: &Node, separators: &[char]) -> Result<Matcher, String> {
    let matcher = match node {
        Node::AnyOf(patterns) => {
            return match factored(patterns) {
                Some(simpler) => compile(&simpler, separators),
                None => Ok(Matcher::AnyOf(compile_all(patterns, separators)?)),
            };
        }
        Node::Pattern(nodes) if nodes.is_empty() => Matcher::Nothing,
        Node::Pattern(nodes) => arrange(glue_longest(compile_all(nodes, separators)?))?,
        Node::Any => Matcher::Any(separators.to_vec()),
        Node::Super => Matcher::Super,
        Node::Single => Matcher::Single(separators.to_vec()),
        Node::Nothing => Matcher::Nothing,
        Node::List { characters, negative } => Matcher::List(characters.clone(), *negative),
        Node::Range { low, high, negative } => Matcher::Range(*low, *high, *negative),
        Node::Text(text) => Matcher::Text(text.clone().into_bytes()),
    };
    Ok(simplified(matcher))
}

fn compile_all(nodes: &[Node], separators: &[char]) -> Result<Vec<Matcher>, String> {
    nodes.iter().map(|node| compile(node, separators).map(simplified)).collect()
}

/// A matcher for the same, as gobwas sees it, that is cheaper.
fn simplified(matcher: Matcher) -> Matcher {
    match matcher {
        Matcher::Any(separators) if separators.is_empty() => Matcher::Super,
        Matcher::AnyOf(mut matchers) if matchers.len() == 1 => matchers.remove(0),
        Matcher::List(characters, false) if characters.len() == 1 => Matcher::Text(characters.into_iter().collect::<String>().into_bytes()),
        Matcher::Tree(tree) => simplified_tree(*tree),
        other => other,
    }
}

fn simplified_tree(mut tree: Tree) -> Matcher {
    tree.left = tree.left.map(simplified);
    tree.right = tree.right.map(simplified);
    let Matcher::Text(text) = &tree.value else { return Matcher::Tree(Box::new(tree)) };
    let text = text.clone();
    match (&tree.left, &tree.right) {
        (None, None) => Matcher::Text(text),
        (Some(Matcher::Super), Some(Matcher::Super)) => Matcher::Contains(text, false),
        (Some(Matcher::Super), None) => Matcher::Suffix(text),
        (None, Some(Matcher::Super)) => Matcher::Prefix(text),
        (None, Some(Matcher::Suffix(suffix))) => Matcher::PrefixSuffix(text, suffix.clone()),
        (Some(Matcher::Prefix(prefix)), None) => Matcher::PrefixSuffix(prefix.clone(), text),
        (Some(Matcher::Any(separators)), None) => Matcher::SuffixAny(text, separators.clone()),
        (None, Some(Matcher::Any(separators))) => Matcher::PrefixAny(text, separators.clone()),
        _ => Matcher::Tree(Box::new(tree)),
    }
}

/// A sequence of matchers as one: the longest of known length in the middle, the rest left and right of it.
fn arrange(mut matchers: Vec<Matcher>) -> Result<Matcher, String> {
    match matchers.len() {
        0 => return Err(NO_MATCHER.to_owned()),
        1 => return Ok(matchers.remove(0)),
        _ => {}
    }
    if let Some(glued) = glue(&matchers) {
        return Ok(glued);
    }
    let lengths = matchers.iter().enumerate().filter_map(|(at, matcher)| Some((matcher.length()?, at)));
    let Some((_, middle)) = lengths.max() else {
        let rest = matchers.split_off(1);
        return Ok(Matcher::Tree(Box::new(Tree::new(matchers.remove(0), None, Some(arrange(rest)?)))));
    };
    let mut matchers = matchers.into_iter();
    let left: Vec<Matcher> = matchers.by_ref().take(middle).collect();
    let Some(value) = matchers.next() else { return Err(NO_MATCHER.to_owned()) };
    let right: Vec<Matcher> = matchers.collect();
    let left = if left.is_empty() { None } else { Some(arrange(left)?) };
    let right = if right.is_empty() { None } else { Some(arrange(right)?) };
    Ok(Matcher::Tree(Box::new(Tree::new(value, left, right))))
}

/// Glues the longest run of matchers that can be glued, then the next.
fn glue_longest(mut matchers: Vec<Matcher>) -> Vec<Matcher> {
    loop {
        let mut best: Option<(Matcher, usize, usize)> = None;
        for left in 0..matchers.len() {
            for right in (left..=matchers.len()).rev() {
                let Some(glued) = matchers.get(left..right).and_then(glue) else { continue };
                let better = match &best {
                    None => true,
                    Some((before, from, to)) => {
                        let longer = matches!((before.length(), glued.length()), (Some(before), Some(now)) if now > before);
                        longer || to.saturating_sub(*from) < right.saturating_sub(left)
                    }
                };
                if better {
                    best = Some((glued, left, right));
                }
            }
        }
        let Some((glued, left, right)) = best else { return matchers };
        matchers.splice(left..right, [glued]);
    }
}

/// One matcher for several neighbours, if gobwas has one.
fn glue(matchers: &[Matcher]) -> Option<Matcher> {
    if matchers.len() < 2 {
        return None;
    }
    if let Some(every) = glue_as_every(matchers) {
        return Some(every);
    }
    let lengths: Option<Vec<usize>> = matchers.iter().map(Matcher::length).collect();
    Some(Matcher::Row(matchers.to_vec(), lengths?.iter().sum()))
}

/// `*?**`: neighbours that all take anything but the same separators.
fn glue_as_every(matchers: &[Matcher]) -> Option<Matcher> {
    let (mut any, mut sup, mut least) = (false, false, 0);
    let mut separators: Option<&[char]> = None;
    for matcher in matchers {
        let mine: &[char] = match matcher {
            Matcher::Super => {
                sup = true;
                &[]
            }
            Matcher::Any(separators) => {
                any = true;
                separators
            }
            Matcher::Single(separators) | Matcher::List(separators, true) => {
                least = usize::saturating_add(least, 1);
                separators
            }
            _ => return None,
        };
        if **separators.get_or_insert(mine) != *mine {
            return None;
        }
    }
    let separators = separators.unwrap_or_default();
    if sup && !any && least == 0 {
        return Some(Matcher::Super);
    }
    if any && !sup && least == 0 {
        return Some(Matcher::Any(separators.to_vec()));
    }
    if (any || sup) && least > 0 && separators.is_empty() {
        return Some(Matcher::Min(least));
    }
    let mut every = Vec::new();
    if least > 0 {
        every.push(Matcher::Min(least));
        if !any && !sup {
            every.push(Matcher::Max(least));
        }
    }
    if !separators.is_empty() {
        every.push(Matcher::Contains(separators.iter().collect::<String>().into_bytes(), true));
    }
    Some(Matcher::EveryOf(every))
}

/// `{ab,ac}` as `a{b,c}`: what the alternatives share at both ends is taken out. `None`: they share nothing.
fn factored(patterns: &[Node]) -> Option<Node> {
    let patterns: Vec<&[Node]> = patterns
        .iter()
        .map(|pattern| match pattern {
            Node::Pattern(nodes) => Some(nodes.as_slice()),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (left, right) = shared_ends(&patterns);
    if left == 0 && right == 0 {
        return None;
    }
    let first = patterns.first()?;
    let mut rests: Vec<Node> = Vec::new();
    let mut seen = HashSet::new();
    for pattern in &patterns {
        let rest = pattern.get(left..pattern.len().saturating_sub(right)).unwrap_or_default();
        let node = if rest.is_empty() { Node::Nothing } else { Node::Pattern(rest.to_vec()) };
        if seen.insert(node.clone()) {
            rests.push(node);
        }
    }
    let mut parts = Vec::new();
    if left > 0 {
        parts.push(Node::Pattern(first.iter().take(left).cloned().collect()));
    }
    if rests.len() > 1 {
        parts.push(Node::AnyOf(rests));
    } else if let Some(rest) = rests.pop().filter(|rest| *rest != Node::Nothing) {
        parts.push(rest);
    }
    if right > 0 {
        parts.push(Node::Pattern(first.iter().skip(first.len().saturating_sub(right)).cloned().collect()));
    }
    Some(Node::Pattern(parts))
}

/// How many nodes all patterns share at their start and at their end.
fn shared_ends(patterns: &[&[Node]]) -> (usize, usize) {
    let Some((shortest, tree)) = patterns.iter().enumerate().min_by_key(|(_, pattern)| pattern.len()) else { return (0, 0) };
    if patterns.len() < 2 {
        return (0, 0);
    }
    let (mut left, mut right) = (0usize, 0usize);
    let (mut left_ends, mut right_ends) = (false, false);
    for (from_left, from_right) in (0..tree.len()).zip((0..tree.len()).rev()) {
        if left.saturating_add(right) >= tree.len() || left_ends && right_ends {
            break;
        }
        for (at, other) in patterns.iter().enumerate() {
            if at == shortest || left_ends && right_ends {
                continue;
            }
            left_ends |= tree.get(from_left) != other.get(from_left);
            right_ends |= !left_ends && from_right <= from_left;
            right_ends |= tree.get(from_right) != other.iter().nth_back(from_left);
        }
        left = left.saturating_add(usize::from(!left_ends));
        right = right.saturating_add(usize::from(!right_ends));
    }
    (left, right)
}
