//! Formats of which Go's checks have other words than boon's.

use std::error::Error as StdError;
use std::net::Ipv6Addr;

use serde_json::Value as Json;

use crate::golang::regexp::{Fault, Regexp};
use crate::golang::strconv;
use crate::golang::time::Time;

type Check = fn(&Json) -> Result<(), Box<dyn StdError>>;

/// Name and check.
pub(super) const FORMATS: [(&str, Check); 4] = [("ipv4", ipv4), ("ipv6", ipv6), ("date", date), ("uuid", uuid)];

fn ipv4(value: &Json) -> Result<(), Box<dyn StdError>> {
    let Some(text) = value.as_str() else { return Ok(()) };
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4 {
        return Err("expected four decimals".into());
    }
    for part in parts {
        if part.len() > 1 && part.starts_with('0') {
            return Err("leading zeros".into());
        }
        if !(0..=255).contains(&strconv::atoi(part.as_bytes())?) {
            return Err("decimal must be between 0 and 255".into());
        }
    }
    Ok(())
}

fn date(value: &Json) -> Result<(), Box<dyn StdError>> {
    let Some(text) = value.as_str() else { return Ok(()) };
    Time::parse(b"2006-01-02", text.as_bytes())?;
    Ok(())
}

fn ipv6(value: &Json) -> Result<(), Box<dyn StdError>> {
    let Some(text) = value.as_str() else { return Ok(()) };
    if !text.contains(':') {
        return Err("missing colon".into());
    }
    text.parse::<Ipv6Addr>().map_err(|_| format!("ParseAddr({}): unable to parse IP", strconv::quote(text.as_bytes())))?;
    Ok(())
}

fn uuid(value: &Json) -> Result<(), Box<dyn StdError>> {
    let Some(text) = value.as_str() else { return Ok(()) };
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != 5 {
        return Err("must have 5 elements".into());
    }
    for (position, (group, length)) in groups.into_iter().zip([8, 4, 4, 4, 12]).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", position + 1).into());
        }
        if let Some(other) = group.chars().find(|digit| !digit.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", strconv::quote_rune(other as u32)).into());
        }
    }
    Ok(())
}

/// What is wrong with a pattern, in Go's words. One that is too large to run is one nevertheless.
pub(super) fn pattern_fault(value: &Json) -> Option<String> {
    match Regexp::new(value.as_str()?.as_bytes(), 1 << 20) {
        Err(Fault::Syntax(words)) => Some(words),
        Err(Fault::TooLarge(_)) | Ok(_) => None,
    }
}
