//! Semantic versions and constraints; [`Version`] itself is what templates see.

use super::arguments::{made, text};
use super::{Call, Failure, Function, row};
use crate::data::Value;
use crate::golang::semver::{Constraints, Version};

/// The rows.
pub const TABLE: &[Function] = &[
    row(
        "semver",
        "(string) (*semver.Version, error)",
        semver,
        "The version, with its parts as .Major, .Minor, .Patch, .Prerelease and .Metadata.",
        r#"{{ (semver "1.2.3").Minor }}"#,
    ),
    row(
        "semverCompare",
        "(string, string) (bool, error)",
        compare,
        "Whether the version meets the constraint.",
        r#"{{ semverCompare ">=1.2.0 <2" "1.4.1" }}"#,
    ),
];

fn semver(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let version = Version::new(&String::from_utf8_lossy(text(arguments, 0)))?;
    Ok(made(Value::object(version), arguments, 0))
}

fn compare(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let constraints = Constraints::new(&String::from_utf8_lossy(text(arguments, 0)))?;
    let version = Version::new(&String::from_utf8_lossy(text(arguments, 1)))?;
    Ok(made(constraints.check(&version), arguments, 1))
}
