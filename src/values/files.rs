//! readFile, readDir, readDirEntries, isFile, isDir: paths start from the template's folder.

use std::any::Any;

use super::setting::{Folder, join};
use super::template::{Context, context, row};
use crate::data::{Map, Member, Object, Signature, Type, Value};
use crate::gotmpl::{Call, Failure, Function};
use crate::host::EntryKind;

pub(super) const TABLE: &[Function] = &[
    row(
        "readFile",
        "(string) string",
        read_file,
        "The text of a file.",
        r#"{{ if isFile "helmfile.yaml" }}{{ readFile "helmfile.yaml" | trunc 40 }}{{ else }}no helmfile.yaml here{{ end }}"#,
    ),
    row("readDir", "(string) []string", read_dir, "The paths of the files in a folder, without its folders.", r#"{{ readDir "." }}"#),
    row(
        "readDirEntries",
        "(string) interface {}",
        read_entries,
        "The entries of a folder, each with .Name and .IsDir.",
        r#"{{ range readDirEntries "." }}{{ if .IsDir }}{{ .Name }}/ {{ end }}{{ end }}"#,
    ),
    row("isFile", "(string) bool", is_file, "Whether a path leads to something that is no folder.", r#"{{ isFile "helmfile.yaml" }}"#),
    row("isDir", "(string) bool", is_dir, "Whether a path leads to a folder.", r#"{{ isDir "." }}"#),
];

/// The path as given, and as shown from the state's folder.
fn path(context: &Context, arguments: &[Value]) -> (String, String) {
    let given = arguments.first().and_then(Value::as_str).map_or(String::new(), |text| text.to_text().into_owned());
    let shown = context.folder.shown(&given);
    (given, shown)
}

fn read_file(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let context = allowed(call)?;
    let (_, shown) = path(context, arguments);
    context.folder.read(&*context.setting.host, &shown).map(Value::string).map_err(|error| error.message().into())
}

fn read_dir(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let context = allowed(call)?;
    let (given, shown) = path(context, arguments);
    let names = entries(context, &shown).map_err(|words| format!("ReadDir {shown:?}: {words}"))?;
    let is_folder = |name: &String| context.folder.kind(&*context.setting.host, &join(&shown, name)) == Some(EntryKind::Folder);
    let paths: Vec<String> = names.into_iter().filter(|name| !is_folder(name)).map(|name| join(&given, &name)).collect();
    Ok(Value::strings(paths))
}

fn read_entries(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let context = allowed(call)?;
    let (_, shown) = path(context, arguments);
    let names = entries(context, &shown).map_err(|words| format!("ReadDirEntries {shown:?}: {words}"))?;
    let entry = |name: String| {
        let folder = context.folder.kind(&*context.setting.host, &join(&shown, &name)) == Some(EntryKind::Folder);
        Value::object(Entry { name, folder })
    };
    Ok(names.into_iter().map(entry).collect::<Vec<_>>().into())
}

fn entries(context: &Context, shown: &str) -> Result<Vec<String>, String> {
    context.folder.list(&*context.setting.host, shown).map_err(|error| error.message().to_owned())
}

fn is_file(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let kind = kind(context(call)?, arguments);
    Ok(kind.is_some_and(|kind| kind != EntryKind::Folder).into())
}

fn is_dir(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok((kind(context(call)?, arguments) == Some(EntryKind::Folder)).into())
}

fn kind(context: &Context, arguments: &[Value]) -> Option<EntryKind> {
    let (_, shown) = path(context, arguments);
    let folder: &Folder = &context.folder;
    folder.kind(&*context.setting.host, &shown)
}

/// The context, unless the environment forbids functions that reach outside.
pub(super) fn allowed<'a>(call: &Call<'a>) -> Result<&'a Context, Failure> {
    const NAMES: [&str; 2] = ["HELMFILE_DISABLE_INSECURE_FEATURES", "HELMFILE_DISABLE_INSECURE_TEMPLATE_FUNCTIONS"];
    let context = context(call)?;
    let set = |name: &&str| matches!(context.setting.host.variable(name).as_deref(), Some("1" | "t" | "T" | "true" | "TRUE" | "True"));
    if NAMES.iter().any(set) {
        return Err(format!("{} or {} is active, insecure function calls are disabled", NAMES[0], NAMES[1]).into());
    }
    Ok(context)
}

/// Go's `fs.DirEntry`.
#[derive(Debug)]
struct Entry {
    name: String,
    folder: bool,
}

impl Object for Entry {
    fn go_type(&self) -> Type {
        Type::Named("*os.unixDirent", crate::data::GoKind::Ptr)
    }
    fn member(&self, name: &str) -> Option<Member> {
        matches!(name, "Name" | "IsDir").then(|| Member::Method(Signature { parameters: Vec::new(), variadic: false }))
    }
    fn call(&self, name: &str, _arguments: &[Value]) -> Result<Value, String> {
        match name {
            "Name" => Ok(Value::string(self.name.as_str())),
            _ => Ok(self.folder.into()),
        }
    }
    fn text(&self) -> String {
        format!("{} {}{}", if self.folder { "d" } else { "-" }, self.name, if self.folder { "/" } else { "" })
    }
    fn marshal(&self) -> Value {
        Map::new().into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
