//! A chart's archive → its files, in memory and within limits (helm pkg/chart/loader/archive/archive.go).

use std::io::Read;

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use super::profile::{Loader, Profile};
use super::{File, MAX_CHART_SIZE, MAX_FILE_SIZE, without_byte_order_mark};
use crate::golang::{path, strconv};

/// Bytes that an archive may unpack to with its headers and padding. What is in files is limited by
/// [`MAX_CHART_SIZE`]; this ends an archive that is all headers.
const MAX_STREAM: u64 = 3 * MAX_CHART_SIZE as u64;

/// Why an archive was refused.
pub(super) enum Refused {
    /// It is no gzip stream.
    Header,
    /// Helm's words.
    Text(String),
}

impl Refused {
    fn text(text: impl Into<String>) -> Self {
        Refused::Text(text.into())
    }
}

/// The archive's files in its order, without the first part of their paths.
pub(super) fn read_archive(bytes: &[u8], profile: Profile) -> Result<Vec<File>, Refused> {
    match bytes.len() {
        0 => return Err(Refused::text("EOF")),
        // Go reads the whole header before it looks at it.
        1..10 => return Err(Refused::text("unexpected EOF")),
        _ if !is_gzip(bytes) => return Err(Refused::Header),
        _ => {}
    }
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(MAX_STREAM));
    let mut files = Vec::new();
    let mut left = MAX_CHART_SIZE;
    for entry in archive.entries().map_err(read_error)? {
        let mut entry = entry.map_err(read_error)?;
        let kind = entry.header().entry_type();
        let name = entry.path_bytes().into_owned();
        let skipped = matches!(kind, EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader);
        if skipped || (kind.is_file() && name.ends_with(b"/")) {
            continue;
        }
        let inside = inner_name(&name)?;
        let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        check_size(size, left, &name, profile)?;
        let mut data = Vec::with_capacity(size);
        if kind.is_file() || kind == EntryType::GNUSparse {
            let read = entry.by_ref().take(left as u64).read_to_end(&mut data).map_err(read_error)?;
            if read < size {
                return Err(Refused::text("unexpected EOF"));
            }
        }
        left -= data.len();
        let modified = entry.header().mtime().ok().map(|seconds| i128::from(seconds) * 1_000_000_000);
        files.push(File { name: inside.into(), data: without_byte_order_mark(data), modified });
    }
    if files.is_empty() {
        return Err(Refused::text("no files in chart archive"));
    }
    Ok(files)
}

fn check_size(size: usize, left: usize, name: &[u8], profile: Profile) -> Result<(), Refused> {
    if size >= left {
        let what = if profile.loader == Loader::AnyVersion { "maximum file size" } else { "maximum size" };
        return Err(Refused::Text(format!("decompressed chart is larger than the {what} {MAX_CHART_SIZE}")));
    }
    if profile.loader == Loader::AnyVersion && size > MAX_FILE_SIZE {
        let name = strconv::quote(name);
        return Err(Refused::Text(format!("decompressed chart file {name} is larger than the maximum file size {MAX_FILE_SIZE}")));
    }
    Ok(())
}

/// The path below the archive's one folder, refused where it leads out of it.
fn inner_name(name: &[u8]) -> Result<Vec<u8>, Refused> {
    let delimiter = if name.contains(&b'\\') { b'\\' } else { b'/' };
    let mut parts = name.splitn(2, |byte| *byte == delimiter);
    let first = parts.next().unwrap_or_default();
    let mut inside = parts.next().unwrap_or_default().to_vec();
    for byte in &mut inside {
        if *byte == delimiter {
            *byte = b'/';
        }
    }
    if path::is_abs(&inside) {
        return Err(Refused::text("chart illegally contains absolute paths"));
    }
    let inside = path::clean(&inside);
    if inside == b"." {
        let name = strconv::quote(name);
        return Err(Refused::Text(format!("chart illegally contains content outside the base directory: {name}")));
    }
    if inside.starts_with(b"..") {
        return Err(Refused::text("chart illegally references parent directory"));
    }
    if inside.len() > 2 && inside[0].is_ascii_alphabetic() && &inside[1..3] == b":/" {
        return Err(Refused::text("chart contains illegally named files"));
    }
    if first == b"Chart.yaml" {
        return Err(Refused::text("chart yaml not in base directory"));
    }
    Ok(inside)
}

/// Go's words for what flate2 and tar report.
fn read_error(error: std::io::Error) -> Refused {
    let text = error.to_string();
    Refused::text(match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "unexpected EOF",
        _ if text.contains("deflate") => "flate: corrupt input",
        _ if text.contains("gzip stream does not have a matching checksum") => "gzip: invalid checksum",
        _ => "archive/tar: invalid tar header",
    })
}

/// Whether the bytes begin as gzip does.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b\x08")
}

/// Go's `http.DetectContentType`, as far as files that people take for charts go.
pub(super) fn content_type(bytes: &[u8]) -> &'static str {
    // parity: helm sniffs 512 bytes of a buffer that stays filled with zeros behind a short file.
    let mut buffer = [0u8; 512];
    let length = bytes.len().min(512);
    buffer[..length].copy_from_slice(&bytes[..length]);
    let start = buffer.iter().position(|byte| !matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')).unwrap_or(512);
    let text = &buffer[start..];
    let tag = |name: &str| {
        text.len() > name.len() && text[..name.len()].eq_ignore_ascii_case(name.as_bytes()) && matches!(text[name.len()], b' ' | b'>')
    };
    let html = ["<!DOCTYPE HTML", "<HTML", "<HEAD", "<SCRIPT", "<IFRAME", "<H1", "<DIV", "<FONT", "<TABLE", "<A", "<STYLE"];
    if html.iter().chain(&["<TITLE", "<B", "<BODY", "<BR", "<P", "<!--"]).any(|name| tag(name)) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    let signatures: [(&[u8], &str); 13] = [
        (b"%PDF-", "application/pdf"),
        (b"%!PS-Adobe-", "application/postscript"),
        (b"\xfe\xff", "text/plain; charset=utf-16be"),
        (b"\xff\xfe", "text/plain; charset=utf-16le"),
        (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
        (b"\x00\x00\x01\x00", "image/x-icon"),
        (b"BM", "image/bmp"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"PK\x03\x04", "application/zip"),
        (b"Rar!\x1a\x07\x00", "application/x-rar-compressed"),
    ];
    if let Some((_, name)) = signatures.iter().find(|(signature, _)| buffer.starts_with(signature)) {
        return name;
    }
    let binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if text.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" }
}
