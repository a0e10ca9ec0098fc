//! Stable codes of errors and findings, each with its page.

use super::{Kind, Severity};

/// A row of the table of codes: what `bkhelm explain-finding` and docs/findings.md know.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `BK1301`: never given to anything else.
    pub id: &'static str,
    /// What sort of failure it is.
    pub kind: Kind,
    /// How bad, where nobody says otherwise.
    pub severity: Severity,
    /// What is wrong, in a few words without the details.
    pub title: &'static str,
    /// The page in Markdown: what it means, an example, what to do.
    pub page: &'static str,
}

/// Rows of the table: `NAME = "id", Kind, Severity, "title"`, with the page in `docs/findings/ID.md`; `ALL` has them in order.
#[macro_export]
#[doc(hidden)]
macro_rules! codes {
    ($($name:ident = $id:literal, $kind:ident, $severity:ident, $title:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $title, ".")]
            pub static $name: $crate::diag::Code = $crate::diag::Code {
                id: $id,
                kind: $crate::diag::Kind::$kind,
                severity: $crate::diag::Severity::$severity,
                title: $title,
                page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings/", $id, ".md")),
            };
        )*
        /// All of them, in the order of their ids.
        pub static ALL: &[&$crate::diag::Code] = &[$(&$name),*];
    };
}

/// The codes of errors that every command can have: one a [`Kind`].
pub mod general {
    codes! {
        USAGE = "BK0001", Usage, Error, "the command line";
        FILE = "BK0101", File, Error, "a file or folder can't be read or written";
        SYNTAX = "BK0102", Syntax, Error, "text is not the YAML, JSON or TOML it should be";
        VALUES = "BK0103", Values, Error, "a value, a layer or a `--set` argument";
        SCHEMA = "BK0104", Schema, Error, "a value does not meet a chart's schema";
        TEMPLATE = "BK0201", Template, Error, "a template can't be parsed";
        RENDER = "BK0202", Render, Error, "a template failed while it ran";
        LIMIT = "BK0203", Limit, Error, "a limit that protects against hostile input was reached";
        STATE = "BK0301", State, Error, "a state says something that can't be";
        NO_MATCH = "BK0302", NoMatch, Error, "nothing matched the selection";
        CHART = "BK0401", Chart, Error, "a chart is missing, damaged or refused";
        FETCH = "BK0402", Fetch, Error, "a download failed";
        MANIFEST = "BK0501", Manifest, Error, "a rendered manifest";
        EXEC = "BK0601", Exec, Error, "a hook or another program failed";
        CLUSTER = "BK0701", Cluster, Error, "the cluster can't be reached, or refuses us";
        APPLY = "BK0702", Apply, Error, "the cluster does not take what it was sent, or it does not become ready";
    }
}

impl Kind {
    /// The code of errors of this kind that have none of their own.
    pub fn code(self) -> &'static Code {
        match self {
            Kind::Usage => &general::USAGE,
            Kind::File => &general::FILE,
            Kind::Syntax => &general::SYNTAX,
            Kind::Values => &general::VALUES,
            Kind::Schema => &general::SCHEMA,
            Kind::Template => &general::TEMPLATE,
            Kind::Render => &general::RENDER,
            Kind::Limit => &general::LIMIT,
            Kind::State => &general::STATE,
            Kind::NoMatch => &general::NO_MATCH,
            Kind::Chart => &general::CHART,
            Kind::Fetch => &general::FETCH,
            Kind::Manifest => &general::MANIFEST,
            Kind::Exec => &general::EXEC,
            Kind::Cluster => &general::CLUSTER,
            Kind::Apply => &general::APPLY,
        }
    }
}
