//! Layers of values: ordered sources → one tree with provenance.

pub mod set;
