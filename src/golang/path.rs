//! Go's `path` package and `filepath.Match`, for `/` separated paths.

/// `path.Base`: the last element; `.` for an empty path, `/` for slashes only.
pub fn base(_path: &[u8]) -> Vec<u8> {
    unimplemented!()
}
/// `path.Dir`: all but the last element, cleaned.
pub fn dir(_path: &[u8]) -> Vec<u8> {
    unimplemented!()
}
/// `path.Ext`: from the last dot of the last element.
pub fn ext(_path: &[u8]) -> Vec<u8> {
    unimplemented!()
}
/// `path.Clean`: the shortest path of the same meaning.
pub fn clean(_path: &[u8]) -> Vec<u8> {
    unimplemented!()
}
/// `path.IsAbs`
pub fn is_abs(_path: &[u8]) -> bool {
    unimplemented!()
}
/// `path.Join`: the non-empty elements, cleaned.
pub fn join(_elements: &[&[u8]]) -> Vec<u8> {
    unimplemented!()
}
/// `path.Split`: what stands before and after the last slash.
pub fn split(_path: &[u8]) -> (&[u8], &[u8]) {
    unimplemented!()
}
/// `filepath.Match`: `*`, `?`, `[a-z]`, `\c`; `*` and `?` stop at `/`.
///
/// # Errors
/// `syntax error in pattern`
pub fn matches(_pattern: &[u8], _name: &[u8]) -> Result<bool, String> {
    unimplemented!()
}
