//! Nodes as Go's `%#v` prints what they decode to: go-yaml shows them in errors about keys.

use std::collections::BTreeMap;

use super::resolve::{Scalar, scalar};
use super::token::Version;
use super::tree::{NodeKind, Tree};
use crate::data::number::format_g;
use crate::data::quote::quote;

/// How much of a node is shown; Go would print all of it.
const MAX_NODES: u32 = 10_000;

/// The node as `%#v` prints it.
pub(super) fn node(tree: Tree<'_>, index: u32, version: Version) -> String {
    let mut text = String::new();
    let mut left = MAX_NODES;
    write(tree, index, version, 0, &mut left, &mut text);
    text
}

fn write(tree: Tree<'_>, index: u32, version: Version, depth: u32, left: &mut u32, out: &mut String) {
    let node = tree.node(index);
    if *left == 0 || depth > 500 {
        return;
    }
    *left = left.saturating_sub(1);
    match node.kind {
        NodeKind::Alias(target) => write(tree, target, version, depth.saturating_add(1), left, out),
        NodeKind::Scalar => out.push_str(&match scalar(tree, node, version) {
            Ok(Scalar::Null) | Err(_) if depth == 0 => "<nil>".to_owned(),
            Ok(Scalar::Null) | Err(_) => "interface {}(nil)".to_owned(),
            Ok(Scalar::Bool(truth)) => truth.to_string(),
            Ok(Scalar::Int(number)) => number.to_string(),
            Ok(Scalar::Uint(number)) => format!("{number:#x}"),
            Ok(Scalar::Float(number)) => format_g(number),
            Ok(Scalar::Text(text)) => quote(&text),
            Ok(Scalar::Time(time)) => time.rfc3339(),
        }),
        NodeKind::Sequence => {
            out.push_str("[]interface {}{");
            for (number, item) in tree.children(index).enumerate() {
                if number > 0 {
                    out.push_str(", ");
                }
                write(tree, item, version, depth.saturating_add(1), left, out);
            }
            out.push('}');
        }
        NodeKind::Mapping => write_mapping(tree, index, version, depth, left, out),
    }
}

fn write_mapping(tree: Tree<'_>, index: u32, version: Version, depth: u32, left: &mut u32, out: &mut String) {
    let mut entries = BTreeMap::new();
    let mut children = tree.children(index);
    let mut all_text = version == Version::V3;
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        let mut text = [String::new(), String::new()];
        write(tree, key, version, depth.saturating_add(1), left, &mut text[0]);
        write(tree, value, version, depth.saturating_add(1), left, &mut text[1]);
        all_text &= text[0].starts_with('"');
        // a key that is there twice has its last value
        entries.insert(rank(&text[0]), text.join(":"));
    }
    let entries: Vec<String> = entries.into_values().collect();
    out.push_str(if all_text { "map[string]interface {}{" } else { "map[interface {}]interface {}{" });
    out.push_str(&entries.join(", "));
    out.push('}');
}

/// Where a key stands among others: Go sorts by type first (by where its program has them), then by value.
fn rank(key: &str) -> (u8, i128, String) {
    let hexadecimal = key.strip_prefix("0x").and_then(|digits| i128::from_str_radix(digits, 16).ok());
    match key {
        "interface {}(nil)" => (0, 0, String::new()),
        "false" | "true" => (5, 0, key.to_owned()),
        _ if key.starts_with('"') => (1, 0, key.to_owned()),
        _ => match (hexadecimal, key.parse::<i64>(), key.parse::<f64>()) {
            (Some(number), _, _) => (2, number, String::new()),
            (_, Ok(number), _) => (3, i128::from(number), String::new()),
            (_, _, Ok(number)) if number.is_nan() => (4, i128::MIN, String::new()),
            (_, _, Ok(number)) => (4, in_order(number), String::new()),
            _ => (6, 0, key.to_owned()),
        },
    }
}

/// A number that is larger where the float is.
fn in_order(float: f64) -> i128 {
    let bits = float.abs().to_bits();
    if float < 0.0 { i128::from(bits).saturating_neg() } else { i128::from(bits) }
}
