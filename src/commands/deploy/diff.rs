//! `bkhelm diff`: what `apply` would change, as helm-diff shows it, and what somebody else changed on the cluster.

use super::difference::{Difference, Rules, difference, drift_text};
use super::plan::Planning;
use super::release::Worker;
use super::walk::Walk;
use super::{Session, base_name, options, rendering, threads};
use crate::cli::{DeployFlags, DiffArgs, DiffFlags};
use crate::commands::hooks::Prepare;
use crate::commands::path::in_order;
use crate::commands::template::needs;
use crate::commands::{Exit, Run};
use crate::diag::{Errors, Result};
use crate::plan::file::{Action, PlanFile, ReleasePlan};
use crate::report::diff::write;
use crate::state::{Release, Stages};

/// Compares state by state. Nothing is changed.
pub fn diff(run: &Run, args: &DiffArgs) -> Exit {
    let session = match Session::start(run) {
        Ok(session) => session,
        Err(error) => return run.fail(error.into()),
    };
    let planning = match args.plan_out.as_ref().map(|_| Planning::new(run, None, args.plan_key.as_ref())).transpose() {
        Ok(planning) => planning,
        Err(error) => return run.fail(error.into()),
    };
    let mut file = planning.as_ref().map(|planning| PlanFile::new(session.time(), planning.salt.clone(), run.request.environment.clone()));
    let walk = Walk {
        command: "diff",
        prepare: Some(Prepare::Releases),
        needs: needs(&args.needs),
        rendering: rendering(&args.values, args.skip_schema_validation, args.concurrency),
        backwards: false,
        stops: false,
    };
    let deploy = DeployFlags { concurrency: args.concurrency, ..DeployFlags::default() };
    let mut changed = false;
    let mut errors = walk.take(&session, |worker, stages| {
        let mut changes = match Changes::find(worker, stages, &args.diff, &deploy, planning.as_ref()) {
            Ok(changes) => changes,
            Err(errors) => return errors,
        };
        changed |= changes.any();
        if let Some(file) = &mut file {
            changes.append_to(file, stages);
        }
        changes.list(run, args.diff.detailed_exitcode);
        Errors::new()
    });
    if let (Some(file), Some(path)) = (&file, &args.plan_out) {
        let written = file.text().and_then(|text| run.host().write_secret(std::path::Path::new(path), &text));
        errors.extend(written.err());
    }
    if !errors.is_empty() {
        return run.fail(errors);
    }
    match (args.diff.detailed_exitcode, changed) {
        (true, true) => {
            run.output.info("Identified at least one change");
            Exit::Changed
        }
        (true, false) => {
            run.output.info("No affected releases");
            Exit::Done
        }
        (false, _) => Exit::Done,
    }
}

/// What would change in one state.
pub struct Changes<'a> {
    /// Releases that would be installed or upgraded.
    pub update: Vec<&'a Release>,
    /// Releases that would be removed.
    pub remove: Vec<&'a Release>,
    /// The plans of those that would be installed or upgraded, where plans are made.
    pub plans: Vec<ReleasePlan>,
}

impl<'a> Changes<'a> {
    /// Compares all releases and prints the differences in written order.
    pub fn find(
        worker: &Worker<'_>,
        stages: &Stages<'a>,
        flags: &DiffFlags,
        deploy: &DeployFlags,
        planning: Option<&Planning>,
    ) -> Result<Self, Errors> {
        let run = worker.run;
        let rules = Rules::of(worker, flags, deploy)?;
        let remove = worker.installed(stages.remove.iter().flatten().copied())?;
        let mut errors = Errors::new();
        let mut releases: Vec<&Release> = stages.install.iter().flatten().copied().collect();
        // helmfile shows them as they are written, not as they need each other.
        let position = |release: &&Release| worker.state.releases.iter().position(|other| std::ptr::eq(other, *release));
        releases.sort_by_key(position);
        let work = |release: &Release| {
            let candidate = worker.candidate(release)?;
            let difference = difference(worker, release, &candidate, &rules)?;
            let plan = match planning.filter(|_| difference.matters()) {
                Some(planning) => Some(planning.plan(worker, release, &candidate, &options(release, deploy))?),
                None => None,
            };
            Ok::<_, Errors>((difference, candidate.bundle.namespace, plan))
        };
        let mut update = Vec::new();
        let mut plans = Vec::new();
        in_order(threads(deploy.concurrency), &releases, work, |release, result| {
            let shown = result.and_then(|(difference, namespace, plan)| {
                plans.extend(plan);
                show(run, release, &difference, &namespace, flags, &rules)?;
                if difference.matters() {
                    update.push(release.name.clone());
                }
                Ok(())
            });
            let about = |error: crate::diag::Error| worker.about(release, error);
            errors.extend(shown.err().into_iter().flatten().map(about));
        });
        let update = releases.into_iter().filter(|release| update.contains(&release.name)).collect();
        errors.or(Self { update, remove, plans })
    }

