//! Helm's release records: `Record ⇄ Secret`, one a revision, byte for byte as Helm 4 or Helm 3 writes them.
//!
//! [`record`] has the types, [`json`] their text, [`encoding`] what stands in the Secret, [`store`] the server's side.
//! What a newer helm writes and this one does not know is kept when a record is written again.

mod chart;
mod encoding;
mod json;
mod order;
mod record;
mod store;

pub use chart::{StoredChart, StoredFile};
pub use encoding::{decode, encode};
pub use record::{Info, LastRun, Phase, Record, SYSTEM_LABELS, Status, StoredHook};
pub use store::{Driver, Store};
