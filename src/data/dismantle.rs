//! Freeing values that nest very deep without recursion: a template can build a list in a list a million times.

use super::{Kind, Value};

/// Whether dropping the value may have to drop others.
pub(super) fn holds_others(value: &Value) -> bool {
    matches!(value.kind, Kind::List(_) | Kind::Map(_))
}

/// Drops values and everything that only they hold, one after the other.
pub(super) fn dismantle(mut values: Vec<Value>) {
    while let Some(mut value) = values.pop() {
        match &mut value.kind {
            Kind::List(list) => values.append(&mut list.take_unshared()),
            Kind::Map(map) => values.extend(map.take_unshared().into_iter().filter(holds_others)),
            _ => {}
        }
    }
}
