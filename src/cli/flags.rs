//! How flags' texts become values.

use clap::builder::{BoolishValueParser, FalseyValueParser, TypedValueParser};

/// A switch that an environment variable may set: empty, `0`, `false`, `no` and `off` are false.
pub(super) fn truth() -> impl TypedValueParser<Value = bool> {
    FalseyValueParser::new()
}

/// `true` or `false` after an equals sign, as Go's flags take it.
pub(super) fn go_bool() -> BoolishValueParser {
    BoolishValueParser::new()
}
