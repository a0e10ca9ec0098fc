//! What a chart may ask about the cluster (helm pkg/chart/common/capabilities.go).

use std::any::Any;

use super::structs::{Field, Struct};
use crate::charts::{KubeVersionSuffix, Profile};
use crate::data::{GoKind, List, Map, Member, Object, Signature, Type, Value};
use crate::diag::{Error, Kind, Result};
use crate::golang::strconv;

/// A Kubernetes version as `.Capabilities.KubeVersion` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// `v1.34.0`, in Helm 4 with a suffix like `-gke.1`.
    pub version: String,
    /// Without the suffix: what constraints are checked against.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `34`
    pub minor: String,
}

impl KubeVersion {
    /// Reads `--kube-version`.
    ///
    /// # Errors
    /// `invalid kube version 'X': …`
    pub fn parse(text: &str, profile: Profile) -> Result<Self> {
        let fail = |why: String| Error::new(Kind::Usage, format!("invalid kube version '{text}': {why}"));
        let quoted = strconv::quote(text.as_bytes());
        let trimmed = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let digits = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let numbers = numbers_of(digits);
        if numbers.is_empty() || digits.contains('\n') {
            return Err(fail(format!("could not parse {quoted} as version")));
        }
        let parts: Vec<&str> = numbers.split('.').collect();
        if parts.len() < 2 {
            return Err(fail(format!("illegal version string {quoted}")));
        }
        let mut components = Vec::with_capacity(parts.len());
        for (position, part) in parts.iter().enumerate() {
            let shown = strconv::quote(part.as_bytes());
            if position == 0 && part.starts_with('0') && *part != "0" {
                return Err(fail(format!("illegal zero-prefixed version component {shown} in {quoted}")));
            }
            let number = strconv::parse_uint(part.as_bytes(), 10, 64)
                .map_err(|error| fail(format!("illegal non-numeric version component {shown} in {quoted}: {error}")))?;
            components.push(number.to_string());
        }
        let normalized = format!("v{}", components.join("."));
        let version = match profile.kube_version_suffix {
            KubeVersionSuffix::Kept if text.starts_with('v') => text.to_owned(),
            KubeVersionSuffix::Kept => format!("v{text}"),
            KubeVersionSuffix::Dropped => normalized.clone(),
        };
        let mut components = components.into_iter();
        let (major, minor) = (components.next().unwrap_or_default(), components.next().unwrap_or_default());
        Ok(Self { version, normalized, major, minor })
    }

    /// The version that helm assumes without a cluster.
    pub fn assumed(profile: Profile) -> Self {
        let (major, minor) = profile.kube_version;
        let version = format!("v{major}.{minor}.0");
        Self { normalized: version.clone(), version, major: major.to_string(), minor: minor.to_string() }
    }
}

/// The leading `1.2.3` of a text.
fn numbers_of(text: &str) -> &str {
    let mut end = 0;
    let bytes = text.as_bytes();
    loop {
        let digits = bytes[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return text[..end].trim_end_matches('.');
        }
        end += digits;
        if bytes.get(end) != Some(&b'.') {
            return &text[..end];
        }
        end += 1;
    }
}

/// Where `lookup` looks.
pub trait Lookup: Send + Sync {
    /// The object, or the list of objects where `name` is empty; an empty map where there is none.
    ///
    /// # Errors
    /// The text that the template's error shows.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Value, String>;
}

/// API versions that helm takes for present without a cluster, in its order.
const KNOWN_VERSIONS: &str = "v1 \
    admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1 admissionregistration.k8s.io/v1beta1 \
    internal.apiserver.k8s.io/v1alpha1 apps/v1 apps/v1beta1 apps/v1beta2 \
    authentication.k8s.io/v1 authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1 \
    authorization.k8s.io/v1 authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 batch/v1 batch/v1beta1 \
    certificates.k8s.io/v1 certificates.k8s.io/v1beta1 certificates.k8s.io/v1alpha1 \
    coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 coordination.k8s.io/v1 \
    discovery.k8s.io/v1 discovery.k8s.io/v1beta1 events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1 \
    flowcontrol.apiserver.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1beta1 flowcontrol.apiserver.k8s.io/v1beta2 \
    flowcontrol.apiserver.k8s.io/v1beta3 lifecycle.k8s.io/v1alpha1 networking.k8s.io/v1 networking.k8s.io/v1beta1 \
    node.k8s.io/v1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1 policy/v1beta1 \
    rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1 rbac.authorization.k8s.io/v1alpha1 \
    resource.k8s.io/v1 resource.k8s.io/v1beta2 resource.k8s.io/v1beta1 resource.k8s.io/v1alpha3 \
    scheduling.k8s.io/v1alpha3 scheduling.k8s.io/v1beta1 scheduling.k8s.io/v1 \
    storage.k8s.io/v1beta1 storage.k8s.io/v1 storage.k8s.io/v1alpha1 storagemigration.k8s.io/v1 storagemigration.k8s.io/v1beta1 \
    apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1";

/// `.Capabilities`: helm's own list of versions, or what a cluster serves, and `more`.
pub(super) fn capabilities(version: &KubeVersion, served: Option<&[String]>, more: &[String], profile: Profile) -> Value {
    let package = profile.values_type.split('.').next().unwrap_or_default();
    let common = package == "common";
    let mut names: Vec<String> = match served {
        Some(served) => served.to_vec(),
        None => KNOWN_VERSIONS.split_ascii_whitespace().map(str::to_owned).collect(),
    };
    names.extend_from_slice(more);
    let versions = VersionSet { go_type: if common { "common.VersionSet" } else { "chartutil.VersionSet" }, names };
    let kube = KubeVersionObject {
        go_type: if common { "common.KubeVersion" } else { "chartutil.KubeVersion" },
        version: version.clone(),
        has_address: true,
        shows_normalized: profile.kube_version_suffix == KubeVersionSuffix::Kept,
    };
    Value::object(Struct {
        go_type: Type::Named(if common { "*common.Capabilities" } else { "*chartutil.Capabilities" }, GoKind::Ptr),
        prefix: "&",
        fields: vec![
            plain_field("KubeVersion", Value::object(kube)),
            plain_field("APIVersions", Value::object(versions)),
            plain_field("HelmVersion", helm_version(profile)),
        ],
    })
}

