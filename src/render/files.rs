//! `.Files` (helm pkg/engine/files.go).

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::yaml::{Style, write};
use crate::data::{GoKind, Kind as Is, Map, Member, Object, Signature, Str, Type, Value};
use crate::golang::glob::{Fault, Glob};
use crate::golang::path;

/// A chart's files by path.
#[derive(Debug, Clone)]
pub(super) struct Files(pub(super) Arc<BTreeMap<Str, Str>>);

impl Files {
    fn get(&self, name: &[u8]) -> Str {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn glob(&self, pattern: &[u8]) -> Result<Files, String> {
        let glob = match Glob::new(&String::from_utf8_lossy(pattern), &['/']) {
            Ok(glob) => glob,
            // parity: helm pkg/engine/files.go lets a pattern that is none match everything.
            Err(Fault::Syntax(_)) => return Ok(self.clone()),
            Err(Fault::TooLarge(words)) => return Err(words.to_owned()),
        };
        let mut found = BTreeMap::new();
        for (name, data) in self.0.iter() {
            if glob.matches(&name.to_text()).ok_or("pattern takes too long to match")? {
                found.insert(name.clone(), data.clone());
            }
        }
        Ok(Files(Arc::new(found)))
    }

    fn lines(&self, name: &[u8]) -> Value {
        let text = self.get(name);
        if text.is_empty() {
            return Value::strings(Vec::<Str>::new());
        }
        Value::strings(text.strip_suffix(b"\n").unwrap_or(&text).split(|byte| *byte == b'\n'))
    }

    /// Base name → what `value` makes of the bytes, as YAML.
    fn as_yaml(&self, value: impl Fn(&Str) -> Str) -> Result<Value, String> {
        let map: Map = self.0.iter().map(|(name, data)| (path::base(name), value(data))).collect();
        let mut text = write(&map.retyped(Type::StringMap).into(), Style::Helm).unwrap_or_default();
        if text.ends_with(b"\n") {
            text.pop();
        }
        Ok(Str::from(text).into())
    }
}

impl Object for Files {
    fn go_type(&self) -> Type {
        Type::Named("engine.files", GoKind::Map)
    }

    fn member(&self, name: &str) -> Option<Member> {
        let parameters = match name {
            "Get" | "GetBytes" | "Glob" | "Lines" => vec![Type::STRING],
            "AsConfig" | "AsSecrets" => Vec::new(),
            _ => return Some(Member::Field(Is::Bytes(self.get(name.as_bytes())).into())),
        };
        Some(Member::Method(Signature { parameters, variadic: false }))
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, String> {
        let argument = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
        match name {
            "Get" => Ok(self.get(&argument).into()),
            "GetBytes" => Ok(Is::Bytes(self.get(&argument)).into()),
            "Glob" => self.glob(&argument).map(Value::object),
            "Lines" => Ok(self.lines(&argument)),
            "AsConfig" => self.as_yaml(Str::clone),
            "AsSecrets" => self.as_yaml(|data| data_encoding::BASE64.encode(data).into()),
            _ => Err(format!("{name} is not a method of engine.files")),
        }
    }

    fn text(&self) -> String {
        let mut out = Vec::new();
        crate::golang::fmt::append_value(&mut out, &self.marshal());
        String::from_utf8_lossy(&out).into_owned()
    }

    fn underlying(&self) -> Option<Value> {
        self.marshal().as_map().map(|map| map.retyped(self.go_type()).into())
    }

    fn marshal(&self) -> Value {
        self.0.iter().map(|(name, data)| (name.clone(), Value::from(Is::Bytes(data.clone())))).collect::<Map>().into()
    }

    fn truth(&self) -> bool {
        !self.0.is_empty()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
