//! Escaping as text/template does it for `html` and `js`; `urlquery` is [`super::url::query_escape`].

use super::{strconv, utf8};

/// `template.HTMLEscapeString`: `<`, `>`, `&`, both quotes and NUL.
pub fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    out
}

/// `template.JSEscapeString`
pub fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let (Some(&byte), Some((rune, written, after))) = (rest.first(), utf8::split_first(rest)) {
        match byte {
            b'\\' | b'\'' | b'"' => out.extend_from_slice(&[b'\\', byte]),
            b'<' | b'>' | b'&' | b'=' => out.extend_from_slice(format!("\\u{rune:04X}").as_bytes()),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04X}").as_bytes()),
            0x20..0x80 => out.push(byte),
            _ if strconv::is_print(rune) => out.extend_from_slice(written),
            _ => out.extend_from_slice(format!("\\u{rune:04X}").as_bytes()),
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{html, js};
    use crate::golang::strconv::{quote, unquote};

    #[test]
    fn text_is_escaped_as_in_go() {
        for line in include_str!("../../tests/cases/golang/escape.txt").lines() {
            let columns: Vec<Vec<u8>> = line.split('\t').map(|column| unquote(column.as_bytes()).unwrap()).collect();
            assert_eq!(quote(&html(&columns[0])), quote(&columns[1]), "{line}");
            assert_eq!(quote(&js(&columns[0])), quote(&columns[2]), "{line}");
        }
    }
}
