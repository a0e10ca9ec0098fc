//! bkhelm: helmfile states and Helm charts, natively.

pub mod charts;
pub mod data;
pub mod diag;
pub mod fetch;
pub mod golang;
pub mod gotmpl;
pub mod host;
pub mod render;
pub mod report;
pub mod state;
pub mod values;
