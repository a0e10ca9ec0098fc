//! `bkhelm helm show`: what a chart says about itself (helm pkg/action/show.go).

use super::{Arguments, sources};
use crate::charts::{Chart, File};
use crate::cli::{HelmShow, ShowWhat};
use crate::commands::Run;
use crate::data::yaml::{Style, write};
use crate::diag::{Error, Kind, Result};

/// Prints the parts of the chart that were asked for.
pub fn show(run: &Run, args: &HelmShow) -> Result<()> {
    let (name, args) = match &args.what {
        ShowWhat::All(args) => ("all", args),
        ShowWhat::Chart(args) => ("chart", args),
        ShowWhat::Values(args) => ("values", args),
        ShowWhat::Readme(args) => ("readme", args),
        ShowWhat::Crds(args) => ("crds", args),
    };
    let command = format!("show {name}");
    Arguments::Exactly(1).check(&command, &format!("{command} [CHART]"), &args.chart)?;
    let named = args.chart.first().map(String::as_str).unwrap_or_default();
    let chart = sources::load(run, &args.repository, named, run.profile.for_reading())?;
    for warning in &chart.warnings {
        run.output.warn(&warning.line);
    }
    run.write(&parts(&chart, name)?)
}

fn parts(chart: &Chart, name: &str) -> Result<Vec<u8>> {
    let all = name == "all";
    let mut out = Vec::new();
    let mut add = |separated: bool, bytes: &[u8]| {
        if separated {
            out.extend_from_slice(b"---\n");
        }
        out.extend_from_slice(bytes);
        out.push(b'\n');
    };
    if all || name == "chart" {
        let text = write(&chart.metadata.to_value(), Style::Helm).map_err(|text| Error::new(Kind::Chart, text))?;
        add(false, &text);
    }
    if all || name == "values" {
        let files = chart.raw.iter().filter(|file| file.name == "values.yaml");
        // parity: helm writes the line between before it knows whether there is a file.
        for (at, file) in files.enumerate() {
            add(all && at == 0, &file.data);
        }
    }
    let readme = chart.files.iter().find(|file| is_readme(file));
    if let Some(file) = readme.filter(|_| all || name == "readme") {
        add(all, &file.data);
    }
    if all || name == "crds" {
        for file in chart.all_crd_files() {
            add(!file.data.starts_with(b"---"), &file.data);
        }
    }
    Ok(out)
}

fn is_readme(file: &File) -> bool {
    [&b"readme.md"[..], b"readme.txt", b"readme"].iter().any(|name| file.name.eq_ignore_ascii_case(name))
}
