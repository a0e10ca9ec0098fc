//! The codes of lint's findings. BK12: schemas of values, BK13: manifests, BK14: what an API server would refuse of
//! them, BK15: values as they are written and used, BK16: what objects refer to, BK17: the deployment's own rules, BK19:
//! suppressions and baselines.

crate::codes! {
    ENVIRONMENT_SCHEMA = "BK1201", Schema, Error, "the environment's values do not meet the deployment's schema";
    RELEASE_SCHEMA = "BK1202", Schema, Error, "a release's values do not meet the deployment's schema for it";
    NO_YAML = "BK1301", Manifest, Error, "a rendered document is no YAML";
    NO_OBJECT = "BK1302", Manifest, Error, "a rendered document is no Kubernetes object";
    KEY_TWICE = "BK1303", Manifest, Warning, "a key stands twice in one mapping of a rendered document";
    OBJECT_TWICE = "BK1304", Manifest, Error, "a release renders the same object twice";
    TWO_OWNERS = "BK1305", Manifest, Error, "two releases own the same object";
    NO_NAMESPACE = "BK1306", Manifest, Warning, "an object is in a namespace that nobody creates";
    UNKNOWN_FIELD = "BK1401", Manifest, Error, "a field that Kubernetes does not know";
    WRONG_TYPE = "BK1402", Manifest, Error, "a value of a type that Kubernetes does not take there";
    MISSING_FIELD = "BK1403", Manifest, Error, "a field that Kubernetes requires is missing";
    NOT_ALLOWED = "BK1404", Manifest, Error, "a value that is none of those that are allowed";
    WRONG_FORM = "BK1405", Manifest, Error, "a text that is not in the form it has to have";
    NO_MATCH = "BK1406", Manifest, Error, "a text that does not match the pattern of its schema";
    ELEMENT_TWICE = "BK1407", Manifest, Error, "an element stands twice in a list whose elements are told apart";
    OUT_OF_RANGE = "BK1408", Manifest, Error, "a number or a length out of its range";
    WRONG_NAME = "BK1409", Manifest, Error, "a name that Kubernetes does not take";
    WRONG_LABEL = "BK1410", Manifest, Error, "a label or an annotation that is none";
    WRONG_QUANTITY = "BK1411", Manifest, Error, "a quantity that is none, or does not fit another one";
    WRONG_CHOICE = "BK1412", Manifest, Error, "fields that exclude each other, or one too few";
    NOTHING_OF_THAT_NAME = "BK1413", Manifest, Error, "an object refers to something in itself that is not there";
    NO_FIT = "BK1414", Manifest, Error, "an object does not fit its schema's combinations";
    OWN_RULE = "BK1415", Manifest, Error, "a rule of a custom kind is not met";
    REMOVED_API = "BK1416", Manifest, Error, "an API version that is not served at the target version";
    DEPRECATED_API = "BK1417", Manifest, Warning, "an API version that is deprecated";
    UNKNOWN_KIND = "BK1418", Manifest, Note, "a kind whose schema is not known";
    GIVEN_UP = "BK1419", Manifest, Warning, "a check was given up because it takes too long";
    OTHER_VERSION = "BK1420", Manifest, Note, "the schemas of another version of Kubernetes are used";
    UNUSED_KEY = "BK1501", Values, Warning, "a key is set that no template reads";
    SURPRISING_SCALAR = "BK1503", Values, Warning, "a value without quotes is not what it looks like";
    SURPRISING_KEY = "BK1504", Values, Warning, "a key without quotes is not what it looks like";
    OTHER_SHAPE = "BK1505", Values, Warning, "a layer replaces a value by one of another shape";
    PRINTED_WITH_EXPONENT = "BK1506", Values, Warning, "a great number is printed with an exponent";
    NULL_FOR_SUBCHART = "BK1507", Values, Warning, "a null that helm 3 and helm 4 understand differently";
    LAYER_KEY_TWICE = "BK1508", Values, Warning, "a key stands twice in one mapping of a release's layer";
    WELL_KNOWN_PASSWORD = "BK1509", Values, Warning, "passwords that everybody knows";
    MOVING_IMAGE = "BK1510", Manifest, Warning, "an image without a tag, or by `latest`";
    IMAGE_WITHOUT_DIGEST = "BK1511", Manifest, Warning, "an image without a digest";
    PLAIN_SECRET = "BK1512", Values, Note, "secrets in a plain file";
    SELECTS_NOTHING = "BK1601", Manifest, Warning, "a Service selects no pod";
    NO_TARGET_PORT = "BK1602", Manifest, Warning, "a Service's target port is no port of its pods";
    NO_SERVICE = "BK1603", Manifest, Warning, "a Service that no manifest makes";
    NO_SERVICE_PORT = "BK1604", Manifest, Warning, "a port that the Service does not have";
    NO_CONFIG_MAP = "BK1605", Manifest, Warning, "a ConfigMap that no manifest makes";
    NO_SECRET = "BK1606", Manifest, Warning, "a Secret that no manifest makes";
    NO_SERVICE_ACCOUNT = "BK1607", Manifest, Warning, "a ServiceAccount that no manifest makes";
    NO_CLAIM = "BK1608", Manifest, Warning, "a volume claim that no manifest makes";
    NO_SUCH_KEY = "BK1609", Manifest, Warning, "a key that the ConfigMap or Secret does not have";
    NO_TARGET = "BK1610", Manifest, Warning, "a workload to scale that no manifest makes";
    NO_ROLE = "BK1611", Manifest, Warning, "a role that no manifest makes";
    RULES_NOTHING = "BK1612", Manifest, Note, "a policy or disruption budget selects no pod";
    BROKEN_RULE = "BK1701", Values, Error, "a rule of the deployment can't be used";
    RULE_NOT_MET = "BK1702", Values, Error, "a rule of the deployment is not met";
    RULE_FAULT = "BK1703", Values, Error, "a rule of the deployment could not be asked";
    RULE_LIMIT = "BK1704", Values, Warning, "a rule of the deployment takes too long";
    RULE_NAME = "BK1705", Values, Warning, "a rule of the deployment names something that is not there";
    USELESS_ALLOW = "BK1901", Values, Warning, "a suppression that suppresses nothing";
    BROKEN_ALLOW = "BK1902", Values, Warning, "a suppression that can't be used";
    STALE_BASELINE = "BK1903", Values, Warning, "an entry of the baseline that matches nothing";
}

