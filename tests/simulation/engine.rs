//! The engine itself, through schedules of faults: sequences of installs, upgrades, rollbacks and removals of three
//! releases, killed up to three times at any call, each time gone on with by another run, and in the end compared with
//! what comes out when nothing goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bkhelm::charts::Profile as Helm;
use bkhelm::cluster::deploy::{Deployed, Engine, Options, Stop, UninstallOptions};
use bkhelm::cluster::lease::Holder;
use bkhelm::cluster::records::{Driver, Status};
use bkhelm::cluster::{Api, Cluster, Listener, Propagation, Silent};
use bkhelm::golang::time::Zone;
use serde_json::Value as Json;
use tokio::time::sleep;

use super::engine_charts::{CRASHES, FIRST, HOOK_FAILS, MENDED, NAMESPACE, RELEASES, SECOND, bundle, text, works};
use super::{Ended, Moment, Profile, Random, Simulation, engine_rules};

/// A command.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Installs or upgrades releases to a version each, in stages.
    Sync(&'static [(&'static str, u32)], After),
    /// Removes releases, in stages, last first.
    Remove(&'static [&'static str], bool),
    /// Goes back to the newest revision that has that version.
    Back(&'static str, u32),
}

/// What happens when a deployment fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    Atomic,
    Cleanup,
}

use Act::{Back, Remove, Sync};
use After::{Atomic, Cleanup, Nothing};

/// Commands one after the other. What the last ones leave does not depend on those of a `loose` plot before them: there
/// people don't look how a command ended before they give the next.
struct Plot {
    loose: bool,
    acts: &'static [Act],
}

const ALL_FIRST: Act = Sync(&[("base", FIRST), ("side", FIRST), ("web", FIRST)], Nothing);
const ALL_SECOND: Act = Sync(&[("base", SECOND), ("side", SECOND), ("web", SECOND)], Nothing);
const WEB_FIRST: Act = Sync(&[("base", FIRST), ("web", FIRST)], Nothing);
const WEB_SECOND: Act = Sync(&[("base", FIRST), ("web", SECOND)], Nothing);
const WEB_MENDED: Act = Sync(&[("base", FIRST), ("web", MENDED)], Nothing);

const fn web(version: &'static [(&'static str, u32)], after: After) -> Act {
    Sync(version, after)
}
const CRASHING: &[(&str, u32)] = &[("base", FIRST), ("web", CRASHES)];
const HOOK_FAILING: &[(&str, u32)] = &[("base", FIRST), ("web", HOOK_FAILS)];

const PLOTS: [Plot; 18] = [
    Plot { loose: true, acts: &[ALL_FIRST] },
    Plot { loose: true, acts: &[ALL_FIRST, ALL_SECOND] },
    Plot { loose: true, acts: &[WEB_FIRST, web(CRASHING, Nothing), WEB_MENDED] },
    Plot { loose: true, acts: &[WEB_FIRST, web(HOOK_FAILING, Nothing), WEB_SECOND] },
    Plot { loose: true, acts: &[web(CRASHING, Nothing), WEB_FIRST] },
    Plot { loose: true, acts: &[WEB_FIRST, web(CRASHING, Cleanup), WEB_SECOND] },
    Plot { loose: true, acts: &[WEB_FIRST, WEB_SECOND, WEB_FIRST, WEB_MENDED, WEB_SECOND] },
    Plot { loose: true, acts: &[WEB_FIRST, Remove(&["web"], false), WEB_SECOND] },
    Plot { loose: true, acts: &[WEB_FIRST, Remove(&["web"], true), WEB_SECOND] },
    Plot { loose: true, acts: &[web(HOOK_FAILING, Nothing), Remove(&["web"], true), WEB_MENDED, WEB_FIRST] },
    Plot { loose: false, acts: &[WEB_FIRST, WEB_SECOND, Back("web", FIRST)] },
    Plot { loose: false, acts: &[WEB_FIRST, web(CRASHING, Nothing), Back("web", FIRST)] },
    Plot { loose: false, acts: &[ALL_FIRST, Remove(&["base", "side", "web"], false)] },
    Plot { loose: false, acts: &[WEB_FIRST, web(CRASHING, Nothing), Remove(&["web"], false)] },
    Plot { loose: false, acts: &[WEB_FIRST, web(CRASHING, Nothing), Remove(&["web"], true)] },
    Plot { loose: false, acts: &[WEB_FIRST, web(CRASHING, Atomic)] },
    Plot { loose: false, acts: &[WEB_SECOND, WEB_FIRST, web(HOOK_FAILING, Atomic)] },
    Plot { loose: false, acts: &[web(CRASHING, Atomic)] },
];

