//! Tests on a real control plane: etcd, API server, controllers and scheduler, with pods that kwok plays. No containers.
//!
//! `just cluster-test` runs them; they build the plane with Go the first time (`build.sh`). One plane serves all tests of a run,
//! so each test has a namespace of its own ([`ControlPlane::unique_namespace`]), and a proxy of its own where it wants faults
//! ([`ControlPlane::faults`]). What pods do is in `control-plane/stages.yaml`. Tests of bkhelm go into files of their own beside
//! `itself.rs`, which tests the plane.

mod access;
mod applying;
mod changes;
mod embedded;
mod facts;
mod helms;
mod itself;
mod judged;
mod kills;
mod live;
mod order;
mod plane;
mod plans;
mod proxy;
mod secrets;
mod stand;
mod status;
mod sync;
mod told;
mod traps;
mod waiting;

pub use plane::{ControlPlane, Helm, User, eventually};
pub use proxy::{ask, send};
