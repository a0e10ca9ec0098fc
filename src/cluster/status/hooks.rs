//! When a hook is done, and a job that is waited for (helm internal/statusreaders).

use serde_json::Value as Json;

use super::fields::{WrongType, conditions, number, text};
use super::{Progress, Status};

/// Of a hook's object: jobs and pods run to their end, everything else is done as soon as it is there (helm
/// pkg/kube/statuswait.go `WatchUntilReady`). `pods` are those of a job, as far as they are known.
pub fn hook_status(object: &Json, pods: &[&Json]) -> Status {
    match (text(object, "apiVersion", ""), text(object, "kind", "")) {
        (version, "Job") if version.starts_with("batch/") => hook_job(object, pods),
        ("v1", "Pod") => pod(object),
        _ => Status::current("Resource is current"),
    }
}

/// Of a job that has to complete: running is not enough, other than for [`super::status`].
pub fn job_status(object: &Json) -> Status {
    finished(object).unwrap_or_else(|WrongType| Status::unknown())
}

/// A job's controller counts ended pods about once a second: where one pod alone decides, its good end is the job's, and
/// the next hook need not wait for the count. A deadline may still fail the job meanwhile, and several pods are left to
/// the controller to count.
fn hook_job(job: &Json, pods: &[&Json]) -> Status {
    let own = job_status(job);
    let only = |field: &str| number(job, field, 1) == 1;
    let by_one = only("spec.completions") && only("spec.parallelism") && number(job, "spec.activeDeadlineSeconds", -1) < 0;
    let succeeded = |pod: &&Json| text(pod, "status.phase", "") == "Succeeded";
    let going_well = own.progress == Progress::InProgress
        && conditions(job).is_ok_and(|all| all.iter().all(|condition| condition.kind == "SuccessCriteriaMet"));
    if going_well && by_one && pods.iter().any(succeeded) {
        return Status::current("Job Completed. succeeded: 1/1");
    }
    own
}

fn finished(job: &Json) -> Result<Status, WrongType> {
    Ok(job_end(job)?.unwrap_or_else(|| Status::in_progress("Job in progress")))
}

/// How a job ended; `None` where it has not.
pub(super) fn job_end(job: &Json) -> Result<Option<Status>, WrongType> {
    let completions = number(job, "spec.completions", number(job, "spec.parallelism", 1));
    for condition in conditions(job)? {
        if condition.is("Complete", "True") {
            let succeeded = number(job, "status.succeeded", 0);
            return Ok(Some(Status::current(format!("Job Completed. succeeded: {succeeded}/{completions}"))));
        }
        if condition.is("Failed", "True") {
            let failed = number(job, "status.failed", 0);
            return Ok(Some(Status::failed(format!("Job Failed. failed: {failed}/{completions}"))));
        }
    }
    Ok(None)
}

fn pod(pod: &Json) -> Status {
    let name = text(pod, "metadata.name", "");
    match text(pod, "status.phase", "") {
        "Succeeded" => Status::current(format!("pod {name} succeeded")),
        "Failed" => Status::failed(format!("pod {name} failed")),
        _ => Status::in_progress("Pod in progress"),
    }
}
