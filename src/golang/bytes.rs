//! Go's `bytes`: pieces of a text, cut without positions that could be wrong.

/// `bytes.Cut` at the first such byte: what comes before and after it. `None`: there is none.
pub fn cut(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let mut parts = text.splitn(2, |byte| *byte == at);
    Some((parts.next()?, parts.next()?))
}

/// [`cut`] at the last such byte.
pub fn cut_last(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let mut parts = text.rsplitn(2, |byte| *byte == at);
    let after = parts.next()?;
    Some((parts.next()?, after))
}

/// The bytes at the start that are accepted, and what follows them.
pub fn span(text: &[u8], accept: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !accept(*byte)).unwrap_or(text.len());
    split(text, end)
}

/// The first `length` bytes and what follows; all of them where there are fewer.
pub fn split(text: &[u8], length: usize) -> (&[u8], &[u8]) {
    text.split_at_checked(length).unwrap_or((text, &[]))
}

/// What stands in a text before `rest`, which is its end.
pub fn before<'a>(text: &'a [u8], rest: &[u8]) -> &'a [u8] {
    split(text, text.len().saturating_sub(rest.len())).0
}

/// `text` without its first `length` bytes; nothing where it has fewer.
pub fn skip(text: &[u8], length: usize) -> &[u8] {
    split(text, length).1
}

#[cfg(test)]
mod tests {
    use super::{before, cut, cut_last, skip, span, split};

    #[test]
    fn pieces_never_lie_outside_of_the_text() {
        assert_eq!(cut(b"a:b:c", b':'), Some((&b"a"[..], &b"b:c"[..])));
        assert_eq!(cut_last(b"a:b:c", b':'), Some((&b"a:b"[..], &b"c"[..])));
        assert_eq!(cut(b":", b':'), Some((&b""[..], &b""[..])));
        assert_eq!((cut(b"abc", b':'), cut_last(b"", b':')), (None, None));
        assert_eq!(span(b"12a3", |byte| byte.is_ascii_digit()), (&b"12"[..], &b"a3"[..]));
        assert_eq!(split(b"ab", 3), (&b"ab"[..], &b""[..]));
        assert_eq!((before(b"abc", b"c"), before(b"a", b"abc")), (&b"ab"[..], &b""[..]));
        assert_eq!((skip(b"abc", 1), skip(b"a", 2)), (&b"bc"[..], &b""[..]));
    }
}
