//! Base64, base32 and hashes.

use aws_lc_rs::digest;
use data_encoding::{BASE32, BASE64, HEXLOWER};

use super::arguments::{made, text};
use super::{Call, Failure, Function, row};
use crate::data::Value;
use crate::golang::base64;

/// The rows.
pub const TABLE: &[Function] = &[
    row("b64enc", "(string) string", b64enc, "The text in base64.", r#"{{ b64enc "hello" }}"#),
    row("b64dec", "(string) string", b64dec, "The text behind base64; the error's text for what is none.", r#"{{ b64dec "aGVsbG8=" }}"#),
    row("b32enc", "(string) string", b32enc, "The text in base32.", r#"{{ b32enc "hello" }}"#),
    row("b32dec", "(string) string", b32dec, "The text behind base32; the error's text for what is none.", r#"{{ b32dec "NBSWY3DP" }}"#),
    row("sha1sum", "(string) string", sha1sum, "The SHA-1 digest in hexadecimal digits.", r#"{{ sha1sum "hello" }}"#),
    row("sha256sum", "(string) string", sha256sum, "The SHA-256 digest in hexadecimal digits.", r#"{{ sha256sum "hello" }}"#),
    row("sha512sum", "(string) string", sha512sum, "The SHA-512 digest in hexadecimal digits.", r#"{{ sha512sum "hello" }}"#),
    row("adler32sum", "(string) string", adler32sum, "The Adler-32 checksum as a decimal number.", r#"{{ adler32sum "hello" }}"#),
];

fn b64enc(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(BASE64.encode(text(arguments, 0)), arguments, 0))
}

fn b64dec(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let decoded = base64::decode(text(arguments, 0)).unwrap_or_else(|error| error.into_bytes());
    Ok(made(Value::string(decoded), arguments, 0))
}

fn b32enc(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(made(BASE32.encode(text(arguments, 0)), arguments, 0))
}

fn b32dec(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let decoded = base32_decoded(text(arguments, 0));
    let decoded = decoded.unwrap_or_else(|at| format!("illegal base32 data at input byte {at}").into_bytes());
    Ok(made(Value::string(decoded), arguments, 0))
}

/// Go's `base32.StdEncoding.DecodeString`; the error is the place, counted without line ends.
fn base32_decoded(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut out = Vec::with_capacity((text.len() / 8).saturating_mul(5).saturating_add(5));
    let mut at = 0usize;
    while at < text.len() {
        let mut bits = 0u64;
        let mut count = 0usize;
        let mut end = false;
        while count < 8 {
            let Some(byte) = text.get(at) else { return Err(text.len().saturating_sub(count)) };
            at = at.saturating_add(1);
            let rest = text.get(at..).unwrap_or_default();
            if *byte == b'=' && count >= 2 && rest.len() < 8 {
                let padding = 7usize.saturating_sub(count);
                if rest.len() < padding {
                    return Err(text.len());
                }
                let before = at.saturating_sub(1);
                let wrong = rest.iter().take(padding).position(|byte| *byte != b'=');
                if let Some(ahead) = wrong {
                    return Err(before.saturating_add(ahead));
                }
                if count == 3 || count == 6 {
                    return Err(before);
                }
                end = true;
                break;
            }
            bits = bits << 5 | base32_digit(*byte).ok_or(at.saturating_sub(1))?;
            count = count.saturating_add(1);
        }
        // five bits each, at the upper end of the last five bytes
        let missing = 40u32.saturating_sub((count as u32).saturating_mul(5));
        let bytes = bits.unbounded_shl(missing).to_be_bytes();
        out.extend(bytes.iter().skip(3).take(count.saturating_mul(5) / 8));
        if end {
            break;
        }
    }
    Ok(out)
}

fn base32_digit(byte: u8) -> Option<u64> {
    match byte {
        b'A'..=b'Z' => Some(u64::from(byte.wrapping_sub(b'A'))),
        b'2'..=b'7' => Some(u64::from(byte.wrapping_sub(b'2' - 26))),
        _ => None,
    }
}

fn digest_of(algorithm: &'static digest::Algorithm, arguments: &[Value]) -> Value {
    let digest = digest::digest(algorithm, text(arguments, 0));
    made(HEXLOWER.encode(digest.as_ref()), arguments, 0)
}

fn sha1sum(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(digest_of(&digest::SHA1_FOR_LEGACY_USE_ONLY, arguments))
}

fn sha256sum(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(digest_of(&digest::SHA256, arguments))
}

fn sha512sum(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(digest_of(&digest::SHA512, arguments))
}

fn adler32sum(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
    let (mut low, mut high) = (1u32, 0u32);
    // 5,552 bytes are the most before the sums must be reduced
    for chunk in text(arguments, 0).chunks(5_552) {
        for byte in chunk {
            low = low.wrapping_add(u32::from(*byte));
            high = high.wrapping_add(low);
        }
        low %= 65_521;
        high %= 65_521;
    }
    Ok(made((high << 16 | low).to_string(), arguments, 0))
}

#[cfg(test)]
mod tests {
    use super::base32_decoded;

    #[test]
    fn padding_ends_a_text() {
        // from a Go program: base32.StdEncoding
        assert_eq!(base32_decoded(b"MFRGG===").unwrap(), b"abc");
    }
}
