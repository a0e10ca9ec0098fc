//! Time zones, with the IANA database behind them.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How many clock changes are looked through for an abbreviation.
const MAX_CHANGES: usize = 800;
/// The year 2040: no abbreviation comes up later.
const LATEST: i64 = 2_208_988_800;

/// `*time.Location`. Cheap to clone; an [`Object`](crate::data::Object) of that type.
#[derive(Debug, Clone)]
pub struct Zone(Arc<Rules>);

#[derive(Debug)]
enum Rules {
    Utc,
    Fixed { name: String, offset: i32 },
    Named { name: String, zone: TimeZone },
}

impl Zone {
    /// `time.UTC`
    pub fn utc() -> Zone {
        Zone(Arc::new(Rules::Utc))
    }
    /// `time.FixedZone`
    pub fn fixed(name: &str, seconds_east: i32) -> Zone {
        Zone(Arc::new(Rules::Fixed { name: name.to_owned(), offset: seconds_east }))
    }
    /// `time.LoadLocation`; `Local` is UTC here, since only the caller knows what is local.
    ///
    /// # Errors
    /// Go's text: `unknown time zone X`.
    pub fn load(name: &str) -> Result<Zone, String> {
        match name {
            "" | "UTC" | "Local" => return Ok(Self::utc()),
            _ => {}
        }
        if name.contains("..") || name.starts_with(['/', '\\']) {
            return Err("time: invalid location name".to_owned());
        }
        // Names are file names, whose case counts.
        let known = TimeZone::get(name).ok().filter(|zone| zone.iana_name() == Some(name));
        known.map(|zone| Zone(Arc::new(Rules::Named { name: name.to_owned(), zone }))).ok_or_else(|| format!("unknown time zone {name}"))
    }
    /// `time.Local` where the machine's zone has this IANA name; UTC where there is none such.
    pub fn local(name: &str) -> Zone {
        match TimeZone::get(name) {
            Ok(zone) if name != "UTC" => Zone(Arc::new(Rules::Named { name: "Local".to_owned(), zone })),
            _ => Self::utc(),
        }
    }

    /// `String`: `UTC`, `Local`, or the name it was made with.
    pub fn name(&self) -> &str {
        match &*self.0 {
            Rules::Utc => "UTC",
            Rules::Fixed { name, .. } | Rules::Named { name, .. } => name,
        }
    }

    pub(super) fn is_fixed(&self) -> bool {
        matches!(*self.0, Rules::Fixed { .. })
    }

    /// Abbreviation and offset at an instant.
    pub(super) fn lookup(&self, seconds: i64) -> (String, i32) {
        match &*self.0 {
            Rules::Utc => ("UTC".to_owned(), 0),
            Rules::Fixed { name, offset } => (name.clone(), *offset),
            Rules::Named { zone, .. } => {
                let info = zone.to_offset_info(timestamp(seconds));
                (info.abbreviation().to_owned(), info.offset().seconds())
            }
        }
    }

    /// The offset at an instant.
    pub(super) fn offset(&self, seconds: i64) -> i32 {
        match &*self.0 {
            Rules::Utc => 0,
            Rules::Fixed { offset, .. } => *offset,
            Rules::Named { zone, .. } => zone.to_offset(timestamp(seconds)).seconds(),
        }
    }

    /// Whether summer time is in effect.
    pub(super) fn is_summer_time(&self, seconds: i64) -> bool {
        match &*self.0 {
            Rules::Named { zone, .. } => zone.to_offset_info(timestamp(seconds)).dst().is_dst(),
            _ => false,
        }
    }

    /// The offset that an abbreviation has in this zone at a time of its clocks; one of another time where
    /// it is not in use then.
    pub(super) fn offset_of(&self, abbreviation: &str, local: i64) -> Option<i32> {
        let zone = match &*self.0 {
            Rules::Utc => return (abbreviation == "UTC").then_some(0),
            Rules::Fixed { name, offset } => return (name == abbreviation).then_some(*offset),
            Rules::Named { zone, .. } => zone,
        };
        let latest = timestamp(local.saturating_add(2 * 86_400).max(LATEST));
        let changes = zone.preceding(latest).take(MAX_CHANGES).map(|change| (change.abbreviation().to_owned(), change.offset().seconds()));
        let mut offsets: Vec<i32> = Vec::new();
        for (name, offset) in changes.chain([self.lookup(local)]) {
            if name == abbreviation && !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        let in_use =
            offsets.iter().map(|offset| self.lookup(local.saturating_sub(i64::from(*offset)))).find(|(name, _)| name == abbreviation);
        in_use.map(|(_, offset)| offset).or(offsets.last().copied())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The instant, or the nearest that the zone database covers.
fn timestamp(seconds: i64) -> Timestamp {
    let (first, last) = (Timestamp::MIN.as_second().saturating_add(1), Timestamp::MAX.as_second().saturating_sub(1));
    Timestamp::from_second(seconds.clamp(first, last)).unwrap_or(Timestamp::UNIX_EPOCH)
}
