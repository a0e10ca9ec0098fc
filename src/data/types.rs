//! Go's types, as far as template values have them.

use std::fmt;

/// `reflect.Kind`, as `kindOf` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum GoKind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex128,
    Func,
    Interface,
    Map,
    Ptr,
    Slice,
    String,
    Struct,
}

impl GoKind {
    /// The name as Go prints it.
    pub fn name(self) -> &'static str {
        match self {
            GoKind::Invalid => "invalid",
            GoKind::Bool => "bool",
            GoKind::Int => "int",
            GoKind::Int8 => "int8",
            GoKind::Int16 => "int16",
            GoKind::Int32 => "int32",
            GoKind::Int64 => "int64",
            GoKind::Uint => "uint",
            GoKind::Uint8 => "uint8",
            GoKind::Uint16 => "uint16",
            GoKind::Uint32 => "uint32",
            GoKind::Uint64 => "uint64",
            GoKind::Uintptr => "uintptr",
            GoKind::Float32 => "float32",
            GoKind::Float64 => "float64",
            GoKind::Complex128 => "complex128",
            GoKind::Func => "func",
            GoKind::Interface => "interface",
            GoKind::Map => "map",
            GoKind::Ptr => "ptr",
            GoKind::Slice => "slice",
            GoKind::String => "string",
            GoKind::Struct => "struct",
        }
    }
}

/// A Go type that a value, a parameter or a result can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// `interface {}`: anything, also nil.
    Any,
    /// `bool`, the integers, `float64`, `complex128`, `string`: a scalar of that kind.
    Scalar(GoKind),
    /// `[]uint8`
    Bytes,
    /// `[]interface {}`
    List,
    /// `[]string`
    Strings,
    /// `[]int`
    Ints,
    /// `[][]string`
    StringLists,
    /// `[][]interface {}`
    Lists,
    /// `[]map[string]interface {}`
    Maps,
    /// `map[string]interface {}`
    Map,
    /// `map[string]string`
    StringMap,
    /// A named type of that kind: `common.Values`, `time.Duration`, `*semver.Version`, `error`.
    Named(&'static str, GoKind),
}

impl Type {
    /// `int`
    pub const INT: Type = Type::Scalar(GoKind::Int);
    /// `int64`
    pub const INT64: Type = Type::Scalar(GoKind::Int64);
    /// `float64`
    pub const FLOAT64: Type = Type::Scalar(GoKind::Float64);
    /// `string`
    pub const STRING: Type = Type::Scalar(GoKind::String);
    /// `bool`
    pub const BOOL: Type = Type::Scalar(GoKind::Bool);

    /// The type as `%T` and error messages print it.
    pub fn name(self) -> &'static str {
        match self {
            Type::Any => "interface {}",
            Type::Scalar(kind) => kind.name(),
            Type::Bytes => "[]uint8",
            Type::List => "[]interface {}",
            Type::Strings => "[]string",
            Type::Ints => "[]int",
            Type::StringLists => "[][]string",
            Type::Lists => "[][]interface {}",
            Type::Maps => "[]map[string]interface {}",
            Type::Map => "map[string]interface {}",
            Type::StringMap => "map[string]string",
            Type::Named(name, _) => name,
        }
    }

    /// Its `reflect.Kind`.
    pub fn kind(self) -> GoKind {
        match self {
            Type::Any => GoKind::Interface,
            Type::Scalar(kind) | Type::Named(_, kind) => kind,
            Type::Bytes | Type::List | Type::Strings | Type::Ints | Type::StringLists | Type::Lists | Type::Maps => GoKind::Slice,
            Type::Map | Type::StringMap => GoKind::Map,
        }
    }

    /// The type of its elements, for lists and maps; [`Type::Any`] for others.
    pub fn element(self) -> Type {
        match self {
            Type::Bytes => Type::Scalar(GoKind::Uint8),
            // Helm's `.Files` is a map[string][]byte under a name of its own.
            Type::Named("engine.files", _) => Type::Bytes,
            Type::Strings | Type::StringMap => Type::STRING,
            Type::Ints => Type::INT,
            Type::StringLists => Type::Strings,
            Type::Lists => Type::List,
            Type::Maps => Type::Map,
            _ => Type::Any,
        }
    }

    /// Reads a type as written in a signature.
    pub fn parse(name: &str) -> Option<Type> {
        Some(match name {
            "interface {}" | "any" => Type::Any,
            "bool" => Type::BOOL,
            "int" => Type::INT,
            "int32" | "rune" => Type::Scalar(GoKind::Int32),
            "int64" => Type::INT64,
            "uint32" => Type::Scalar(GoKind::Uint32),
            "uint64" => Type::Scalar(GoKind::Uint64),
            "uint8" | "byte" => Type::Scalar(GoKind::Uint8),
            "float64" => Type::FLOAT64,
            "string" => Type::STRING,
            "[]uint8" | "[]byte" => Type::Bytes,
            "[]interface {}" | "[]any" => Type::List,
            "[]string" => Type::Strings,
            "[]int" => Type::Ints,
            "[][]string" => Type::StringLists,
            "[][]interface {}" | "[][]any" => Type::Lists,
            "[]map[string]interface {}" | "[]map[string]any" => Type::Maps,
            "map[string]interface {}" | "map[string]any" => Type::Map,
            "map[string]string" => Type::StringMap,
            "error" => Type::Named("error", GoKind::Interface),
            "time.Time" => Type::Named("time.Time", GoKind::Struct),
            "time.Duration" => Type::Named("time.Duration", GoKind::Int64),
            "*time.Location" => Type::Named("*time.Location", GoKind::Ptr),
            "*semver.Version" => Type::Named("*semver.Version", GoKind::Ptr),
            "sprig.certificate" => Type::Named("sprig.certificate", GoKind::Struct),
            "reflect.Value" => Type::Named("reflect.Value", GoKind::Struct),
            _ => return None,
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A function's Go signature: what it takes and how many results beside an error it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Types of the parameters; the last one is an element's type where `variadic`.
    pub parameters: Vec<Type>,
    /// Whether the last parameter may stand any number of times.
    pub variadic: bool,
}

impl Signature {
    /// Reads `(string, ...interface {}) string`: everything before the closing parenthesis counts.
    /// `None` where a type is unknown, which a test of the registry rules out.
    pub fn parse(text: &str) -> Option<Signature> {
        let inside = text.strip_prefix('(')?.split_once(')')?.0.trim();
        let mut signature = Signature { parameters: Vec::new(), variadic: false };
        for part in inside.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, variadic) = part.strip_prefix("...").map_or((part, false), |name| (name, true));
            signature.parameters.push(Type::parse(name)?);
            signature.variadic = variadic;
        }
        Some(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::{Signature, Type};

    #[test]
    fn a_signature_is_read_as_go_writes_it() {
        let read = Signature::parse("(int, ...any) string").unwrap();
        assert_eq!(read.parameters, [Type::INT, Type::Any]);
        assert!(read.variadic);
        assert_eq!(Signature::parse("() string").unwrap().parameters, []);
        assert_eq!(Signature::parse("(chan int)"), None);
    }
}
