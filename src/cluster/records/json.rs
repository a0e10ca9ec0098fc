//! `Record ⇄ JSON`, as Helm 4 and Helm 3 write it (helm pkg/release/v1).

use super::chart::StoredChart;
use super::record::{Info, LastRun, Phase, Record, Status, StoredHook, text_of};
use crate::charts::{Profile, RecordForm};
use crate::data::json::Fields;
use crate::data::{Kind, Map, Origin, SourceFile, Str, Value, json};
use crate::golang::time::{Time, Zone};

impl Record {
    /// The record's JSON, in the form and order of the profile's helm.
    pub fn to_json(&self, profile: Profile) -> Vec<u8> {
        self.json_with(Some(&self.chart.to_json(profile)), profile)
    }

    /// The same without the chart, as `helm status` shows it.
    pub fn to_json_without_chart(&self, profile: Profile) -> Vec<u8> {
        self.json_with(None, profile)
    }

    fn json_with(&self, chart: Option<&[u8]>, profile: Profile) -> Vec<u8> {
        let mut fields = Fields::new();
        fields.text("name", &self.name);
        fields.raw("info", &self.info.to_json(profile));
        if let Some(chart) = chart {
            fields.raw("chart", chart);
        }
        if !self.config.is_empty() {
            fields.value("config", &self.config.clone().into());
        }
        fields.text("manifest", &self.manifest);
        if !self.hooks.is_empty() {
            let hooks: Vec<Vec<u8>> = self.hooks.iter().map(|hook| hook.to_json(profile)).collect();
            fields.raw("hooks", &json::list(&hooks));
        }
        fields.number("version", self.version);
        fields.text("namespace", &self.namespace);
        if profile.record_form == RecordForm::WithTimes {
            fields.text("apply_method", &self.apply_method);
        }
        fields.rest(&self.more);
        fields.finish()
    }

    /// A record from its JSON, Helm 4's or Helm 3's; `zone` is the local one. Labels and the server's version are not in it.
    ///
    /// # Errors
    /// Text that is no JSON, or a field of another type.
    pub fn from_json(text: &[u8], zone: &Zone) -> Result<Record, String> {
        let source = SourceFile { name: Str::default(), base: Origin::NONE, text: Str::from(text) };
        let (value, _) = json::read_unfit(&source).map_err(|(words, _)| words)?;
        let mut fields = Taken::of(Some(value), "release", zone)?;
        let mut hooks = Vec::new();
        for hook in fields.list("hooks")? {
            hooks.push(StoredHook::from_json(hook, zone)?);
        }
        Ok(Record {
            name: fields.text("name")?,
            namespace: fields.text("namespace")?,
            version: fields.number("version")?,
            info: Info::from_json(fields.take("info"), zone)?,
            chart: StoredChart { json: fields.map("chart")? },
            config: fields.map("config")?,
            manifest: fields.text("manifest")?,
            hooks,
            apply_method: fields.text("apply_method")?,
            more: fields.rest(),
            ..Record::default()
        })
    }
}

impl Info {
    fn to_json(&self, profile: Profile) -> Vec<u8> {
        let mut fields = Fields::new();
        time(&mut fields, "first_deployed", self.first_deployed.as_ref(), profile);
        time(&mut fields, "last_deployed", self.last_deployed.as_ref(), profile);
        time(&mut fields, "deleted", self.deleted.as_ref(), profile);
        fields.text("description", &self.description);
        fields.text("status", self.status.word());
        if profile.record_form == RecordForm::WithTimes {
            fields.number("rollback_revision", self.rollback_revision);
        }
        fields.text("notes", &self.notes);
        fields.rest(&self.more);
        fields.finish()
    }

    fn from_json(value: Option<Value>, zone: &Zone) -> Result<Info, String> {
        let mut fields = Taken::of(value, "info", zone)?;
        Ok(Info {
            first_deployed: fields.time("first_deployed")?,
            last_deployed: fields.time("last_deployed")?,
            deleted: fields.time("deleted")?,
            description: fields.text("description")?,
            status: Status::of(&fields.text("status")?),
            rollback_revision: fields.number("rollback_revision")?,
            notes: fields.text("notes")?,
            more: fields.rest(),
        })
    }
}

