//! helm's tables (gosuri/uitable): columns as wide as their widest line, a tab between them, the last one padded too.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Rows of cells; the first is the head, where there is one. No cell is wider than `widest`, where that is not 0.
/// Without a row the text is empty; the line end of the last row is the caller's.
pub fn table(rows: &[Vec<String>], widest: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            let mut width = cell.split('\n').map(shown_width).max().unwrap_or_default();
            if widest != 0 {
                width = width.min(widest);
            }
            match widths.get_mut(at) {
                Some(known) => *known = width.max(*known),
                None => widths.push(width),
            }
        }
    }
    let lines: Vec<String> = rows.iter().map(|row| row_text(row, &widths)).collect();
    lines.join("\n")
}

/// A row: as many lines as its tallest cell has.
fn row_text(row: &[String], widths: &[usize]) -> String {
    // parity: uitable fits a cell as a whole, then each of its lines, so that of several lines little may be left.
    let cells: Vec<(Vec<String>, usize)> =
        row.iter().zip(widths).map(|(cell, width)| (fitted(cell, *width).split('\n').map(str::to_owned).collect(), *width)).collect();
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or_default();
    let line = |at: usize| {
        let cell = |(lines, width): &(Vec<String>, usize)| match lines.get(at) {
            Some(line) => fitted(line, *width),
            None => " ".repeat((*width).max(1)),
        };
        cells.iter().map(cell).collect::<Vec<_>>().join("\t")
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

/// A text padded to the width, or cut and ended by `...`.
fn fitted(text: &str, width: usize) -> String {
    let shown = shown_width(text);
    if width == 0 || shown == width {
        return text.to_owned();
    }
    if shown < width {
        return format!("{text}{}", " ".repeat(width - shown));
    }
    let mut cut = String::new();
    let mut taken = 0;
    for c in text.chars() {
        cut.push(c);
        let wide = c.width().unwrap_or_default();
        if taken + wide + 3 >= width {
            break;
        }
        taken += wide;
    }
    cut + "..."
}

/// Columns on a terminal: colours take none, wide characters two, control characters none.
pub(super) fn shown_width(text: &str) -> usize {
    let mut width = 0;
    let mut parts = text.split('\u{1b}');
    width += parts.next().map_or(0, plain_width);
    for part in parts {
        let end = part.strip_prefix('[').and_then(|inside| inside.find(|c: char| !c.is_ascii_digit() && c != ';'));
        width += match end {
            Some(end) if part[end + 1..].starts_with('m') => plain_width(&part[end + 2..]),
            _ => plain_width(part),
        };
    }
    width
}

fn plain_width(text: &str) -> usize {
    if text.chars().any(char::is_control) { text.chars().filter_map(UnicodeWidthChar::width).sum() } else { text.width() }
}

#[cfg(test)]
mod tests {
    use super::table;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_line_and_longer_texts_are_cut() {
        assert_eq!(table(&[], 0), "");
        assert_eq!(table(&rows(&[&["NAME", "X"], &["a", "蓝鲸"]]), 0), "NAME\tX   \na   \t蓝鲸");
        assert_eq!(table(&rows(&[&["\u{1b}[1mN\u{1b}[22m"], &["abc"]]), 0), "\u{1b}[1mN\u{1b}[22m  \nabc");
        assert_eq!(table(&rows(&[&["abcdefghij", "x"]]), 8), "abcde...\tx");
        assert_eq!(table(&rows(&[&["one line\nand more", "x"]]), 0), "one l...\tx");
    }
}
