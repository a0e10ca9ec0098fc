//! Go's `fmt`: `Sprint`, `Sprintf` and what `%v` makes of every kind of value.

use crate::data::{Str, Value};

/// `fmt.Sprintf`.
pub fn sprintf(_format: &[u8], _arguments: &[Value]) -> Str {
    unimplemented!("the golang room's owner writes this")
}

/// `fmt.Sprint`: a space between operands when neither is a string.
pub fn sprint(_arguments: &[Value]) -> Str {
    unimplemented!("the golang room's owner writes this")
}

/// `fmt.Sprintln`.
pub fn sprintln(_arguments: &[Value]) -> Str {
    unimplemented!("the golang room's owner writes this")
}

/// Appends what `fmt.Fprint` of the one value writes (`%v`), as a template action does. nil is `<nil>`.
pub fn append_value(_out: &mut Vec<u8>, _value: &Value) {
    unimplemented!("the golang room's owner writes this")
}
