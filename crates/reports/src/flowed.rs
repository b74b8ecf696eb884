//! `format=flowed` (RFC 3676): lines that a mail program wrapped are put together again.

use std::borrow::Cow;

/// A line shorter than this, with the next word, was not wrapped by its width: whoever pasted it left a blank at its end.
const NARROW: usize = 60;

/// The text with its soft line breaks undone; the signature and fixed lines stay as they are.
///
/// `delete` is `DelSp=yes`: the blank of a soft break is the program's own.
pub(crate) fn joined(text: Cow<'_, str>, delete: bool) -> Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), b" \n").is_none()
        && memchr::memmem::find(text.as_bytes(), b" \r\n").is_none()
    {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut lines = crate::text::lines(&text).peekable();
    while let Some(line) = lines.next() {
        let depth = quotes(line);
        let rest = lines.peek().is_some_and(|next| goes_on(line, next, depth));
        // What goes on behind a soft break is written without the quoting that it repeats.
        let start = if out.is_empty() || out.ends_with('\n') { 0 } else { depth };
        let body = line.get(start..).unwrap_or("");
        let body = if start > 0 { body.strip_prefix(' ').unwrap_or(body) } else { body };
        if rest {
            out.push_str(if delete { body.strip_suffix(' ').unwrap_or(body) } else { body });
        } else {
            out.push_str(body);
            out.push('\n');
        }
    }
    Cow::Owned(out)
}

/// Whether `next` is the rest of `line`.
fn goes_on(line: &str, next: &str, depth: usize) -> bool {
    let behind = next.get(depth..).unwrap_or("").trim_start();
    let word = behind.split(' ').next().unwrap_or("").len();
    line.ends_with(' ')
        && line != "-- "
        && !line.trim_start_matches('>').trim().is_empty()
        && quotes(next) == depth
        && !behind.is_empty()
        && next != "-- "
        && line.len() + word >= NARROW
}

fn quotes(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b'>').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_are_undone_and_others_stay() {
        let text = "The address 192.0.2.1 has been trying to log in to our servers for \nseveral days.\n\n\
                    192.0.2.1 ssh \n192.0.2.2 ssh \n> quoted words that go on and on until the line is as wide as can be \n> here\n\
                    -- \nName\n";
        assert_eq!(
            joined(Cow::Borrowed(text), false),
            "The address 192.0.2.1 has been trying to log in to our servers for several days.\n\n\
             192.0.2.1 ssh \n192.0.2.2 ssh \n> quoted words that go on and on until the line is as wide as can be here\n\
             -- \nName\n"
        );
        assert!(matches!(joined(Cow::Borrowed("fixed\nlines\n"), false), Cow::Borrowed(_)));
    }

    #[test]
    fn a_blank_of_the_program_goes_with_the_break() {
        let text = "https://www.example.com/a-page-with-a-name-that-is-longer-than-the-line/ \nindex.html?x=1\n";
        assert_eq!(
            joined(Cow::Borrowed(text), true),
            "https://www.example.com/a-page-with-a-name-that-is-longer-than-the-line/index.html?x=1\n"
        );
    }
}
