//! `bkhelm functions`: what templates can call, with examples that are run.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{Exit, Run};
use crate::charts::Profile;
use crate::cli::{Dialect, FunctionsArgs, ListFormat};
use crate::data::{Map, Str, Value};
use crate::diag::{Error, Errors, Kind, Result, near};
use crate::gotmpl::{Function, FunctionTable};
use crate::render;
use crate::report::{FunctionPage, function_list, function_page, functions_json};
use crate::values::{self, Folder};

/// Lists all functions of a dialect, or shows those that are named.
pub fn functions(run: &Run, args: &FunctionsArgs) -> Exit {
    match show(run, args) {
        Ok((bytes, errors)) => match run.print(&bytes) {
            Exit::Done if !errors.is_empty() => run.fail(errors),
            exit => exit,
        },
        Err(error) => run.fail(error.into()),
    }
}

/// Names of both dialects, for shells.
pub fn names() -> Vec<&'static str> {
    let tables = [Ok(render::functions(Profile::HELM4)), values::functions()];
    let names: BTreeSet<&str> = tables.into_iter().flatten().flat_map(FunctionTable::rows).map(|row| row.name).collect();
    names.into_iter().collect()
}

fn show(run: &Run, args: &FunctionsArgs) -> Result<(Vec<u8>, Errors)> {
    let table = table(run, args.dialect)?;
    let json = args.output == Some(ListFormat::Json);
    let mut errors = Errors::new();
    if args.names.is_empty() {
        if json {
            let pages = table.rows().map(|row| page(table, row, None)).collect::<Vec<_>>();
            return Ok((functions_json(&pages), errors));
        }
        return Ok((function_list(&table.families()), errors));
    }
    let mut pages = Vec::new();
    for name in &args.names {
        match table.get(name) {
            Some(row) => pages.push(page(table, row, Some(errors.keep(example(run, args.dialect, row)).unwrap_or_default()))),
            None => errors.push(unknown(run, args.dialect, table, name)),
        }
    }
    if json {
        return Ok((functions_json(&pages), errors));
    }
    Ok((pages.iter().map(function_page).collect::<Vec<_>>().join("\n").into_bytes(), errors))
}

fn table(run: &Run, dialect: Dialect) -> Result<&'static FunctionTable> {
    match dialect {
        Dialect::Helm => Ok(render::functions(run.profile)),
        Dialect::Helmfile => values::functions(),
    }
}

fn page(table: &FunctionTable, row: &Function, output: Option<Str>) -> FunctionPage {
    FunctionPage { function: *row, family: table.family(row.name).unwrap_or_default(), output }
}

/// Runs a row's example in its dialect.
fn example(run: &Run, dialect: Dialect, row: &Function) -> Result<Str> {
    match dialect {
        Dialect::Helm => render::render_text(row.example, run.profile, run).map(Str::from),
        Dialect::Helmfile => {
            let folder = Folder::here(PathBuf::from("."));
            values::render_inline(&run.setting, &folder, &Str::from(row.example), &Value::from(Map::new()))
        }
    }
    .map_err(|error| error.wrap(|text| format!("the example of {}: {text}", row.name)))
}

fn unknown(run: &Run, dialect: Dialect, table: &FunctionTable, name: &str) -> Error {
    let mut error = Error::new(Kind::NoMatch, format!("{} templates have no function {name:?}", word(dialect)));
    let other = match dialect {
        Dialect::Helm => Dialect::Helmfile,
        Dialect::Helmfile => Dialect::Helm,
    };
    let elsewhere = self::table(run, other).is_ok_and(|table| table.get(name).is_some());
    if elsewhere {
        return error.hint(format!("{} templates have it: --dialect {}", word(other), word(other)));
    }
    for near in near(name, table.rows().map(|row| row.name)) {
        error = error.hint(format!("did you mean `{near}`?"));
    }
    error
}

fn word(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Helm => "helm",
        Dialect::Helmfile => "helmfile",
    }
}
