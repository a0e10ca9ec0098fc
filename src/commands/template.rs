//! `bkhelm template`: the manifests of all selected releases.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Parser;

use super::helm::helm_words;
use super::hooks::{self, Prepare};
use super::path::{self, Options, Path, Product};
use super::{Exit, Run, user_values};
use crate::cli::{HelmTemplate, NeedsFlags, ReleaseValueFlags, TemplateArgs};
use crate::diag::{Error, Errors, Kind, Result};
use crate::render::{OutputFile, PrintOptions, SchemaCheck};
use crate::report::Phase;
use crate::state::{Needs, Release, State, output};
use crate::values::set::{Flag, Setting};

/// Renders state by state; what is rendered goes out at once, all errors are reported at the end.
pub fn template(run: &Run, args: &TemplateArgs) -> Exit {
    let (options, print) = match resolve(args) {
        Ok(resolved) => resolved,
        Err(error) => return run.fail(error.into()),
    };
    let desired = run.load();
    run.say_notes();
    let path = Path::new(run, options);
    let mut errors = Errors::new();
    let mut matched = false;
    for (at, state) in desired.states.iter().enumerate() {
        errors.extend(hooks::around(run, state, "template", Prepare::Releases, || match state.planned(needs(&args.needs)) {
            Ok(None) => Errors::new(),
            Ok(Some(releases)) => {
                matched = true;
                one_state(run, &path, state, &releases, args, &print)
            }
            Err(error) => error.into(),
        }));
        // As helmfile: what comes after a state that failed may stand on it.
        if let Some(left) = (desired.states.len() - at).checked_sub(1).filter(|left| *left > 0 && !errors.is_empty()) {
            run.output.warn(&format!("{left} states after {} were not rendered", state.path));
            break;
        }
    }
    if !matched && errors.is_empty() {
        errors.extend(path::no_match(run, &desired));
    }
    errors.extend(desired.errors);
    if errors.is_empty() { Exit::Done } else { run.fail(errors) }
}

fn one_state(run: &Run, path: &Path<'_>, state: &State, releases: &[&Release], args: &TemplateArgs, print: &PrintOptions) -> Errors {
    let mut errors = Errors::new();
    path.render(state, releases, |release, result| {
        run.say_notes();
        run.output.info(&format!("Templating release={}, chart={}", release.name, release.chart));
        let written = result.and_then(|product| {
            for warning in &product.rendered.warnings {
                run.output.warn(&warning.line);
            }
            if given(args.output_dir.as_ref()) || given(args.output_dir_template.as_ref()) {
                write_files(run, state, release, &product, args, print).map_err(Errors::from)
            } else if errors.is_empty() {
                write_out(run, &product, print)
            } else {
                Ok(()) // helmfile ends at the first failure; the rest is rendered for its errors only
            }
        });
        let about = |error: Error| if error.about().is_some() { error } else { error.subject(format!("release {}", release.name)) };
        errors.extend(written.err().into_iter().flatten().map(about));
        hooks::cleanup(run, state, release, "template");
    });
    errors
}

/// parity: helmfile and helm take an empty `--output-dir` for none.
fn given(flag: Option<&String>) -> bool {
    flag.is_some_and(|text| !text.is_empty())
}

fn write_out(run: &Run, product: &Product, print: &PrintOptions) -> Result<(), Errors> {
    run.timings.measure(Phase::Write, None, || {
        let mut bytes = Vec::new();
        product.rendered.write_to(&mut bytes, print)?;
        end_line(&mut bytes);
        run.write(&bytes).map_err(Errors::from)
    })
}

/// parity: helmfile pkg/helmexec/exec.go `write` ends what helm printed with one more newline.
fn end_line(helm_output: &mut Vec<u8>) {
    if !helm_output.is_empty() {
        helm_output.push(b'\n');
    }
}

fn write_files(run: &Run, state: &State, release: &Release, product: &Product, args: &TemplateArgs, print: &PrintOptions) -> Result<()> {
    let template = args.output_dir_template.as_deref().unwrap_or_default();
    let folder = output::output_folder(state, release, args.output_dir.as_deref().unwrap_or_default(), template, &run.setting)?;
    let said = write_output_files(run, &product.rendered.output_files(print), &PathBuf::from(folder), None)?;
    run.output.info(String::from_utf8_lossy(&said).trim_end());
    Ok(())
}

