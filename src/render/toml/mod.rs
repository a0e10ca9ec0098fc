//! TOML as github.com/BurntSushi/toml 1.6 reads and writes it, with its words in errors.

mod cursor;
mod read;
mod scalars;
mod write;

pub(super) use read::read;
pub(super) use write::write;
