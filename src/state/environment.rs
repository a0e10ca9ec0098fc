//! The environment of a state and its three layers of values.

use crate::data::{GoKind, Map, Type, Value};
use crate::values::{Lists, Record, deep_merge};

/// The environment of a state.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `default`, or what `-e` said.
    pub name: String,
    /// `kubeContext`
    pub kube_context: String,
    /// Values of the environment's layers.
    pub values: Map,
    /// The state's own `values:`.
    pub defaults: Map,
    /// `--state-values-set`.
    pub overrides: Map,
}

impl Environment {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// This environment with another over it (helmfile pkg/environment `Merge`). Neither is changed.
    pub(super) fn merge(&self, other: Option<&Environment>) -> Environment {
        let Some(other) = other else { return self.clone() };
        let pick = |ours: &String, theirs: &String| if theirs.is_empty() { ours.clone() } else { theirs.clone() };
        Environment {
            name: pick(&self.name, &other.name),
            kube_context: pick(&self.kube_context, &other.kube_context),
            values: deep_merge(&self.values, &other.values, Lists::Sparse),
            defaults: deep_merge(&self.defaults, &other.defaults, Lists::Sparse),
            overrides: deep_merge(&self.overrides, &other.overrides, Lists::ByElement),
        }
    }

    /// `.Values`: defaults, then the environment's, then the command line's.
    pub(super) fn merged_values(&self) -> Map {
        let values = deep_merge(&self.defaults, &self.values, Lists::Sparse);
        deep_merge(&values, &self.overrides, Lists::ByElement)
    }

    /// `.Environment` where its values are given as they are (releases, hooks, output paths).
    pub(super) fn data(&self, sharing: Sharing) -> Value {
        self.record(sharing.give(&self.values), sharing)
    }

    /// `.Environment` with the command line's values among its own (states and values files).
    pub(super) fn data_with_overrides(&self) -> Value {
        self.record(Sharing::Copied.give(&deep_merge(&self.values, &self.overrides, Lists::ByElement)), Sharing::Copied)
    }

    fn record(&self, values: Value, sharing: Sharing) -> Value {
        Value::object(Record::new(
            Type::Named("environment.Environment", GoKind::Struct),
            vec![
                ("Name", Value::string(self.name.as_str())),
                ("KubeContext", Value::string(self.kube_context.as_str())),
                ("Values", values),
                ("Defaults", sharing.give(&self.defaults)),
                ("CLIOverrides", sharing.give(&self.overrides)),
            ],
        ))
    }
}

/// Whether a template gets maps of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// The maps themselves: for templates that can't change them.
    Shared,
    /// Copies, which a template may change without anybody else noticing.
    Copied,
}

impl Sharing {
    pub(super) fn give(self, map: &Map) -> Value {
        match self {
            Sharing::Shared => map.clone().into(),
            Sharing::Copied => Value::from(map.clone()).deep_copy(),
        }
    }
}

/// What a state's parts and environment values files see.
pub(super) fn state_data(environment: &Environment, namespace: &str, values: &Map) -> Value {
    let values = Sharing::Copied.give(values);
    Value::object(Record::new(
        Type::Named("*state.EnvironmentTemplateData", GoKind::Ptr),
        vec![
            ("Environment", environment.data_with_overrides()),
            ("Namespace", Value::string(namespace)),
            ("Values", values.clone()),
            ("StateValues", values),
        ],
    ))
}