impl Act {
    /// Whether it ends well where nothing goes wrong.
    fn works(self) -> bool {
        match self {
            Sync(releases, _) => releases.iter().all(|(release, version)| works(release, *version)),
            _ => true,
        }
    }
    fn releases(self) -> BTreeSet<&'static str> {
        match self {
            Sync(releases, _) => releases.iter().map(|(release, _)| *release).collect(),
            Remove(releases, _) => releases.iter().copied().collect(),
            Back(release, _) => BTreeSet::from([release]),
        }
    }
}

/// How the runs of a schedule are made.
#[derive(Clone)]
struct Manner {
    options: Options,
    /// Whether a run knows which earlier ones died, as on one machine.
    knows_the_dead: bool,
}

/// One run of a command: a program.
struct Program {
    name: String,
    dead: BTreeSet<String>,
    manner: Manner,
    stop: Stop,
}

/// How a release's part of a command ended.
type Results = Vec<(&'static str, Result<(), String>)>;

impl Program {
    /// Runs a command as `sync`, `destroy` and `rollback` do: stage by stage, what is of one stage at once.
    async fn run(&self, api: Arc<dyn Api>, act: Act) -> Results {
        let cluster = match Cluster::connect(api).await {
            Ok(cluster) => cluster,
            Err(fault) => return vec![("", Err(fault.to_string()))],
        };
        let (dead, listener, zone): (_, Arc<dyn Listener>, _) = (self.dead.clone(), Arc::new(Silent), Zone::utc());
        let holder = Holder { identity: self.name.clone(), died: Arc::new(move |other| dead.contains(other)) };
        let (cluster, listener, holder, zone) = (&cluster, &listener, &holder, &zone);
        let engine = Engine { cluster, listener, holder, stop: &self.stop, profile: Helm::HELM4, driver: Driver::Secret, zone };
        let mut results = Results::new();
        for stage in stages(act) {
            let parts = stage.into_iter().map(|release| async move { (release, self.part(engine, act, release).await) });
            results.extend(futures::future::join_all(parts).await);
            if results.iter().any(|(_, result)| result.is_err()) {
                break;
            }
        }
        results
    }

    async fn part(&self, engine: Engine<'_>, act: Act, release: &'static str) -> Result<(), String> {
        let options = &self.manner.options;
        match act {
            Sync(releases, after) => {
                let version = releases.iter().find(|(name, _)| *name == release).map_or(FIRST, |(_, version)| *version);
                let options = Options { atomic: after == Atomic, cleanup_on_fail: after == Cleanup, ..options.clone() };
                deploy(engine, release, version, &options).await
            }
            Back(_, version) => {
                let look = engine.look(NAMESPACE, release).await.map_err(|error| error.to_string())?;
                let wanted = text(release, version);
                let ran = |status| matches!(status, Status::Deployed | Status::Superseded);
                let target = look.history.iter().rev().find(|record| ran(record.info.status) && record.manifest == wanted);
                match target.map(|record| record.version) {
                    Some(to) => said(engine.rollback((NAMESPACE, release), to, options).await.map(drop)),
                    // The limit of the history took it.
                    None => deploy(engine, release, version, options).await,
                }
            }
            Remove(_, keep_history) => {
                let look = engine.look(NAMESPACE, release).await.map_err(|error| error.to_string())?;
                if look.last().is_none_or(|record| record.info.status == Status::Uninstalled) {
                    return Ok(());
                }
                let (wait, timeout) = (options.wait, options.timeout);
                let description = String::new();
                let how = UninstallOptions { keep_history, wait, timeout, no_hooks: false, cascade: Propagation::Background, description };
                said(engine.uninstall((NAMESPACE, release), &how).await.map(drop))
            }
        }
    }
}

/// As `sync` does it: looks, renders, and again where the release got a revision meanwhile.
async fn deploy(engine: Engine<'_>, release: &str, version: u32, options: &Options) -> Result<(), String> {
    for _ in 0..5 {
        let look = engine.look(NAMESPACE, release).await.map_err(|error| error.to_string())?;
        let bundle = bundle(release, version, look.next());
        if let Deployed::Done(_) = said(engine.deploy(&bundle, options).await)? {
            return Ok(());
        }
    }
    Err("new revisions all the time".to_owned())
}

fn said<T>(result: Result<T, bkhelm::diag::Errors>) -> Result<T, String> {
    result.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// The act's releases in stages by what they need.
fn stages(act: Act) -> Vec<Vec<&'static str>> {
    let wanted = act.releases();
    let (first, second): (Vec<_>, Vec<_>) =
        RELEASES.iter().filter(|(name, _)| wanted.contains(name)).partition(|(_, needs)| !needs.iter().any(|need| wanted.contains(need)));
    let names = |stage: Vec<&(&'static str, _)>| stage.into_iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let mut stages = vec![names(first), names(second)];
    if let Remove(..) = act {
        stages.reverse();
    }
    stages
}

/// A schedule: a world, its plot, and who died so far.
struct Schedule {
    simulation: Simulation,
    random: Random,
    manner: Manner,
    dead: BTreeSet<String>,
    runs: u32,
    deaths: u32,
    people: bool,
    rough: bool,
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, 11);
        let people = random.chance(300);
        let rough = random.chance(700);
        let profile = if rough { Profile::rough() } else { Profile::calm() };
        let simulation = Simulation::new(seed, Profile { people: if people { 30 } else { 0 }, ..profile });
        engine_rules::watch_over(&simulation);
        let limits = [3, 4, 10];
        let options = Options {
            wait: random.chance(700),
            create_namespace: true,
            force_conflicts: people,
            history_max: *random.pick(&limits).unwrap_or(&10),
            timeout: Duration::from_secs(400),
            ..Options::default()
        };
        let manner = Manner { options, knows_the_dead: random.chance(500) };
        let deaths = u32::try_from(random.below(4)).unwrap_or_default();
        Self { simulation, random, manner, dead: BTreeSet::new(), runs: 0, deaths, people, rough }
    }

    /// Nothing goes wrong from now on.
    fn calm_down(&mut self) {
        self.deaths = 0;
        self.people = false;
        self.rough = false;
        self.simulation.change(Profile::calm());
    }

    fn program(&mut self, act: Act, stop: Stop) -> Program {
        self.runs += 1;
        let mut manner = self.manner.clone();
        manner.options.wait |= !act.works();
        let dead = if manner.knows_the_dead { self.dead.clone() } else { BTreeSet::new() };
        Program { name: format!("run-{}", self.runs), dead, manner, stop }
    }

    /// Runs a command once, perhaps killed, perhaps stopped, perhaps beside another; `None` where it was killed.
    fn once(&mut self, act: Act, disturbed: bool) -> Option<Results> {
        let (ask, stop) = Stop::new();
        let program = self.program(act, stop.clone());
        let rival = (disturbed && self.random.chance(100)).then(|| self.program(act, stop));
        let stops = (disturbed && self.random.chance(60)).then(|| Duration::from_millis(self.random.below(60_000)));
        if disturbed && self.deaths > 0 && self.random.chance(700) {
            self.deaths -= 1;
            let reach = if self.random.chance(400) { 25 } else { 250 };
            let moment = if self.random.chance(500) { Moment::Before } else { Moment::After };
            self.simulation.crash_at(1 + self.random.below(reach), moment);
        }
        let later = Duration::from_millis(self.random.below(20_000));
        let simulation = &self.simulation;
        let client = async {
            let one = program.run(simulation.client(&program.name), act);
            let other = async {
                match &rival {
                    Some(rival) => {
                        sleep(later).await;
                        rival.run(simulation.client(&rival.name), act).await
                    }
                    None => Results::new(),
                }
            };
            let stopped = async {
                match stops {
                    Some(after) => sleep(after).await,
                    None => std::future::pending().await,
                }
                ask.send(true).expect("somebody listens");
                std::future::pending::<()>().await;
            };
            tokio::select! {
                biased;
                (mut one, other) = futures::future::join(one, other) => { one.extend(other); one }
                () = stopped => Results::new(),
            }
        };
        match self.simulation.run(client) {
            Ended::Done(results) => {
                // What ended well leaves no lease behind, but of one that died: where nothing is to be removed, nobody looks.
                for (release, result) in &results {
                    let lease = self.simulation.object("Lease", NAMESPACE, &format!("bkhelm.{release}"));
                    let clean = result.is_err() || rival.is_some() || lease.as_ref().is_none_or(|lease| self.is_of_the_dead(lease));
                    assert!(clean, "{}", self.simulation.story(&format!("{act:?}: a lease is left: {lease:?}")));
                }
                // Who could not renew its lease gives up at once, and the lease runs out by itself.
                let lost =
                    |(_, result): &(_, Result<(), String>)| result.as_ref().is_err_and(|words| words.contains("could not be renewed"));
                if results.iter().any(lost) {
                    self.dead.insert(program.name);
                    self.dead.extend(rival.map(|rival| rival.name));
                }
                Some(results)
            }
            Ended::Crashed => {
                self.dead.insert(program.name);
                self.dead.extend(rival.map(|rival| rival.name));
                None
            }
        }
    }

    /// Runs a command until it ends as it should, or, where the plot is loose, perhaps only once.
    /// `false` where there is nothing to go on from: people made what can't work work (they scaled it to nothing), or all tries of
    /// a command that has to end well were in vain.
    fn act(&mut self, act: Act, loose: bool) -> bool {
        for _ in 0..6 {
            let results = self.once(act, true);
            let ended_well = results.as_ref().is_some_and(|results| results.iter().all(|(_, result)| result.is_ok()));
            if let Some(results) = &results {
                note(results, act);
                if self.people && ended_well && !act.works() {
                    return false;
                }
                assert!(act.works() || !ended_well, "{}", self.simulation.story(&format!("{act:?} ended well")));
            }
            // The same where the run was killed before it could say so, or another one beside it failed.
            if self.people && !act.works() && self.is_crashing_deployed() {
                return false;
            }
            if (ended_well || !act.works()) && results.is_some() || loose && self.random.chance(300) {
                return true;
            }
        }
        loose
    }

    /// Whether the version that crashes is deployed, with what it adds.
    fn is_crashing_deployed(&self) -> bool {
        let records = self.simulation.records(NAMESPACE);
        let newest = records.iter().rev().find(|(name, _)| name == "web").map(|(_, (_, status))| status.as_str());
        newest == Some("deployed") && self.simulation.object("ConfigMap", NAMESPACE, "web-crashes").is_some()
    }

    /// Runs the last command in a calm world, and looks at what is there then.
    fn end(&mut self, act: Act) {
        self.calm_down();
        let results = self.once(act, false).unwrap_or_default();
        for (release, result) in &results {
            let should = if let Sync(releases, _) = act {
                releases.iter().all(|(name, version)| name != release || works(name, *version))
            } else {
                true
            };
            assert!(result.is_ok() == should, "{}", self.simulation.story(&format!("{act:?}: {release}: {result:?}")));
        }
        self.simulation.rest(Duration::from_secs(30));
        self.look_at_records(act);
    }

    fn look_at_records(&self, act: Act) {
        let records = self.simulation.records(NAMESPACE);
        let wrong = |words: String| panic!("{}", self.simulation.story(&format!("{act:?}: {words}: {records:?}")));
        for release in act.releases() {
            let own: Vec<_> = records.iter().filter(|(name, _)| name == release).map(|(_, (_, status))| status.as_str()).collect();
            let count = |word: &str| own.iter().filter(|status| **status == word).count();
            let pending = own.iter().any(|status| status.starts_with("pending") || *status == "uninstalling");
            if pending {
                wrong(format!("{release} is left pending"));
            }
            let limit = usize::try_from(self.manner.options.history_max).unwrap_or_default();
            // Revisions that alone know of what a dead run left are kept until the next one, and a removal keeps what it finds.
            if own.len() > limit && !matches!(act, Remove(_, true)) {
                wrong(format!("more than {limit} revisions of {release}"));
            }
            match act {
                Remove(_, false) if !own.is_empty() => wrong(format!("{release} has records")),
                Remove(_, true) if own.last() != Some(&"uninstalled") || count("deployed") > 0 => wrong(format!("{release} is not gone")),
                Remove(..) => {}
                Sync(_, Atomic) if own.is_empty() => {}
                _ if own.last() != Some(&"deployed") || count("deployed") != 1 => wrong(format!("{release} is not deployed")),
                _ => {}
            }
        }
        let objects = self.simulation.objects();
        let left = objects.iter().find(|(name, lease)| name.starts_with("Lease/") && !self.is_of_the_dead(lease));
        assert!(left.is_none(), "{}", self.simulation.story(&format!("a lease is left: {left:?}")));
    }

    fn is_of_the_dead(&self, lease: &Json) -> bool {
        lease["spec"]["holderIdentity"].as_str().is_some_and(|holder| self.dead.contains(holder))
    }

    /// What is there without the records, and without hooks, whose last run may have been an earlier command's.
    fn state(&self, act: Act, marked: bool) -> BTreeMap<String, Json> {
        let mut all = self.simulation.objects();
        all.retain(|name, body| {
            let annotations = &body["metadata"]["annotations"];
            let release = annotations["meta.helm.sh/release-name"].as_str().unwrap_or_default();
            annotations.get("helm.sh/hook").is_none()
                && !name.contains("/sh.helm.release.v1.")
                && !self.is_of_the_dead(body)
                && (!marked || act.releases().contains(release))
        });
        for body in all.values_mut() {
            if body["kind"] == "CustomResourceDefinition" {
                body["metadata"]["annotations"].take(); // the first version that came is kept
            }
            for (part, key) in [("/metadata/annotations", "by-hand"), ("/data", "by-hand")] {
                body.pointer_mut(part).and_then(Json::as_object_mut).and_then(|fields| fields.remove(key));
            }
        }
        all
    }
}

