//! Small states with what the real helmfile made of them: parts, bases, environments, templates, inheritance, sub-states,
//! selectors, secrets, scalars. `tests/cases/state/recorded.jsonl`, written by `tests/oracle/record-states.py`.

use crate::harness::Call;
use crate::harness::recorded::{arguments, differences, replay};

#[test]
fn small_states_give_what_helmfile_gave() {
    replay("state/recorded.jsonl", |case| {
        differences(case, |work, run, given| {
            let variables = run["variables"].as_object().expect("variables").iter();
            let call = Call::new(work).arguments(arguments(given));
            variables.fold(call, |call, (name, value)| call.variable(name, value.as_str().expect("text")))
        })
    });
}
