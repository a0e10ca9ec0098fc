//! Lists: building, cutting, searching. Results are new lists; the items are the arguments' own.

use std::collections::HashSet;

use super::arguments::{NIL_DEREFERENCE, from, int, is_empty, items, kind_name, made, origin, sequence, value};
use super::equality::{Identity, deep_equal, identity};
use super::{Call, Failure, Function, casts, row};
use crate::data::{Kind, List, Type, Value};

/// The rows.
pub const TABLE: &[Function] = &[
    row("list", "(...interface {}) []interface {}", list, "A list of the arguments.", "{{ list 1 2 3 }}"),
    row("tuple", "(...interface {}) []interface {}", list, "A list of the arguments; the old name of list.", "{{ tuple 1 2 3 }}"),
    row(
        "append",
        "(interface {}, interface {}) []interface {}",
        push,
        "The list with one more item at its end.",
        "{{ append (list 1) 2 }}",
    ),
    row(
        "push",
        "(interface {}, interface {}) []interface {}",
        push,
        "The list with one more item at its end; another name of append.",
        "{{ push (list 1) 2 }}",
    ),
    row(
        "mustAppend",
        "(interface {}, interface {}) ([]interface {}, error)",
        push,
        "The list with one more item at its end, as append gives it.",
        "{{ mustAppend (list 1) 2 }}",
    ),
    row(
        "mustPush",
        "(interface {}, interface {}) ([]interface {}, error)",
        push,
        "The list with one more item at its end, as append gives it.",
        "{{ mustPush (list 1) 2 }}",
    ),
    row(
        "prepend",
        "(interface {}, interface {}) []interface {}",
        prepend,
        "The list with one more item at its start.",
        "{{ prepend (list 1) 0 }}",
    ),
    row(
        "mustPrepend",
        "(interface {}, interface {}) ([]interface {}, error)",
        prepend,
        "The list with one more item at its start, as prepend gives it.",
        "{{ mustPrepend (list 1) 0 }}",
    ),
    row("first", "(interface {}) interface {}", first, "The first item; nil of an empty list.", "{{ first (list 1 2) }}"),
    row(
        "mustFirst",
        "(interface {}) (interface {}, error)",
        first,
        "The first item; nil of an empty list, as first gives it.",
        "{{ mustFirst (list 1 2) }}",
    ),
    row("last", "(interface {}) interface {}", last, "The last item; nil of an empty list.", "{{ last (list 1 2) }}"),
    row(
        "mustLast",
        "(interface {}) (interface {}, error)",
        last,
        "The last item; nil of an empty list, as last gives it.",
        "{{ mustLast (list 1 2) }}",
    ),
    row("rest", "(interface {}) []interface {}", rest, "All items but the first.", "{{ rest (list 1 2 3) }}"),
    row(
        "mustRest",
        "(interface {}) ([]interface {}, error)",
        rest,
        "All items but the first, as rest gives it.",
        "{{ mustRest (list 1 2 3) }}",
    ),
    row("initial", "(interface {}) []interface {}", initial, "All items but the last.", "{{ initial (list 1 2 3) }}"),
    row(
        "mustInitial",
        "(interface {}) ([]interface {}, error)",
        initial,
        "All items but the last, as initial gives it.",
        "{{ mustInitial (list 1 2 3) }}",
    ),
    row("reverse", "(interface {}) []interface {}", reverse, "The items from last to first.", "{{ reverse (list 1 2 3) }}"),
    row(
        "mustReverse",
        "(interface {}) ([]interface {}, error)",
        reverse,
        "The items from last to first, as reverse gives it.",
        "{{ mustReverse (list 1 2 3) }}",
    ),
    row(
        "uniq",
        "(interface {}) []interface {}",
        uniq,
        "The list without repetitions: of equal items, the first stays.",
        "{{ uniq (list 1 1 2) }}",
    ),
    row(
        "mustUniq",
        "(interface {}) ([]interface {}, error)",
        uniq,
        "The list without repetitions: of equal items, the first stays, as uniq gives it.",
        "{{ mustUniq (list 1 1 2) }}",
    ),
    row("compact", "(interface {}) []interface {}", compact, "The list without empty items.", r#"{{ compact (list 1 "" 2) }}"#),
    row(
        "mustCompact",
        "(interface {}) ([]interface {}, error)",
        compact,
        "The list without empty items, as compact gives it.",
        r#"{{ mustCompact (list 1 "" 2) }}"#,
    ),
    row(
        "without",
        "(interface {}, ...interface {}) []interface {}",
        without,
        "The list without the items that are named.",
        "{{ without (list 1 2 3) 2 }}",
    ),
    row(
        "mustWithout",
        "(interface {}, ...interface {}) ([]interface {}, error)",
        without,
        "The list without the items that are named, as without gives it.",
        "{{ mustWithout (list 1 2 3) 2 }}",
    ),
    row("has", "(interface {}, interface {}) bool", has, "Whether the item is in the list.", "{{ list 1 2 3 | has 2 }}"),
    row(
        "mustHas",
        "(interface {}, interface {}) (bool, error)",
        has,
        "Whether the item is in the list, as has gives it.",
        "{{ mustHas 2 (list 1 2 3) }}",
    ),
    row(
        "slice",
        "(interface {}, ...interface {}) interface {}",
        slice,
        "The items from one position up to before another.",
        "{{ slice (list 1 2 3) 1 2 }}",
    ),
    row(
        "mustSlice",
        "(interface {}, ...interface {}) (interface {}, error)",
        slice,
        "The items from one position up to before another, as slice gives them.",
        "{{ mustSlice (list 1 2 3) 1 2 }}",
    ),
    row("concat", "(...interface {}) interface {}", concat, "One list of the items of all lists.", "{{ concat (list 1) (list 2 3) }}"),
    row("chunk", "(int, interface {}) [][]interface {}", chunk, "The list cut into lists of so many items.", "{{ chunk 2 (list 1 2 3) }}"),
    row(
        "mustChunk",
        "(int, interface {}) ([][]interface {}, error)",
        chunk,
        "The list cut into lists of so many items, as chunk gives it.",
        "{{ mustChunk 2 (list 1 2 3) }}",
    ),
];

fn list(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(Value::from(exact(arguments.to_vec())).from_origin(origin(arguments)))
}

fn push(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut items = items(value(arguments, 0), "Cannot push on type")?.to_vec();
    let before = u32::try_from(items.len()).unwrap_or(u32::MAX);
    items.push(value(arguments, 1).clone());
    Ok(made(List::appended(Type::List, items, before), arguments, 0))
}

fn prepend(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut items = items(value(arguments, 0), "Cannot prepend on type")?.to_vec();
    items.insert(0, value(arguments, 1).clone());
    Ok(made(exact(items), arguments, 0))
}

fn first(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(items(value(arguments, 0), "Cannot find first on type")?.first().cloned().unwrap_or_default())
}

fn last(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(items(value(arguments, 0), "Cannot find last on type")?.last().cloned().unwrap_or_default())
}

fn rest(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let items = items(value(arguments, 0), "Cannot find rest on type")?;
    Ok(items.split_first().map_or_else(nil_list, |(_, rest)| made(exact(rest.to_vec()), arguments, 0)))
}

fn initial(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let items = items(value(arguments, 0), "Cannot find initial on type")?;
    Ok(items.split_last().map_or_else(nil_list, |(_, initial)| made(exact(initial.to_vec()), arguments, 0)))
}

/// A list with room for nothing more; others are made by appending one by one, which `slice` shows.
fn exact(items: Vec<Value>) -> List {
    List::typed(Type::List, items)
}

fn nil_list() -> Value {
    List::nil(Type::List).into()
}

fn reverse(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut items = items(value(arguments, 0), "Cannot find reverse on type")?.to_vec();
    items.reverse();
    Ok(made(exact(items), arguments, 0))
}

fn uniq(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut items = items(value(arguments, 0), "Cannot find uniq on type")?.to_vec();
    let mut seen = HashSet::new();
    items.retain(|item| match identity(item) {
        Identity::Never => true,
        Identity::Of(bytes) => seen.insert(bytes),
    });
    Ok(made(items, arguments, 0))
}

fn compact(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut items = items(value(arguments, 0), "Cannot compact on type")?.to_vec();
    items.retain(|item| !is_empty(item));
    Ok(made(items, arguments, 0))
}

fn without(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut items = items(value(arguments, 0), "Cannot find without on type")?.to_vec();
    let omitted: HashSet<Identity> = from(arguments, 1).iter().map(identity).collect();
    items.retain(|item| match identity(item) {
        Identity::Never => true,
        of => !omitted.contains(&of),
    });
    Ok(made(items, arguments, 0))
}

fn has(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (needle, haystack) = (value(arguments, 0), value(arguments, 1));
    if haystack.is_nil() {
        return Ok(false.into());
    }
    let items = items(haystack, "Cannot find has on type")?;
    Ok(made(items.iter().any(|item| deep_equal(needle, item)), arguments, 1))
}

fn slice(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let of = value(arguments, 0);
    if of.is_nil() {
        return Err(NIL_DEREFERENCE.into());
    }
    let Some(list) = sequence(of) else {
        return Err(format!("list should be type of slice or array but {}", kind_name(of)).into());
    };
    if list.is_empty() {
        return Ok(Value::NIL);
    }
    let start = arguments.get(1).map_or(0, casts::to_int64);
    let end = arguments.get(2).map_or(list.len() as i64, casts::to_int64);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let Some(part) = range.and_then(|(start, end)| list.slice(start, end)) else {
        return Err("reflect.Value.Slice: slice index out of bounds".into());
    };
    let kind = match &of.kind {
        Kind::Bytes(_) => {
            let bytes = part.iter().map(|item| if let Kind::Uint(byte, _) = item.kind { byte as u8 } else { 0 });
            Kind::Bytes(bytes.collect::<Vec<u8>>().into())
        }
        _ => Kind::List(part),
    };
    Ok(Value::from(kind).from_origin(of.origin))
}

fn concat(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let mut all = Vec::new();
    for list in arguments {
        if list.is_nil() {
            return Err(NIL_DEREFERENCE.into());
        }
        let Some(items) = sequence(list) else {
            return Err(format!("Cannot concat type {} as list", kind_name(list)).into());
        };
        call.check_items((all.len() as u128).saturating_add(items.len() as u128))?;
        all.extend_from_slice(&items);
    }
    let result = if all.is_empty() { nil_list() } else { all.into() };
    Ok(result.from_origin(origin(arguments)))
}

fn chunk(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    const IMPOSSIBLE: &str = "runtime error: makeslice: len out of range";
    let (size, of) = (int(arguments, 0), value(arguments, 1));
    let items = items(of, "Cannot chunk type")?;
    // parity: sprig mustChunk counts the chunks in floats, which for sizes below 1 may come out as none at all
    let chunks = ((items.len() as f64 - 1.0) / size as f64).floor() + 1.0;
    if chunks.is_nan() || chunks < 0.0 || chunks > items.len() as f64 {
        return Err(IMPOSSIBLE.into());
    }
    let lists: Vec<Value> = match usize::try_from(size) {
        Ok(size) if size > 0 => items.chunks(size).map(|chunk| Value::from(exact(chunk.to_vec())).from_origin(of.origin)).collect(),
        _ if chunks < 1.0 => Vec::new(),
        // a single item and a size below -1: the one chunk has the remainder, which is 1
        _ if items.len() == 1 && size < -1 => vec![Value::from(exact(items.to_vec())).from_origin(of.origin)],
        _ => return Err(IMPOSSIBLE.into()),
    };
    Ok(Value::from(List::typed(Type::Lists, lists)).from_origin(of.origin))
}
