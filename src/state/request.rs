//! What was asked for.

/// What to load, as the command line says it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `--file`: a file or folder; `None` for helmfile.yaml, helmfile.yaml.gotmpl or helmfile.d; `-` reads standard input.
    pub file: Option<String>,
    /// `--environment`, or "default".
    pub environment: String,
    /// `--selector`, once for each.
    pub selectors: Vec<String>,
    /// `--state-values-set` and `--state-values-set-string` in the order in which they stand.
    pub state_values: Vec<StateValue>,
    /// `--state-values-file`
    pub state_values_files: Vec<String>,
    /// `--namespace`
    pub namespace: String,
    /// `--kube-context`
    pub kube_context: String,
    /// `--chart`
    pub chart: String,
    /// `--helm-binary`; empty for none.
    pub helm_binary: String,
    /// `--kustomize-binary`; empty for none.
    pub kustomize_binary: String,
    /// Last state first, last release first: `destroy`.
    pub reverse: bool,
}

/// One `--state-values-set` or `--state-values-set-string` argument.
#[derive(Debug, Clone)]
pub struct StateValue {
    /// The whole argument: `a.b=c,d=e`.
    pub argument: String,
    /// Whether everything stays text.
    pub text: bool,
}