/// Errors that runs ended with, and how often: to be looked at.
static ERRORS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

fn note(results: &Results, act: Act) {
    for words in results.iter().filter_map(|(_, result)| result.as_ref().err()) {
        let short: String = words.chars().filter(|letter| !letter.is_ascii_digit()).take(110).collect();
        let expected = if act.works() { "" } else { "(to fail) " };
        *ERRORS.lock().unwrap_or_else(PoisonError::into_inner).entry(format!("{expected}{short}")).or_default() += 1;
    }
}

/// What a plot leaves where nothing goes wrong.
fn undisturbed(plot: usize) -> &'static Schedule {
    static ENDS: [OnceLock<Schedule>; PLOTS.len()] = [const { OnceLock::new() }; PLOTS.len()];
    ENDS[plot].get_or_init(|| {
        let mut schedule = Schedule::new(0);
        schedule.simulation = Simulation::new(0, Profile::calm());
        schedule.manner.options = Options { create_namespace: true, wait: true, ..Options::default() };
        schedule.calm_down();
        engine_rules::watch_over(&schedule.simulation);
        for act in PLOTS[plot].acts {
            schedule.once(*act, false);
        }
        schedule.end(PLOTS[plot].acts[PLOTS[plot].acts.len() - 1]);
        schedule
    })
}

