//! What templates see of a version.

use std::any::Any;

use super::Version;
use crate::data::{GoKind, Kind, Member, Object, Signature, Type, Value};

/// The next version, or the text of Masterminds' panic where there is none.
fn increased(part: &str, number: u64, next: Version) -> Result<Value, String> {
    if number == u64::MAX { Err(format!("{part} version increment would overflow uint64")) } else { Ok(Value::object(next)) }
}

/// Methods and their signatures; those with `true` need a pointer.
const METHODS: [(&str, &str, bool); 19] = [
    ("Compare", "(*semver.Version) int", true),
    ("Equal", "(*semver.Version) bool", true),
    ("GreaterThan", "(*semver.Version) bool", true),
    ("GreaterThanEqual", "(*semver.Version) bool", true),
    ("IncMajor", "() semver.Version", false),
    ("IncMinor", "() semver.Version", false),
    ("IncPatch", "() semver.Version", false),
    ("LessThan", "(*semver.Version) bool", true),
    ("LessThanEqual", "(*semver.Version) bool", true),
    ("Major", "() uint64", false),
    ("MarshalText", "() ([]byte, error)", false),
    ("Metadata", "() string", false),
    ("Minor", "() uint64", false),
    ("Original", "() string", true),
    ("Patch", "() uint64", false),
    ("Prerelease", "() string", false),
    ("SetMetadata", "(string) (semver.Version, error)", false),
    ("SetPrerelease", "(string) (semver.Version, error)", false),
    ("String", "() string", false),
];

impl Object for Version {
    fn go_type(&self) -> Type {
        if self.by_value { Type::Named("semver.Version", GoKind::Struct) } else { Type::Named("*semver.Version", GoKind::Ptr) }
    }

    fn member(&self, name: &str) -> Option<Member> {
        if ["major", "minor", "patch", "pre", "metadata", "original"].contains(&name) {
            return Some(Member::Unexported);
        }
        if self.fields().iter().any(|(field, _)| *field == name) {
            return Some(Member::Unexported);
        }
        let (_, signature, _) = METHODS.iter().find(|(known, _, pointer)| *known == name && !(*pointer && self.by_value))?;
        Signature::parse(signature).map(Member::Method)
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let number = |number: u64| Value::from(Kind::Uint(number, GoKind::Uint64));
        let first = arguments.first();
        let text = || first.and_then(Value::as_str).map(|text| text.to_text().into_owned()).unwrap_or_default();
        let order = || {
            let other = first.and_then(Value::as_object::<Version>);
            // Where templates pass nil, Go's method runs into the nil pointer.
            other.map(|other| self.compare(other)).ok_or("runtime error: invalid memory address or nil pointer dereference")
        };
        Ok(match name {
            "Compare" => Value::int(order()? as i64),
            "Equal" => Value::from(first.is_some_and(|other| !other.is_nil()) && order()?.is_eq()),
            "GreaterThan" => Value::from(order()?.is_gt()),
            "GreaterThanEqual" => Value::from(order()?.is_ge()),
            "LessThan" => Value::from(order()?.is_lt()),
            "LessThanEqual" => Value::from(order()?.is_le()),
            "IncMajor" => increased("major", self.major, self.inc_major())?,
            "IncMinor" => increased("minor", self.minor, self.inc_minor())?,
            "IncPatch" => increased("patch", self.patch, self.inc_patch())?,
            "Major" => number(self.major),
            "Minor" => number(self.minor),
            "Patch" => number(self.patch),
            "Prerelease" => Value::from(self.prerelease.as_str()),
            "Metadata" => Value::from(self.metadata.as_str()),
            "Original" => Value::from(self.original.as_str()),
            "MarshalText" => Kind::Bytes(self.to_string().into()).into(),
            "SetMetadata" => Value::object(self.with_metadata(&text())?),
            "SetPrerelease" => Value::object(self.with_prerelease(&text())?),
            "String" => Value::from(self.to_string()),
            _ => return Err(format!("{name} is not a method of {}", self.go_type())),
        })
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let number = |number: u64| Value::from(Kind::Uint(number, GoKind::Uint64));
        vec![
            ("major", number(self.major)),
            ("minor", number(self.minor)),
            ("patch", number(self.patch)),
            ("pre", Value::from(self.prerelease.as_str())),
            ("metadata", Value::from(self.metadata.as_str())),
            ("original", Value::from(self.original.as_str())),
        ]
    }

    fn exported(&self) -> Option<Value> {
        // parity: sprig's deepCopy can't set a single one of its fields
        Some(Value::object(Version { by_value: self.by_value, ..Version::default() }))
    }

    fn marshal(&self) -> Value {
        Value::from(self.to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
