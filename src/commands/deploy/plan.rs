//! Plans in files: `diff --plan-out FILE` writes one, `apply FILE` does exactly that or refuses.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt as Hkdf};
use serde::{Deserialize, Serialize};
use std::path::Path as FilePath;

use super::release::{Candidate, Worker};
use crate::cluster::deploy::{Bundle, Options};
use crate::cluster::records::Record;
use crate::commands::Run;
use crate::diag::{Error, Errors, Kind, Result};
use crate::golang::time::Zone;
use crate::plan::Object;
use crate::plan::compare::Salt;
use crate::plan::file::{PlanFile, ReleasePlan};
use crate::state::Release;

/// The key of sealed plans.
pub struct PlanKey(LessSafeKey);

impl PlanKey {
    /// From a file of at least 16 bytes that nobody else knows.
    ///
    /// # Errors
    /// A file that can't be read, or is too short.
    pub fn read(run: &Run, path: &str) -> Result<Self> {
        let secret = run.host().read(FilePath::new(path))?;
        if secret.len() < 16 {
            return Err(Error::new(Kind::Usage, format!("--plan-key {path}: a key has at least 16 bytes"))
                .hint(format!("make one: head -c 32 /dev/urandom > {path}")));
        }
        let broken = |_| Error::new(Kind::Usage, format!("--plan-key {path} can't be used"));
        let mut key = [0; 32];
        let derived = Hkdf::new(HKDF_SHA256, b"bkhelm-plan").extract(&secret);
        derived.expand(&[b"seal"], HKDF_SHA256).and_then(|output| output.fill(&mut key)).map_err(broken)?;
        Ok(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).map_err(broken)?)))
    }

    /// Closes a text.
    fn seal(&self, run: &Run, mut text: Vec<u8>) -> Result<String> {
        let mut nonce = [0; NONCE_LEN];
        run.host().random(&mut nonce);
        let sealed = self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text);
        sealed.map_err(|_| Error::new(Kind::Limit, "the plan is too large to be sealed"))?;
        Ok(data_encoding::BASE64.encode(&[&nonce[..], &text].concat()))
    }

    /// Opens what was closed.
    fn open(&self, sealed: &str) -> Result<Vec<u8>> {
        let refused = || Error::new(Kind::Usage, "the plan was not sealed with this key, or was changed since");
        let bytes = data_encoding::BASE64.decode(sealed.as_bytes()).map_err(|_| refused())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or_else(refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refused())?;
        let mut text = text.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::empty(), &mut text).map_err(|_| refused())?;
        Ok(opened.to_vec())
    }
}

/// What is sealed of a release: its record as helm would keep it, and its CRDs.
#[derive(Serialize, Deserialize)]
struct Sealed {
    record: String,
    crds: Vec<serde_json::Value>,
}

/// What plans are made with.
pub struct Planning {
    /// What digests in the file are salted with.
    pub salt: String,
    /// What shown values are masked with: never written anywhere.
    mask: Salt,
    key: Option<PlanKey>,
}

impl Planning {
    /// New salts, or that of a plan that was read.
    ///
    /// # Errors
    /// As [`PlanKey::read`].
    pub fn new(run: &Run, salt: Option<&str>, key: Option<&String>) -> Result<Self> {
        let mut random = [0; 48];
        run.host().random(&mut random);
        let (own, mask) = random.split_at(16);
        let mut mask_of = [0; 32];
        mask_of.copy_from_slice(mask);
        Ok(Self {
            salt: salt.map_or_else(|| data_encoding::HEXLOWER.encode(own), str::to_owned),
            mask: Salt::new(&mask_of),
            key: key.map(|path| PlanKey::read(run, path)).transpose()?,
        })
    }

    /// The plan of a release.
    ///
    /// # Errors
    /// As [`crate::cluster::deploy::Engine::plan`].
    pub fn plan(&self, worker: &Worker<'_>, release: &Release, candidate: &Candidate, options: &Options) -> Result<ReleasePlan, Errors> {
        let engine = worker.session.engine(&candidate.connection);
        let planning = engine.plan(&candidate.bundle, &candidate.look, options, (&self.salt, &self.mask));
        let mut plan = worker.session.wait_for(planning)?;
        plan.context.clone_from(&release.kube_context);
        if let Some(key) = &self.key {
            let text =
                serde_json::to_vec(&sealed(worker.run, &candidate.bundle)).map_err(|error| Error::new(Kind::File, error.to_string()))?;
            plan.sealed = key.seal(worker.run, text)?;
        }
        Ok(plan)
    }

    /// The release as it was rendered when the plan was made; `None` without a key.
    ///
    /// # Errors
    /// Another key, or a plan that was changed.
    pub fn bundle(&self, run: &Run, plan: &ReleasePlan, zone: &Zone) -> Result<Option<Bundle>> {
        let Some(key) = self.key.as_ref().filter(|_| !plan.sealed.is_empty()) else { return Ok(None) };
        let broken = |words: String| Error::new(Kind::Usage, format!("the sealed part of the plan can't be read: {words}"));
        let sealed: Sealed = serde_json::from_slice(&key.open(&plan.sealed)?).map_err(|error| broken(error.to_string()))?;
        let record = Record::from_json(sealed.record.as_bytes(), zone).map_err(broken)?;
        run.output.debug(&format!("{}: taken from the plan, not rendered", plan.release));
        Ok(Some(Bundle {
            name: record.name,
            namespace: record.namespace,
            revision: record.version,
            objects: crate::plan::manifest(record.manifest.as_bytes())?,
            chart: record.chart,
            config: record.config,
            manifest: record.manifest,
            hooks: record.hooks,
            crds: sealed.crds.into_iter().map(|body| Object::new(body, "")).collect(),
            notes: record.info.notes,
        }))
    }
}

fn sealed(run: &Run, bundle: &Bundle) -> Sealed {
    let record = Record {
        name: bundle.name.clone(),
        namespace: bundle.namespace.clone(),
        version: bundle.revision,
        chart: bundle.chart.clone(),
        config: bundle.config.clone(),
        manifest: bundle.manifest.clone(),
        hooks: bundle.hooks.clone(),
        info: crate::cluster::records::Info { notes: bundle.notes.clone(), ..Default::default() },
        ..Record::default()
    };
    Sealed {
        record: String::from_utf8_lossy(&record.to_json(run.profile)).into_owned(),
        crds: bundle.crds.iter().map(|object| object.body.clone()).collect(),
    }
}

/// Why a plan is not applied any more.
///
/// # Errors
/// Everything that moved on, as one error a release.
pub fn refuse_moved(plan: &ReleasePlan, now: &ReleasePlan) -> Result<()> {
    let moved = plan.moved(now);
    if moved.is_empty() {
        return Ok(());
    }
    let error = Error::new(Kind::Apply, format!("the plan for release {} no longer holds: {}", plan.release, moved.join("; ")));
    Err(error.subject(format!("release {}", plan.release)).hint("nothing was changed; make a new plan with `bkhelm diff --plan-out`"))
}

/// Reads a plan from a file.
///
/// # Errors
/// A file that can't be read or is no plan.
pub fn read(run: &Run, path: &str) -> Result<PlanFile> {
    PlanFile::read(path, &run.host().read(FilePath::new(path))?)
}