/// Runs the schedule of a seed; gives how many runs were killed.
fn run(seed: u64) -> u64 {
    let mut schedule = Schedule::new(seed);
    let plot = usize::try_from(schedule.random.below(PLOTS.len() as u64)).unwrap_or_default();
    let Plot { loose, acts } = &PLOTS[plot];
    let people = schedule.people;
    if !acts.iter().all(|act| schedule.act(*act, *loose)) {
        return 0;
    }
    let Some(last) = acts.last() else { return 0 };
    schedule.end(*last);
    let marked = people || *loose && matches!(last, Remove(..));
    let (got, wanted) = (schedule.state(*last, marked), undisturbed(plot).state(*last, marked));
    let differ = |name: &&String| got.get(*name) != wanted.get(*name);
    let names: BTreeSet<&String> = got.keys().chain(wanted.keys()).collect();
    let words: Vec<String> = names
        .into_iter()
        .filter(differ)
        .map(|name| format!("{name}\n  is     {:?}\n  wanted {:?}", got.get(name), wanted.get(name)))
        .collect();
    assert!(words.is_empty(), "{}", schedule.simulation.story(&format!("plot {plot} ends otherwise:\n{}", words.join("\n"))));
    schedule.dead.len() as u64
}

#[test]
fn whatever_happens_the_next_run_gets_there() {
    let (schedules, died, wrong) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    super::seeds_at_once(200, |seed| {
        let ran = std::panic::catch_unwind(|| run(seed));
        schedules.fetch_add(1, Ordering::Relaxed);
        match ran {
            Ok(deaths) => drop(died.fetch_add(deaths, Ordering::Relaxed)),
            Err(_) => drop(wrong.fetch_add(1, Ordering::Relaxed)),
        }
    });
    let (schedules, died, wrong) = (schedules.into_inner(), died.into_inner(), wrong.into_inner());
    println!("{schedules} schedules, {died} deaths, {wrong} wrong");
    for (words, count) in ERRORS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        println!("{count:>7}  {words}");
    }
    assert!(wrong == 0, "{wrong} of {schedules} schedules went wrong");
    assert!(died > 0 || schedules == 1, "nobody died");
}

