//! Images whose tag says nothing about what runs.

use super::super::causes::Spot;
use super::super::codes::{IMAGE_WITHOUT_DIGEST, MOVING_IMAGE};
use super::super::manifests::{Documents, Object};
use super::super::pods::{Pod, text};
use crate::diag::{Error, Errors};

/// What is asked of images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Images {
    /// Nothing.
    Any,
    /// A tag other than `latest`, or a digest.
    #[default]
    Tag,
    /// A digest.
    Digest,
}

impl Images {
    /// The images of a release's containers that are not as asked; each once, at its first place. Tests of releases may take
    /// what they like.
    pub fn check(self, documents: &Documents) -> Errors {
        let mut found = Errors::new();
        let mut told = Vec::new();
        if self == Images::Any {
            return found;
        }
        for Object { value: object, text: of } in documents.objects().iter() {
            let hook = text(object, &["metadata", "annotations", "helm.sh/hook"]).unwrap_or_default();
            let Some(pod) = Pod::of(object).filter(|_| !hook.contains("test")) else { continue };
            for image in pod.containers().iter().filter_map(|container| container.path(["image"])) {
                let Some(name) = image.as_str().map(|name| name.to_string()) else { continue };
                let Some((code, words)) = self.fault(&name).filter(|_| !told.contains(&name)) else { continue };
                let finding = Error::finding(code, format!("the image {name} {words}")).subject(format!("release {}", documents.release));
                found.push(Spot::new(of, image.origin).blame(finding));
                told.push(name);
            }
        }
        found
    }

    fn fault(self, image: &str) -> Option<(&'static crate::diag::Code, &'static str)> {
        // Istio's injector puts the proxy's image in the place of `auto`.
        if image.is_empty() || image == "auto" || image.contains('@') {
            return None;
        }
        let tag = image.rsplit('/').next().and_then(|name| name.split_once(':')).map(|(_, tag)| tag);
        match (self, tag) {
            (_, None) => Some((&MOVING_IMAGE, "has no tag: it is `latest`, whatever that is today")),
            (_, Some("latest")) => Some((&MOVING_IMAGE, "is whatever `latest` is today")),
            (Images::Digest, _) => Some((&IMAGE_WITHOUT_DIGEST, "has no digest")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Images;

    #[test]
    fn a_tag_is_after_the_last_slash() {
        let code = |images: Images, name: &str| images.fault(name).map(|(code, _)| code.id);
        for (image, tag, digest) in [
            ("nginx", Some("BK1510"), Some("BK1510")),
            ("hub:5000/a/nginx", Some("BK1510"), Some("BK1510")),
            ("hub:5000/a/nginx:latest", Some("BK1510"), Some("BK1510")),
            ("hub:5000/a/nginx:1.25", None, Some("BK1511")),
            ("nginx@sha256:0123", None, None),
            ("auto", None, None),
        ] {
            assert_eq!((code(Images::Tag, image), code(Images::Digest, image)), (tag, digest), "{image}");
        }
    }
}
