//! What stands in the Secret: `JSON → gzip → base64` (helm pkg/storage/driver/util.go).

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// Bytes that a record may inflate to. The server stores a mebibyte, helm's charts have a hundred at most.
const LARGEST: u64 = 64 << 20;

/// The text under which a record's JSON is stored: base64 of gzip.
pub fn encode(json: &[u8]) -> String {
    let mut writer = GzEncoder::new(Vec::with_capacity(json.len() / 2), Compression::best());
    // a Vec takes everything
    let packed = writer.write_all(json).and_then(|()| writer.finish()).unwrap_or_default();
    data_encoding::BASE64.encode(&packed)
}

/// The JSON of what is stored. What is not packed is taken as it is, as helm's first records were.
///
/// # Errors
/// What is wrong with the text; also when it inflates to more than 64 MiB.
pub fn decode(stored: &[u8]) -> Result<Vec<u8>, String> {
    let packed = data_encoding::BASE64.decode(stored).map_err(|error| format!("illegal base64 data: {error}"))?;
    if !packed.starts_with(b"\x1f\x8b\x08") {
        return Ok(packed);
    }
    let mut json = Vec::new();
    let read = MultiGzDecoder::new(packed.as_slice()).take(LARGEST + 1).read_to_end(&mut json);
    read.map_err(|error| format!("gzip: {error}"))?;
    if json.len() as u64 > LARGEST {
        return Err(format!("the record inflates to more than {} MiB", LARGEST >> 20));
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn what_is_encoded_can_be_decoded_and_bombs_do_not_go_off() {
        assert_eq!(decode(encode(b"{\"name\":\"web\"}").as_bytes()).unwrap(), b"{\"name\":\"web\"}");
        assert_eq!(decode(b"e30=").unwrap(), b"{}");
        assert!(decode(b"e30").is_err());
        let bomb = encode(&vec![b' '; (64 << 20) + 1]);
        assert!(decode(bomb.as_bytes()).unwrap_err().contains("64 MiB"));
    }
}
