//! JSON with fields in Go's order.

use crate::data::Value;
use crate::data::json::{self, Fields, plain};

/// The order of a struct's fields, each with that of the structs inside it. Fields it does not name come last.
pub(super) struct Order(pub(super) &'static [(&'static str, &'static Order)]);

/// No order of its own: keys are sorted.
pub(super) static SORTED: Order = Order(&[]);

/// A value with the fields of its structs in order.
pub(super) fn in_order(value: &Value, order: &Order) -> Vec<u8> {
    if order.0.is_empty() {
        return plain(value);
    }
    if let Some(list) = value.as_list().filter(|list| !list.is_nil()) {
        let items: Vec<Vec<u8>> = list.iter().map(|item| in_order(item, order)).collect();
        return json::list(&items);
    }
    let Some(map) = value.as_map() else { return plain(value) };
    let mut fields = Fields::new();
    let entries = map.read();
    for (name, below) in order.0 {
        if let Some(value) = entries.get(name.as_bytes()) {
            fields.raw(name, &in_order(value, below));
        }
    }
    for (name, value) in entries.iter().filter(|(name, _)| !order.0.iter().any(|(known, _)| name.as_bytes() == known.as_bytes())) {
        fields.value(&name.to_text(), value);
    }
    fields.finish()
}
