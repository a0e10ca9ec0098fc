//! The fields of a state file: one row a field, in the order in which `build` prints them
//! (helmfile pkg/state/state.go, environment.go, helmx.go, pkg/event/bus.go).

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    /// string
    Text,
    /// bool
    Flag,
    /// int
    Number,
    /// float32
    Decimal,
    /// *string: absent is another thing than empty.
    TextRef,
    /// *bool
    FlagRef,
    /// *int
    NumberRef,
    /// *float32
    DecimalRef,
    /// []string
    Texts,
    /// `map[string]string`
    TextMap,
    /// []any
    Anything,
    /// A struct.
    Record(&'static Schema),
    /// A pointer to a struct.
    RecordRef(&'static Schema),
    /// A list of structs.
    Records(&'static Schema),
    /// Structs by name.
    RecordMap(&'static Schema),
    /// A list of structs, or one alone.
    Inherits(&'static Schema),
    /// A list of names, or one alone.
    DefaultInherits,
    /// Values of any kind.
    Values,
}

/// One field.
#[derive(Debug)]
pub(super) struct Field {
    /// Its key.
    pub(super) key: &'static str,
    /// What it holds.
    pub(super) of: Type,
    /// Whether `build` leaves it out when it is empty.
    pub(super) omit_empty: bool,
}

/// The fields of one struct.
#[derive(Debug)]
pub(super) struct Schema {
    /// Go's name of it, for messages.
    pub(super) name: &'static str,
    /// In printing order.
    pub(super) fields: &'static [Field],
}

impl Schema {
    /// The field of that key.
    pub(super) fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

const fn field(key: &'static str, of: Type) -> Field {
    Field { key, of, omit_empty: true }
}

const fn always(key: &'static str, of: Type) -> Field {
    Field { key, of, omit_empty: false }
}

/// A state file.
pub(super) static STATE: Schema = Schema {
    name: "state.helmStateAlias",
    fields: &[
        always("filepath", Type::Text),
        field("helmBinary", Type::Text),
        field("kustomizeBinary", Type::Text),
        field("values", Type::Anything),
        field("environments", Type::RecordMap(&ENVIRONMENT)),
        field("bases", Type::Texts),
        field("helmDefaults", Type::Record(&HELM_DEFAULTS)),
        field("helmfiles", Type::Records(&HELMFILE)),
        field("kubeContext", Type::Text),
        field("namespace", Type::Text),
        field("chart", Type::Text),
        field("repositories", Type::Records(&REPOSITORY)),
        field("commonLabels", Type::TextMap),
        field("releases", Type::Records(&RELEASE)),
        field("llm", Type::Record(&LLM)),
        field("apiVersions", Type::Texts),
        field("kubeVersion", Type::Text),
        field("hooks", Type::Records(&HOOK)),
        always("templates", Type::RecordMap(&TEMPLATE)),
        field("defaultInherit", Type::DefaultInherits),
        field("missingFileHandler", Type::TextRef),
        field("missingFileHandlerConfig", Type::RecordRef(&MISSING_FILE_HANDLER)),
        field("lockFilePath", Type::Text),
        always("renderedvalues", Type::Values),
    ],
};

/// `environments.NAME`
pub(super) static ENVIRONMENT: Schema = Schema {
    name: "state.EnvironmentSpec",
    fields: &[
        field("values", Type::Anything),
        field("secrets", Type::Texts),
        field("kubeContext", Type::Text),
        field("missingFileHandler", Type::TextRef),
        field("missingFileHandlerConfig", Type::RecordRef(&MISSING_FILE_HANDLER)),
        field("mergeStrategy", Type::Text),
    ],
};

/// `helmDefaults`
pub(super) static HELM_DEFAULTS: Schema = Schema {
    name: "state.HelmSpec",
    fields: &[
        field("kubeContext", Type::Text),
        field("args", Type::Texts),
        field("diffArgs", Type::Texts),
        field("syncArgs", Type::Texts),
        field("templateArgs", Type::Texts),
        always("verify", Type::Flag),
        field("keyring", Type::Text),
        always("enableDNS", Type::Flag),
        field("skipSchemaValidation", Type::FlagRef),
        always("devel", Type::Flag),
        always("wait", Type::Flag),
        always("waitRetries", Type::Number),
        always("waitForJobs", Type::Flag),
        always("timeout", Type::Number),
        always("recreatePods", Type::Flag),
        always("force", Type::Flag),
        always("atomic", Type::Flag),
        always("rollbackOnFailure", Type::Flag),
        field("cleanupOnFail", Type::Flag),
        always("forceConflicts", Type::Flag),
        field("historyMax", Type::NumberRef),
        field("createNamespace", Type::FlagRef),
        field("skipCRDs", Type::Flag),
        always("skipDeps", Type::Flag),
        always("skipRefresh", Type::Flag),
        always("reuseValues", Type::Flag),
        field("postRenderer", Type::TextRef),
        field("postRendererArgs", Type::Texts),
        field("cascade", Type::TextRef),
        field("suppressOutputLineRegex", Type::Texts),
        field("disableAutoDetectedKubeVersionForDiff", Type::FlagRef),
        field("disableValidation", Type::FlagRef),
        field("disableOpenAPIValidation", Type::FlagRef),
        field("insecureSkipTLSVerify", Type::Flag),
        field("plainHttp", Type::Flag),
        field("deleteWait", Type::Flag),
        field("deleteTimeout", Type::Number),
        field("syncReleaseLabels", Type::FlagRef),
        field("takeOwnership", Type::FlagRef),
        field("serverSide", Type::TextRef),
        field("trackMode", Type::Text),
        field("helmStuckGrace", Type::Number),
    ],
};

/// `helmfiles[]`
pub(super) static HELMFILE: Schema = Schema {
    name: "helmfiles entry",
    fields: &[
        field("path", Type::Text),
        field("selectors", Type::Texts),
        field("selectorsInherited", Type::Flag),
        field("inherits", Type::Texts),
        field("values", Type::Anything),
    ],
};

/// `repositories[]`
pub(super) static REPOSITORY: Schema = Schema {
    name: "state.RepositorySpec",
    fields: &[
        field("name", Type::Text),
        field("url", Type::Text),
        field("caFile", Type::Text),
        field("certFile", Type::Text),
        field("keyFile", Type::Text),
        field("username", Type::Text),
        field("password", Type::Text),
        field("registryConfig", Type::Text),
        field("managed", Type::Text),
        field("oci", Type::Flag),
        field("verify", Type::Flag),
        field("keyring", Type::Text),
        field("passCredentials", Type::Flag),
        field("skipTLSVerify", Type::Flag),
        field("plainHttp", Type::Flag),
    ],
};

/// `releases[]`
pub(super) static RELEASE: Schema = Schema {
    name: "state.ReleaseSpec",
    fields: &[
        field("chart", Type::Text),
        field("chartPath", Type::Text),
        field("directory", Type::Text),
        field("version", Type::Text),
        field("verify", Type::FlagRef),
        field("keyring", Type::Text),
        field("enableDNS", Type::FlagRef),
        field("devel", Type::FlagRef),
        field("wait", Type::FlagRef),
        field("waitRetries", Type::NumberRef),
        field("waitForJobs", Type::FlagRef),
        field("timeout", Type::NumberRef),
        field("recreatePods", Type::FlagRef),
        field("force", Type::FlagRef),
        field("installed", Type::FlagRef),
        field("updateStrategy", Type::Text),
        field("atomic", Type::FlagRef),
        field("rollbackOnFailure", Type::FlagRef),
        field("cleanupOnFail", Type::FlagRef),
        field("forceConflicts", Type::FlagRef),
        field("historyMax", Type::NumberRef),
        field("condition", Type::Text),
        field("createNamespace", Type::FlagRef),
        field("reuseValues", Type::FlagRef),
        field("disableOpenAPIValidation", Type::FlagRef),
        field("disableValidation", Type::FlagRef),
        field("disableValidationOnInstall", Type::FlagRef),
        field("missingFileHandler", Type::TextRef),
        field("missingFileHandlerConfig", Type::RecordRef(&MISSING_FILE_HANDLER)),
        field("needs", Type::Texts),
        field("hooks", Type::Records(&HOOK)),
        field("unitTests", Type::Texts),
        field("name", Type::Text),
        field("description", Type::Text),
        field("namespace", Type::Text),
        field("labels", Type::TextMap),
        field("values", Type::Anything),
        field("secrets", Type::Anything),
        field("set", Type::Records(&SET_VALUE)),
        field("setString", Type::Records(&SET_VALUE)),
        field("valuesTemplate", Type::Anything),
        field("setTemplate", Type::Records(&SET_VALUE)),
        field("apiVersions", Type::Texts),
        field("kubeVersion", Type::Text),
        field("env", Type::Records(&SET_VALUE)),
        field("valuesPathPrefix", Type::Text),
        field("kubeContext", Type::Text),
        field("insecureSkipTLSVerify", Type::Flag),
        field("plainHttp", Type::Flag),
        field("verifyTemplate", Type::TextRef),
        field("waitTemplate", Type::TextRef),
        field("installedTemplate", Type::TextRef),
        field("conditionTemplate", Type::TextRef),
        field("dependencies", Type::Records(&DEPENDENCY)),
        field("jsonPatches", Type::Anything),
        field("strategicMergePatches", Type::Anything),
        field("transformers", Type::Anything),
        field("adopt", Type::Texts),
        field("forceGoGetter", Type::Flag),
        field("forceNamespace", Type::Text),
        field("skipDeps", Type::FlagRef),
        field("skipRefresh", Type::FlagRef),
        field("postRenderer", Type::TextRef),
        field("skipSchemaValidation", Type::FlagRef),
        field("postRendererArgs", Type::Texts),
        field("cascade", Type::TextRef),
        field("suppressOutputLineRegex", Type::Texts),
        field("disableAutoDetectedKubeVersionForDiff", Type::FlagRef),
        field("inherit", Type::Inherits(&INHERIT)),
        field("suppressDiff", Type::FlagRef),
        field("deleteWait", Type::FlagRef),
        field("deleteTimeout", Type::NumberRef),
        field("syncReleaseLabels", Type::FlagRef),
        field("takeOwnership", Type::FlagRef),
        field("serverSide", Type::TextRef),
        field("trackMode", Type::Text),
        field("trackTimeout", Type::NumberRef),
        field("trackLogs", Type::FlagRef),
        field("trackFailedLogs", Type::FlagRef),
        field("helmStuckGrace", Type::NumberRef),
        field("trackKinds", Type::Texts),
        field("skipKinds", Type::Texts),
        field("trackResources", Type::Records(&TRACK_RESOURCE)),
        field("kubedogQPS", Type::DecimalRef),
        field("kubedogBurst", Type::NumberRef),
        field("trackFailOnError", Type::FlagRef),
    ],
};

/// `templates.NAME`
pub(super) static TEMPLATE: Schema = Schema { name: "state.TemplateSpec", fields: RELEASE.fields };

/// `hooks[]`
pub(super) static HOOK: Schema = Schema {
    name: "event.Hook",
    fields: &[
        always("name", Type::Text),
        always("events", Type::Texts),
        always("command", Type::Text),
        field("kubectlApply", Type::TextMap),
        always("args", Type::Texts),
        always("showlogs", Type::Flag),
    ],
};

/// `set[]`, `setString[]`
pub(super) static SET_VALUE: Schema = Schema {
    name: "state.SetValue",
    fields: &[field("name", Type::Text), field("value", Type::Text), field("file", Type::Text), field("values", Type::Anything)],
};

/// `dependencies[]`
pub(super) static DEPENDENCY: Schema =
    Schema { name: "state.Dependency", fields: &[always("chart", Type::Text), always("version", Type::Text), always("alias", Type::Text)] };

/// `inherit[]`
pub(super) static INHERIT: Schema =
    Schema { name: "state.Inherit", fields: &[field("template", Type::Text), field("except", Type::Texts)] };

/// `trackResources[]`
pub(super) static TRACK_RESOURCE: Schema = Schema {
    name: "state.TrackResourceSpec",
    fields: &[field("kind", Type::Text), field("name", Type::Text), field("namespace", Type::Text)],
};

/// `missingFileHandlerConfig`
pub(super) static MISSING_FILE_HANDLER: Schema =
    Schema { name: "state.MissingFileHandlerConfig", fields: &[field("ignoreMissingGitBranch", Type::Flag)] };

/// `llm`, read and printed only.
pub(super) static LLM: Schema = Schema {
    name: "llm.Config",
    fields: &[
        field("baseURL", Type::Text),
        field("apiKey", Type::Text),
        field("model", Type::Text),
        field("timeout", Type::Number),
        field("maxTokens", Type::Number),
        field("temperature", Type::Decimal),
    ],
};
