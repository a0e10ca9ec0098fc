//! `encoding/base64`, reading: Go skips line ends, ignores unused bits and says where it stopped.

use data_encoding::BASE64;

/// Go's `base64.StdEncoding.DecodeString`: line ends are skipped, unused bits ignored.
///
/// # Errors
/// Go's text with the place.
pub fn decode(text: &[u8]) -> Result<Vec<u8>, String> {
    if let Ok(decoded) = BASE64.decode(text) {
        return Ok(decoded);
    }
    Base64 { text, at: 0, out: Vec::with_capacity((text.len() / 4).saturating_mul(3).saturating_add(3)) }
        .decoded()
        .map_err(|at| format!("illegal base64 data at input byte {at}"))
}

/// The slow way, for text with line ends or errors.
struct Base64<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Base64<'_> {
    fn decoded(mut self) -> Result<Vec<u8>, usize> {
        while self.at < self.text.len() {
            self.decode_four()?;
        }
        Ok(self.out)
    }

    fn decode_four(&mut self) -> Result<(), usize> {
        let mut bits = 0u32;
        let mut count = 0;
        while count < 4 {
            let Some(byte) = self.text.get(self.at) else {
                return if count == 0 { Ok(()) } else { Err(self.at.saturating_sub(count)) };
            };
            self.at = self.at.saturating_add(1);
            match byte {
                b'\n' | b'\r' => {}
                b'=' => return self.end(bits, count),
                _ => {
                    bits = bits << 6 | base64_digit(*byte).ok_or(self.at.saturating_sub(1))?;
                    count = usize::saturating_add(count, 1);
                }
            }
        }
        self.out.extend_from_slice(&bits.to_be_bytes()[1..]);
        Ok(())
    }

    /// After the first `=`.
    fn end(&mut self, bits: u32, count: usize) -> Result<(), usize> {
        if count < 2 {
            return Err(self.at.saturating_sub(1));
        }
        if count == 2 {
            self.skip_line_ends();
            match self.text.get(self.at) {
                None => return Err(self.text.len()),
                Some(b'=') => self.at = self.at.saturating_add(1),
                Some(_) => return Err(self.at.saturating_sub(1)),
            }
        }
        self.skip_line_ends();
        if self.at < self.text.len() {
            return Err(self.at);
        }
        // two digits are one byte, three are two
        let (bits, bytes) = if count == 2 { (bits << 12, 1) } else { (bits << 6, 2) };
        self.out.extend(bits.to_be_bytes().iter().skip(1).take(bytes));
        Ok(())
    }

    fn skip_line_ends(&mut self) {
        while matches!(self.text.get(self.at), Some(b'\n' | b'\r')) {
            self.at = self.at.saturating_add(1);
        }
    }
}

fn base64_digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte.wrapping_sub(b'A'),
        b'a'..=b'z' => byte.wrapping_sub(b'a' - 26),
        b'0'..=b'9' => byte.wrapping_add(52 - b'0'),
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn errors_name_go_s_place() {
        // from a Go program: base64.StdEncoding
        assert_eq!(decode(b"a").unwrap_err(), "illegal base64 data at input byte 0");
        assert_eq!(decode(b"YW\nJj\r\n").unwrap(), b"abc");
    }
}