use super::kubernetes::Sort;
use crate::diag::{Code, general};

/// Every code there is: those of all commands, then lint's own.
pub fn every() -> impl Iterator<Item = &'static Code> {
    general::ALL.iter().chain(ALL).copied()
}

/// The code of a violation of its sort.
pub(super) fn of_violation(sort: Sort) -> &'static Code {
    match sort {
        Sort::Unknown => &UNKNOWN_FIELD,
        Sort::Type => &WRONG_TYPE,
        Sort::Required => &MISSING_FIELD,
        Sort::Enum => &NOT_ALLOWED,
        Sort::Format => &WRONG_FORM,
        Sort::Pattern => &NO_MATCH,
        Sort::DuplicateKey => &ELEMENT_TWICE,
        Sort::Range => &OUT_OF_RANGE,
        Sort::Name => &WRONG_NAME,
        Sort::Label => &WRONG_LABEL,
        Sort::Quantity => &WRONG_QUANTITY,
        Sort::Choice => &WRONG_CHOICE,
        Sort::Reference => &NOTHING_OF_THAT_NAME,
        Sort::Schema => &NO_FIT,
        Sort::Rule => &OWN_RULE,
        Sort::Removed => &REMOVED_API,
        Sort::Deprecated => &DEPRECATED_API,
        Sort::NoSchema => &UNKNOWN_KIND,
        Sort::Limit => &GIVEN_UP,
    }
}
