//! `helm test` (helm pkg/cmd/release_testing.go).

use super::options::TIMEOUT;
use super::{Arguments, Colours, Shown, is_helm4, reach, session, text};
use crate::charts::check_release_name;
use crate::cli::HelmTest;
use crate::cluster::deploy::TestOptions;
use crate::commands::Run;
use crate::diag::{Error, Kind};
use crate::render::Failure;

/// Runs the tests of a release.
pub fn test(run: &Run, args: &HelmTest) -> Result<(), Box<Failure>> {
    Arguments::Exactly(1).check("test", "test [RELEASE]", &args.release)?;
    let name = args.release.first().map_or("", String::as_str);
    let session = session(run)?;
    let (connection, namespace) = reach(&session)?;
    if check_release_name(name).is_err() {
        return Err(Error::new(Kind::Usage, format!("releaseTest: Release name is invalid: {name}")).into());
    }
    // parity: a filter of another form says nothing.
    let excluded = |filter: &String| {
        let rest = filter.strip_prefix('!')?;
        let rest = rest.strip_prefix(char::is_whitespace).unwrap_or(rest);
        rest.strip_prefix("name=").map(str::to_owned)
    };
    let options = TestOptions {
        timeout: args.timeout.unwrap_or(TIMEOUT),
        only: args.filter.iter().filter_map(|filter| filter.strip_prefix("name=").map(str::to_owned)).collect(),
        except: args.filter.iter().filter_map(excluded).collect(),
        cleanup: false,
    };
    let engine = session.engine(&connection);
    let (mut record, failed) = session.wait_for(engine.test((&namespace, name), &options))?;
    if is_helm4(run) {
        record.info.notes.clear();
    }
    let shown = Shown { description: is_helm4(run), debug: run.debug, ..Shown::default() };
    run.write(&text(run, &record, &shown, Colours::of(run))?)?;
    if args.logs {
        run.write(b"\n")?;
        for log in session.wait_for(engine.pod_logs(&record, &options)) {
            let log = log?;
            run.write(format!("POD LOGS: {} ({})\n{}\n", log.pod, log.container, log.text).as_bytes())?;
        }
    }
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
