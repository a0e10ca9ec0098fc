//! Which line of a template a line of its output comes from.

/// For each line of `text` the line of `template` (from 1) that most likely wrote it: the next one that reads the same
/// or has the same words around its actions, else the line of the action that was last passed. A guess, good enough
/// for pointing at a line; linear, with a bounded look ahead.
pub(super) fn template_lines(template: &[u8], text: &[u8]) -> Vec<u32> {
    const AHEAD: usize = 64;
    let patterns: Vec<Pattern<'_>> = template.split(|byte| *byte == b'\n').map(Pattern::new).collect();
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            // Of an empty line nothing can be said; the next one starts from the same place.
            lines.push(at.min(patterns.len() - 1) as u32 + 1);
            continue;
        }
        let fits = |index: &usize| patterns[*index].fits(line);
        let found = (at..patterns.len().min(at + AHEAD)).find(fits).or_else(|| (at.saturating_sub(AHEAD)..at).find(fits));
        let from = match found {
            Some(index) => {
                at = index + 1;
                index
            }
            None => {
                let action = |index: &usize| patterns[*index].only_action;
                // Lines that an action wrote don't move on, so it stands right here, or was the last one before.
                let here = (at..patterns.len().min(at + 3)).find(action);
                here.or_else(|| (at.saturating_sub(AHEAD)..at).rev().find(action)).unwrap_or(at.saturating_sub(1))
            }
        };
        lines.push(from as u32 + 1);
    }
    lines
}

struct Pattern<'a> {
    start: &'a [u8],
    end: &'a [u8],
    whole: bool,
    only_action: bool,
}

impl<'a> Pattern<'a> {
    fn new(line: &'a [u8]) -> Self {
        let line = line.trim_ascii();
        let open = line.windows(2).position(|pair| pair == b"{{");
        let close = line.windows(2).rposition(|pair| pair == b"}}");
        match (open, close) {
            (Some(open), Some(close)) if open < close => {
                let (start, end) = (line[..open].trim_ascii_end(), line[close + 2..].trim_ascii());
                Self { start, end, whole: false, only_action: start.is_empty() && end.is_empty() }
            }
            (Some(open), _) => Self { start: &line[..open], end: b"", whole: false, only_action: open == 0 },
            _ => Self { start: line, end: b"", whole: true, only_action: false },
        }
    }
    fn is_blank(&self) -> bool {
        self.start.is_empty() && self.end.is_empty()
    }
    fn fits(&self, line: &[u8]) -> bool {
        if self.whole {
            return line == self.start;
        }
        !self.is_blank() && line.len() >= self.start.len() + self.end.len() && line.starts_with(self.start) && line.ends_with(self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::template_lines;

    #[test]
    fn lines_of_loops_and_inserted_blocks_find_their_template_line() {
        let template = b"a: 1\n{{ range .x }}\n- name: {{ . }}\n{{ end }}\nb: {{ .b }}\nvalues:\n{{ toYaml .v }}\nlast: 1\n";
        let text = b"a: 1\n\n- name: one\n\n- name: two\n\nb: 3\nvalues:\nx: 1\ny: 2\nlast: 1\n";
        let lines = template_lines(template, text);
        assert_eq!(lines[2], 3);
        assert_eq!(lines[4], 3);
        assert_eq!(lines[6], 5);
        assert_eq!(lines[8], 7);
        assert_eq!(lines[9], 7);
        assert_eq!(lines[10], 8);
    }
}
