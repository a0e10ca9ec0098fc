//! Strings as Go has them: bytes that are usually UTF-8, cheap to clone.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// An immutable byte string. Usually UTF-8, but `trunc` and `b64dec` may cut a character, as in Go.
/// Orders bytewise, as Go sorts map keys.
#[derive(Clone)]
pub struct Str(Bytes);

/// How many bytes need no allocation: what fits where a shared string's pointer and length would be.
const SHORT: usize = 22;

/// Most keys and words are short: copying them is cheaper than counting who shares them.
#[derive(Clone)]
enum Bytes {
    Short(u8, [u8; SHORT]),
    Shared(Arc<[u8]>),
}

impl Str {
    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Short(length, bytes) => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Bytes::Shared(bytes) => bytes,
        }
    }
    /// The text, invalid bytes shown as U+FFFD.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self)
    }
    /// The text if it is UTF-8.
    pub fn as_utf8(&self) -> Option<&str> {
        std::str::from_utf8(self).ok()
    }
    fn short(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; SHORT];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self(Bytes::Short(text.len() as u8, bytes)))
    }
}

/// A short text as two numbers that order as its bytes do; they overlap.
#[inline]
fn words(bytes: &[u8; SHORT]) -> (u128, u64) {
    let first = bytes.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
    let last = bytes.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    (first, last)
}

impl Deref for Str {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}
impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self
    }
}
impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self
    }
}
impl Default for Str {
    fn default() -> Self {
        Self(Bytes::Short(0, [0; SHORT]))
    }
}
impl From<&[u8]> for Str {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        Self::short(bytes).unwrap_or_else(|| Self(Bytes::Shared(bytes.into())))
    }
}
impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}
impl From<&str> for Str {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}
impl From<String> for Str {
    fn from(text: String) -> Self {
        text.as_bytes().into()
    }
}
impl PartialEq for Str {
    #[inline]
    fn eq(&self, other: &Str) -> bool {
        match (&self.0, &other.0) {
            (Bytes::Short(length, one), Bytes::Short(other_length, other)) => length == other_length && one == other,
            _ => **self == **other,
        }
    }
}
impl Eq for Str {}
impl PartialOrd for Str {
    #[inline]
    fn partial_cmp(&self, other: &Str) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Str {
    #[inline]
    fn cmp(&self, other: &Str) -> Ordering {
        match (&self.0, &other.0) {
            // Zeros follow a short text: where all bytes are alike, one may still have written zeros itself.
            (Bytes::Short(length, one), Bytes::Short(other_length, other)) => {
                words(one).cmp(&words(other)).then_with(|| length.cmp(other_length))
            }
            _ => (**self).cmp(&**other),
        }
    }
}
impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        **self == *other.as_bytes()
    }
}
impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}
impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::Str;
    use crate::data::Value;

    #[test]
    fn texts_order_as_their_bytes() {
        let long = |start: &str| format!("{start}{}", "y".repeat(30));
        let texts =
            ["", "\0", "\0\0", "a", "a\0", "aa", "ab", "b", "é", "0123456789abcdef", "0123456789abcdef\0", "0123456789abcdefghijkl"];
        let all: Vec<String> = texts.iter().flat_map(|text| [(*text).to_owned(), long(text)]).collect();
        for one in &all {
            for other in &all {
                let (left, right) = (Str::from(one.as_str()), Str::from(other.as_str()));
                assert_eq!((left.cmp(&right), left == right), (one.cmp(other), one == other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn short_and_long_texts_are_alike() {
        for length in [0, 1, 21, 22, 23, 100] {
            let text = "x".repeat(length);
            let (one, other) = (Str::from(text.as_str()), Str::from(text.clone().into_bytes()));
            assert_eq!((&one, one.len()), (&other, length));
            assert!(length == 0 || one > "w".into());
        }
        assert_eq!((size_of::<Str>(), size_of::<Value>()), (24, 40));
    }
}