impl StoredHook {
    fn to_json(&self, profile: Profile) -> Vec<u8> {
        let mut fields = Fields::new();
        fields.text("name", &self.name);
        fields.text("kind", &self.kind);
        fields.text("path", &self.path);
        fields.text("manifest", &self.manifest);
        fields.texts("events", &self.events);
        let mut run = Fields::new();
        time(&mut run, "started_at", self.last_run.started_at.as_ref(), profile);
        time(&mut run, "completed_at", self.last_run.completed_at.as_ref(), profile);
        run.value("phase", &self.last_run.phase.word().into());
        fields.raw("last_run", &run.finish());
        fields.number("weight", self.weight);
        fields.texts("delete_policies", &self.delete_policies);
        fields.texts("output_log_policies", &self.output_log_policies);
        fields.rest(&self.more);
        fields.finish()
    }

    fn from_json(value: Value, zone: &Zone) -> Result<StoredHook, String> {
        let mut fields = Taken::of(Some(value), "hook", zone)?;
        let mut run = Taken::of(fields.take("last_run"), "last_run", zone)?;
        Ok(StoredHook {
            name: fields.text("name")?,
            kind: fields.text("kind")?,
            path: fields.text("path")?,
            manifest: fields.text("manifest")?,
            events: fields.texts("events")?,
            last_run: LastRun {
                started_at: run.time("started_at")?,
                completed_at: run.time("completed_at")?,
                phase: Phase::of(&run.text("phase")?),
            },
            weight: fields.number("weight")?,
            delete_policies: fields.texts("delete_policies")?,
            output_log_policies: fields.texts("output_log_policies")?,
            more: fields.rest(),
        })
    }
}

/// Helm 4 leaves out a time that is zero, Helm 3 writes an empty text.
fn time(fields: &mut Fields, name: &str, time: Option<&Time>, profile: Profile) {
    match (time, profile.record_form) {
        (Some(time), _) => fields.value(name, &time_text(time)),
        (None, RecordForm::Plain) => fields.value(name, &"".into()),
        (None, RecordForm::WithTimes) => {}
    }
}

/// A time as encoding/json writes it. Years of five digits can't be read and are nobody's time.
pub(super) fn time_text(time: &Time) -> Value {
    time.rfc3339().unwrap_or_default().into()
}

/// Go's layout.
pub(super) const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";

/// A struct's fields while they are taken out of it.
struct Taken<'a> {
    map: Map,
    what: &'static str,
    zone: &'a Zone,
}

impl<'a> Taken<'a> {
    fn of(value: Option<Value>, what: &'static str, zone: &'a Zone) -> Result<Self, String> {
        match value.map(|value| value.kind) {
            None | Some(Kind::Nil) => Ok(Self { map: Map::new(), what, zone }),
            Some(Kind::Map(map)) => Ok(Self { map, what, zone }),
            Some(_) => Err(format!("{what} is no object")),
        }
    }
    fn fault(&self, name: &str) -> String {
        format!("field {name} of {} has the wrong type", self.what)
    }
    fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_nil())
    }
    fn text(&mut self, name: &str) -> Result<String, String> {
        let Some(value) = self.take(name) else { return Ok(String::new()) };
        value.as_str().map(|text| text_of(text)).ok_or_else(|| self.fault(name))
    }
    fn number(&mut self, name: &str) -> Result<i64, String> {
        match self.take(name).map(|value| value.kind) {
            None => Ok(0),
            Some(Kind::Float(number)) if number.fract() == 0.0 && number.abs() < 1e15 => Ok(number as i64),
            Some(_) => Err(self.fault(name)),
        }
    }
    fn time(&mut self, name: &str) -> Result<Option<Time>, String> {
        let text = self.text(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        let time = Time::parse_in(RFC3339, text.as_bytes(), self.zone)?;
        Ok(Some(time).filter(|time| !time.is_zero()))
    }
    fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        let Some(value) = self.take(name) else { return Ok(Vec::new()) };
        value.as_list().map(|list| list.items().to_vec()).ok_or_else(|| self.fault(name))
    }
    fn texts(&mut self, name: &str) -> Result<Vec<String>, String> {
        let items = self.list(name)?;
        let text = |item: &Value| item.as_str().map(|text| text_of(text)).ok_or_else(|| self.fault(name));
        items.iter().map(text).collect()
    }
    fn map(&mut self, name: &str) -> Result<Map, String> {
        let Some(value) = self.take(name) else { return Ok(Map::new()) };
        value.as_map().cloned().ok_or_else(|| self.fault(name))
    }
    /// What nobody took.
    fn rest(self) -> Map {
        self.map
    }
}