fn plain_field(name: &'static str, value: Value) -> Field {
    Field { name, json: name, omit_empty: false, value }
}

/// What helm says of itself: `.Capabilities.HelmVersion`, and the data of `helm version --template`.
pub fn helm_version(profile: Profile) -> Value {
    let text = |name, json, omit_empty, text: &str| Field { name, json, omit_empty, value: text.into() };
    let mut fields = vec![
        text("Version", "version", true, profile.helm_version),
        text("GitCommit", "git_commit", true, ""),
        text("GitTreeState", "git_tree_state", true, ""),
        text("GoVersion", "go_version", true, "go1.26.8"),
    ];
    if profile.kube_version_suffix == KubeVersionSuffix::Kept {
        fields.push(text("KubeClientVersion", "kube_client_version", false, "v1.37"));
    }
    Value::object(Struct { go_type: Type::Named("version.BuildInfo", GoKind::Struct), fields, prefix: "" })
}

/// `.Capabilities.KubeVersion`
#[derive(Debug, Clone)]
struct KubeVersionObject {
    go_type: &'static str,
    version: KubeVersion,
    /// Whether Go can point to it: its methods are those of a pointer.
    has_address: bool,
    /// Helm 4's struct has a fourth field that no template sees but `%v` prints.
    shows_normalized: bool,
}

impl KubeVersionObject {
    /// `String()`
    fn shown(&self) -> &str {
        // parity: a copy by reflection has lost what no constraint is checked without
        if self.version.normalized.is_empty() { &self.version.version } else { &self.version.normalized }
    }
}

impl Object for KubeVersionObject {
    fn go_type(&self) -> Type {
        Type::Named(self.go_type, GoKind::Struct)
    }
    fn member(&self, name: &str) -> Option<Member> {
        Some(match name {
            "Version" => Member::Field(self.version.version.as_str().into()),
            "Major" => Member::Field(self.version.major.as_str().into()),
            "Minor" => Member::Field(self.version.minor.as_str().into()),
            "GitVersion" | "String" if self.has_address => Member::Method(Signature { parameters: Vec::new(), variadic: false }),
            "normalizedVersion" if self.shows_normalized => Member::Unexported,
            _ => return None,
        })
    }
    fn call(&self, name: &str, _arguments: &[Value]) -> Result<Value, String> {
        Ok(if name == "String" { self.shown() } else { &self.version.version }.into())
    }
    fn text(&self) -> String {
        if self.has_address { self.shown().to_owned() } else { self.plain_text() }
    }
    fn plain_text(&self) -> String {
        let KubeVersion { version, normalized, major, minor } = &self.version;
        if self.shows_normalized { format!("{{{version} {normalized} {major} {minor}}}") } else { format!("{{{version} {major} {minor}}}") }
    }
    fn is_stringer(&self) -> bool {
        // Only a pointer to it has `String()`.
        false
    }
    fn without_address(&self) -> Option<Value> {
        self.has_address.then(|| Value::object(Self { has_address: false, ..self.clone() }))
    }
    fn exported(&self) -> Option<Value> {
        let version = KubeVersion { normalized: String::new(), ..self.version.clone() };
        self.shows_normalized.then(|| Value::object(Self { version, ..self.clone() }))
    }
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let KubeVersion { version, normalized, major, minor } = &self.version;
        let all = [("Version", version), ("normalizedVersion", normalized), ("Major", major), ("Minor", minor)];
        let shown = all.into_iter().filter(|(name, _)| self.shows_normalized || *name != "normalizedVersion");
        shown.map(|(name, text)| (name, text.as_str().into())).collect()
    }
    fn marshal(&self) -> Value {
        self.json_fields().into_iter().flatten().collect::<Map>().into()
    }
    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let KubeVersion { version, major, minor, .. } = &self.version;
        Some(vec![("Version", version.as_str().into()), ("Major", major.as_str().into()), ("Minor", minor.as_str().into())])
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `.Capabilities.APIVersions`
#[derive(Debug)]
struct VersionSet {
    go_type: &'static str,
    names: Vec<String>,
}

impl Object for VersionSet {
    fn go_type(&self) -> Type {
        Type::Named(self.go_type, GoKind::Slice)
    }
    fn member(&self, name: &str) -> Option<Member> {
        (name == "Has").then(|| Member::Method(Signature { parameters: vec![Type::STRING], variadic: false }))
    }
    fn call(&self, _name: &str, arguments: &[Value]) -> Result<Value, String> {
        let wanted = arguments.first().and_then(Value::as_str);
        Ok(wanted.is_some_and(|wanted| self.names.iter().any(|name| wanted == name.as_str())).into())
    }
    fn text(&self) -> String {
        format!("[{}]", self.names.join(" "))
    }
    fn underlying(&self) -> Option<Value> {
        Some(List::typed(Type::Strings, self.names.iter().map(|name| name.as_str().into()).collect()).into())
    }
    fn marshal(&self) -> Value {
        self.underlying().unwrap_or_default()
    }
    fn truth(&self) -> bool {
        !self.names.is_empty()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
