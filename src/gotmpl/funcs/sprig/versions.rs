//! Semantic versions: `*semver.Version` as templates see it, and constraints.

use std::any::Any;
use std::cmp::Ordering;

use super::arguments::{made, text};
use super::{Call, Failure, Function, row};
use crate::data::{GoKind, Kind, Member, Object, Signature, Type, Value};
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
    Ok(made(Value::object(VersionObject { version, pointer: true }), arguments, 0))
}

fn compare(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let constraints = Constraints::new(&String::from_utf8_lossy(text(arguments, 0)))?;
    let version = Version::new(&String::from_utf8_lossy(text(arguments, 1)))?;
    Ok(made(constraints.check(&version), arguments, 1))
}

/// `*semver.Version`, or the `semver.Version` that its methods give.
#[derive(Debug, Clone)]
pub struct VersionObject {
    /// The version itself.
    pub version: Version,
    /// Whether it is the pointer; methods such as `Compare` need one.
    pub pointer: bool,
}

impl VersionObject {
    fn compared(&self, arguments: &[Value]) -> Result<Ordering, String> {
        let other = arguments.first().and_then(Value::as_object::<VersionObject>);
        // what Go says when a method follows a nil pointer
        let other = other.ok_or_else(|| super::arguments::NIL_DEREFERENCE.to_owned())?;
        Ok(self.version.compare(&other.version))
    }
}

/// Methods and their signatures; the last column says whether they need the pointer.
const METHODS: &[(&str, &str, bool)] = &[
    ("String", "() string", false),
    ("Original", "() string", true),
    ("Major", "() uint64", false),
    ("Minor", "() uint64", false),
    ("Patch", "() uint64", false),
    ("Prerelease", "() string", false),
    ("Metadata", "() string", false),
    ("IncPatch", "() semver.Version", false),
    ("IncMinor", "() semver.Version", false),
    ("IncMajor", "() semver.Version", false),
    ("Compare", "(*semver.Version) int", true),
    ("LessThan", "(*semver.Version) bool", true),
    ("LessThanEqual", "(*semver.Version) bool", true),
    ("GreaterThan", "(*semver.Version) bool", true),
    ("GreaterThanEqual", "(*semver.Version) bool", true),
    ("Equal", "(*semver.Version) bool", true),
];

impl Object for VersionObject {
    fn go_type(&self) -> Type {
        if self.pointer { Type::Named("*semver.Version", GoKind::Ptr) } else { Type::Named("semver.Version", GoKind::Struct) }
    }
    fn member(&self, name: &str) -> Option<Member> {
        let (_, signature, _) = METHODS.iter().find(|(method, _, pointer)| *method == name && (self.pointer || !pointer))?;
        Signature::parse(signature).map(Member::Method)
    }
    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let number = |number: u64| Value::from(Kind::Uint(number, GoKind::Uint64));
        let increased = |version: Version| Value::object(VersionObject { version, pointer: false });
        Ok(match name {
            "String" => self.text().into(),
            "Original" => self.version.original().into(),
            "Major" => number(self.version.major()),
            "Minor" => number(self.version.minor()),
            "Patch" => number(self.version.patch()),
            "Prerelease" => self.version.prerelease().into(),
            "Metadata" => self.version.metadata().into(),
            "IncPatch" => increased(self.version.inc_patch()),
            "IncMinor" => increased(self.version.inc_minor()),
            "IncMajor" => increased(self.version.inc_major()),
            "Compare" => Value::int(self.compared(arguments)? as i64),
            "LessThan" => self.compared(arguments)?.is_lt().into(),
            "LessThanEqual" => self.compared(arguments)?.is_le().into(),
            "GreaterThan" => self.compared(arguments)?.is_gt().into(),
            "GreaterThanEqual" => self.compared(arguments)?.is_ge().into(),
            "Equal" => self.compared(arguments)?.is_eq().into(),
            _ => return Err(format!("{name} is not a method of {}", self.go_type())),
        })
    }
    fn text(&self) -> String {
        self.version.to_string()
    }
    fn marshal(&self) -> Value {
        self.text().into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
