//! Strategic merge patches of three sides (apimachinery util/strategicpatch).
//!
//! The patch is what `modified` changes of and adds to `current`, laid over what `modified` lacks of `original`. Lists that
//! merge are compared by their key; beside a changed one stands the order that its items are to have.

mod diff;
mod lists;
mod overlay;

use serde_json::{Map, Value as Json};

use super::Schema;
use crate::diag::{Error, Kind, Result};

type Fields = Map<String, Json>;
/// What went wrong, in apimachinery's words.
type Outcome<T> = std::result::Result<T, String>;

/// What is to be done with a map or an item of a list.
const DIRECTIVE: &str = "$patch";
/// The keys that a map is to have; all others go.
const RETAIN_KEYS: &str = "$retainKeys";
/// Begins the key beside a list of objects or scalars: the order of its items.
const ORDER: &str = "$setElementOrder";
/// Begins the key beside a list of scalars: what is to be taken from it.
const DELETE_SCALARS: &str = "$deleteFromPrimitiveList";

/// The patch that brings `current` to what `modified` says and takes away what only one of the `originals` had: what others
/// added stays, what they changed is put back (`CreateThreeWayMergePatch` with overwrite). Empty where nothing is to do.
/// There is more than one original where an upgrade failed on the way: nobody knows what of it came.
///
/// # Errors
/// Lists whose items have no key or are of different types, fields that the schema lacks: in apimachinery's words. Of
/// several faults that there are, apimachinery tells any.
pub fn strategic(schema: Schema<'_>, originals: &[&Fields], modified: &Fields, current: &Fields) -> Result<Fields> {
    let changes = diff::maps(current, modified, schema, diff::Keep::Changes.into());
    let deletions = |original| diff::maps(original, modified, schema, diff::Keep::Deletions.into());
    let patch = originals.iter().fold(changes, |patch, original| overlay::maps(deletions(original)?, patch?, schema));
    patch.map_err(|words| Error::new(Kind::Apply, words))
}

/// What a value is; two values are only compared further where this is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Bool,
    Int,
    Float,
    Text,
    List,
    Map,
}

impl Type {
    fn of(value: &Json) -> Self {
        match value {
            Json::Null => Type::Null,
            Json::Bool(_) => Type::Bool,
            Json::Number(number) if number.is_i64() => Type::Int,
            Json::Number(_) => Type::Float,
            Json::String(_) => Type::Text,
            Json::Array(_) => Type::List,
            Json::Object(_) => Type::Map,
        }
    }

    /// What Go calls it.
    fn go_name(self) -> &'static str {
        match self {
            Type::Null => "%!s(<nil>)",
            Type::Bool => "bool",
            Type::Int => "int64",
            Type::Float => "float64",
            Type::Text => "string",
            Type::List => "[]interface {}",
            Type::Map => "map[string]interface {}",
        }
    }
}

/// Fields of a value that has to be a map.
fn as_map(value: &Json) -> Outcome<&Fields> {
    value.as_object().ok_or_else(|| unexpected(Type::Map, value))
}

/// Items of a value that has to be a list.
fn as_list(value: &Json) -> Outcome<&Vec<Json>> {
    value.as_array().ok_or_else(|| unexpected(Type::List, value))
}

fn unexpected(wanted: Type, value: &Json) -> String {
    format!("expected a {}, but received a {}", wanted.go_name(), Type::of(value).go_name())
}
