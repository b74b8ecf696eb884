//! What stands between a rendered template and a mail: clean lines, bounded lengths.

use std::io;

use crate::wording::{clean, is_hidden};

/// Longest body, bytes.
pub(super) const MAX_BODY: usize = 256 * 1024;
/// Longest line, bytes without its end (RFC 5322, 2.1.1).
const MAX_LINE: usize = 998;
/// Longest subject, characters.
const MAX_SUBJECT: usize = 150;

/// One line without anything that could end the header field.
pub(super) fn subject(rendered: &str) -> String {
    clean(rendered, MAX_SUBJECT)
}

/// Lines that end in `\n`, without hidden characters and trailing space, at most one empty line in a row, none over 998
/// bytes. Lines are not filled: the reader's program wraps them to its own width.
pub(super) fn body(rendered: &str) -> String {
    let mut body = String::with_capacity(rendered.len());
    let mut empty = true;
    for line in rendered.lines() {
        let line: String = line.chars().filter(|c| *c == '\t' || !is_hidden(*c)).collect();
        let line = line.trim_end();
        if line.is_empty() {
            if !empty {
                body.push('\n');
            }
            empty = true;
            continue;
        }
        empty = false;
        push_line(&mut body, line);
    }
    body.truncate(body.trim_end().len());
    body.push('\n');
    body
}

fn push_line(body: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > MAX_LINE {
            body.push('\n');
            length = 0;
        }
        body.push(c);
        length += c.len_utf8();
    }
    body.push('\n');
}

/// A buffer that refuses to grow beyond [`MAX_BODY`].
#[derive(Default)]
pub(super) struct Bounded(Vec<u8>);

impl Bounded {
    pub(super) fn into_string(self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BODY {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the mail is longer than 256 KiB"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_clean_and_within_the_limit() {
        let long = "あ".repeat(1_000);
        let text = body(&format!("\n\na  \r\n\n\n\nb\u{202e}\u{7}\n{long}\n\n"));
        assert!(text.starts_with("a\n\nb\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 998));
        assert_eq!(text.matches('あ').count(), 1_000);
        assert!(text.ends_with("あ\n"));
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(subject("a\r\nBcc: b@example.com"), "a Bcc: b@example.com");
        assert_eq!(subject(&"x".repeat(500)).chars().count(), 151);
    }
}