    /// Whether anything would change.
    pub fn any(&self) -> bool {
        !self.update.is_empty() || !self.remove.is_empty()
    }

    /// The list of affected releases; empty where there are none (helmfile pkg/app/run.go).
    pub fn text(&self, with_updates: bool) -> String {
        let one = |word: &'static str| move |release: &&Release| format!("  {} ({}) {word}", release.name, release.chart);
        let mut lines: Vec<String> = self.remove.iter().map(one("DELETED")).collect();
        if with_updates {
            lines.extend(self.update.iter().map(one("UPDATED")));
        }
        lines.sort();
        if lines.is_empty() { String::new() } else { format!("Affected releases are:\n{}\n", lines.join("\n")) }
    }

    /// Moves the plans into a file, with what goes, in the order in which they are worked on.
    fn append_to(&mut self, file: &mut PlanFile, stages: &Stages<'_>) {
        let first = file.releases.last().map_or(0, |plan| plan.stage + 1);
        let leaving = stages.remove.iter().enumerate().flat_map(|(at, stage)| stage.iter().map(move |release| (at, *release)));
        let leaving = leaving.filter(|(_, release)| self.remove.iter().any(|other| std::ptr::eq(*other, *release)));
        file.releases.extend(leaving.map(|(at, release)| removal(release, first + at)));
        let first = first + stages.remove.len();
        let place = |plan: &ReleasePlan| stages.install.iter().position(|stage| stage.iter().any(|release| plan.is_of(release)));
        for plan in &mut self.plans {
            plan.stage = first + place(plan).unwrap_or_default();
        }
        self.plans.sort_by_key(|plan| plan.stage);
        file.releases.append(&mut self.plans);
    }

    fn list(&self, run: &Run, with_updates: bool) {
        let text = self.text(with_updates);
        if !text.is_empty() {
            run.output.info(&text);
        }
    }
}

/// A release that goes.
fn removal(release: &Release, stage: usize) -> ReleasePlan {
    ReleasePlan {
        release: release.name.clone(),
        namespace: release.namespace.clone(),
        context: release.kube_context.clone(),
        cluster: String::new(),
        stage,
        action: Action::Remove,
        revision: 0,
        before: String::new(),
        rendered: String::new(),
        steps: Vec::new(),
        sealed: String::new(),
    }
}

/// Prints what differs in one release.
fn show(run: &Run, release: &Release, difference: &Difference, namespace: &str, flags: &DiffFlags, rules: &Rules) -> Result<()> {
    let mut out =
        format!("Comparing release={}, chart={}, namespace={}\n", release.name, base_name(&release.chart), release.namespace).into_bytes();
    if let Some(unfinished) = &difference.unfinished {
        run.output.warn(&format!("{}: {unfinished}; compared with what was deployed before", release.name));
    }
    if difference.chance {
        run.output.info(&format!(
            "{}: only values that the chart makes anew each time differ; what is there stays (`sync` makes new ones)",
            release.name
        ));
    }
    if !(flags.suppress_diff || difference.new && flags.skip_diff_on_install) {
        let mut text = write(&difference.comparison, &rules.style)?;
        text.extend_from_slice(drift_text(difference, namespace).as_bytes());
        if !text.is_empty() {
            out.extend_from_slice(&text);
            out.push(b'\n');
        }
    }
    run.write(&out)
}
