//! The only room that talks to an API server: `steps → a changed cluster`, and everything that is read there.
//!
//! Called by the commands that look at or change a cluster. All traffic is one kind of question ([`Call`]) through one
//! trait ([`Api`]): the real server behind it is [`client`], the tests put a simulated one there that fails and dies at
//! every step. [`Cluster`] is the API with what kubectl adds to it: kinds by name, retries, typed verbs. Nothing is
//! printed here: what happens is told to a [`Listener`] as [`Event`]s.

mod api;
pub mod client;
pub mod deploy;
mod discovery;
mod events;
mod identity;
pub mod lease;
mod objects;
pub mod records;
mod schemas;
mod status;
mod tries;
mod wait;

pub use api::{Api, Call, Content, Fault, Method, Watch, WatchEvent};
pub use discovery::{Discovery, Resource};
pub use events::{Event, Listener, ObjectState, Progress, Silent};
pub use identity::identity;
pub use objects::{Applied, ApplyOptions, Cluster, MANAGER, Propagation};
pub use status::{Status, hook_status, status};
pub use wait::{LogTail, NotReady, Strategy, Target, WaitOptions, wait_done, wait_gone, wait_ready};