#[test]
fn a_removal_after_an_upgrade_that_died_leaves_nothing_in_the_way() {
    let calm = || {
        let mut schedule = Schedule::new(0);
        schedule.manner.options = Options { create_namespace: true, ..Options::default() };
        schedule.calm_down();
        assert!(schedule.once(WEB_FIRST, false).is_some());
        schedule
    };
    let mut undisturbed = calm();
    let before = undisturbed.simulation.calls();
    undisturbed.once(WEB_SECOND, false);
    let calls = undisturbed.simulation.calls() - before;
    for (turn, keep_history) in (1..=calls).step_by(5).flat_map(|call| [(call, false), (call, true)]) {
        let mut schedule = calm();
        schedule.simulation.crash_at(turn, Moment::After);
        assert!(schedule.once(WEB_SECOND, false).is_none(), "call {turn} of {calls}");
        for act in [Remove(&["web"], keep_history), WEB_SECOND] {
            let results = schedule.once(act, false).unwrap_or_default();
            let failed = results.iter().find(|(_, result)| result.is_err());
            assert!(failed.is_none(), "killed at call {turn}, history kept: {keep_history}: {act:?}: {failed:?}");
        }
    }
}

#[test]
fn one_seed_is_one_schedule() {
    let trace = |seed| {
        let mut schedule = Schedule::new(seed);
        schedule.act(ALL_FIRST, true);
        schedule.act(ALL_SECOND, true);
        schedule.simulation.trace()
    };
    for seed in 0..6 {
        assert!(trace(seed) == trace(seed), "seed {seed}");
    }
    assert_ne!(trace(1), trace(2));
}
