//! When a hook is done, and a job that is waited for (helm internal/statusreaders).

use serde_json::Value as Json;

use super::Status;
use super::fields::{WrongType, conditions, number, text};

/// Of a hook's object: jobs and pods run to their end, everything else is done as soon as it is there (helm
/// pkg/kube/statuswait.go `WatchUntilReady`).
pub fn hook_status(object: &Json) -> Status {
    match (text(object, "apiVersion", ""), text(object, "kind", "")) {
        (version, "Job") if version.starts_with("batch/") => job_status(object),
        ("v1", "Pod") => pod(object),
        _ => Status::current("Resource is current"),
    }
}

/// Of a job that has to complete: running is not enough, other than for [`super::status`].
pub fn job_status(object: &Json) -> Status {
    finished(object).unwrap_or_else(|WrongType| Status::unknown())
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