/// Writes what `--output-dir` asks for; gives what helm says about it.
pub fn write_output_files(run: &Run, files: &[OutputFile], folder: &std::path::Path, release: Option<&str>) -> Result<Vec<u8>> {
    let mut said = String::new();
    // Each file is written once: appending piece by piece would copy the whole file for each piece.
    let mut whole: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    for file in files {
        let folder = match release.filter(|_| file.under_release) {
            Some(release) => folder.join(release),
            None => folder.to_owned(),
        };
        let target = folder.join(file.path.to_text().as_ref());
        said.push_str(&format!("wrote {}\n", target.display()));
        let exists = || run.host().kind(&target).is_some();
        let before = match whole.remove(&target) {
            Some(begun) => Some(begun).filter(|_| file.append || file.append_if_exists),
            None if (file.append || file.append_if_exists) && exists() => Some(run.host().read(&target)?),
            None => None,
        };
        let mut bytes = before.unwrap_or_default();
        bytes.extend_from_slice(&file.bytes);
        whole.insert(target, bytes);
    }
    for (target, bytes) in &whole {
        run.host().write(target, bytes)?;
    }
    said.push('\n');
    Ok(said.into_bytes())
}

/// The flags, and those of helm inside `--args` and `--template-args`.
fn resolve(args: &TemplateArgs) -> Result<(Options, PrintOptions)> {
    let helm = helm_flags([args.args.as_deref(), args.template_args.as_deref()])?;
    let mut options = options(&args.values, args.kube_version.as_deref(), args.concurrency);
    options.values_files.extend(helm.values.files.iter().cloned());
    options.set.extend(user_values::settings(&helm.values));
    options.kube_version = options.kube_version.or(helm.kube_version);
    options.api_versions = helm.api_versions;
    options.helm_prefix = "Error: ";
    options.is_upgrade = helm.is_upgrade;
    if args.skip_schema_validation || helm.skip_schema_validation {
        options.schema_check = SchemaCheck::Skip;
    }
    let print = PrintOptions {
        include_crds: args.include_crds || helm.include_crds,
        no_hooks: args.no_hooks || helm.no_hooks,
        skip_tests: args.skip_tests || helm.skip_tests,
        show_only: args.show_only.iter().chain(&helm.show_only).cloned().collect(),
    };
    Ok((options, print))
}

/// `helm template` flags in `--args`: split at white space, as helmfile does.
fn helm_flags(arguments: [Option<&str>; 2]) -> Result<HelmTemplate> {
    let words = arguments.into_iter().flatten().flat_map(str::split_whitespace).map(str::to_owned).collect();
    let refused =
        |text: String| Error::new(Kind::State, format!("--args: Error: {text}")).hint("--args takes flags of `bkhelm helm template`");
    let helm = HelmTemplate::try_parse_from(crate::cli::arguments(words)).map_err(|error| refused(helm_words(&error)))?;
    let unused = [
        ("--output-dir", helm.output_dir.is_some()),
        ("--name-template", helm.name_template.is_some()),
        ("--generate-name", helm.generate_name),
        ("--release-name", helm.release_name),
        ("--version", helm.repository.version.is_some()),
        ("--devel", helm.repository.devel),
        ("--repo", helm.repository.repo.is_some()),
    ];
    if let Some((flag, _)) = unused.iter().find(|(_, given)| *given) {
        return Err(refused(format!("{flag} is decided by the state, not by --args")));
    }
    if let Some(word) = helm.arguments.first() {
        return Err(refused(format!("unexpected argument {word:?}")));
    }
    Ok(helm)
}

/// clap's own first line, without its `error: `.
pub fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// The options that several commands share.
pub fn options(values: &ReleaseValueFlags, kube_version: Option<&str>, concurrency: usize) -> Options {
    Options {
        values_files: values.values.clone(),
        set: values.set.iter().map(|argument| Setting { flag: Flag::Set, argument: argument.clone() }).collect(),
        kube_version: kube_version.map(str::to_owned),
        concurrency,
        ..Options::default()
    }
}

/// What the flags say about needs.
pub fn needs(flags: &NeedsFlags) -> Needs {
    let include = flags.include_needs || flags.include_transitive_needs;
    Needs {
        skip: flags.skip_needs.unwrap_or(!include),
        include: flags.include_needs,
        transitive: flags.include_transitive_needs,
        enforce_installed: flags.enforce_needs_are_installed,
    }
}
