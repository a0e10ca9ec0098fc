//! helm's commands on small charts with what the real helm made of them: `tests/cases/helm/recorded.jsonl`, written by
//! `tests/oracle/record-helm.py`.

use crate::harness::Call;
use crate::harness::recorded::{arguments, differences, replay};

#[test]
fn helms_commands_give_what_helm_gave() {
    replay("helm/recorded.jsonl", |case| {
        differences(case, |work, _, given| {
            let call = Call::new(work).arguments(std::iter::once("helm").chain(arguments(given)));
            ["CONFIG", "CACHE", "DATA"].into_iter().fold(call, |call, kind| {
                let home = work.join("home").join(kind.to_lowercase());
                call.variable(&format!("HELM_{kind}_HOME"), home.display().to_string())
            })
        })
    });
}
