//! The transparency procedure of DATA (RFC 5321, section 4.5.2), as a state machine that may be fed in any pieces.

use memchr::memchr;

/// Undoes dot-stuffing and finds the end of the data.
///
/// Only `CR LF . CR LF` (or `. CR LF` at the very start) ends it. Bare LF, bare CR and `CR LF . CR CR LF` are content, byte
/// for byte, so that nobody can hide a second mail in a first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Dots {
    /// At the start of a line.
    #[default]
    Start,
    /// Within a line.
    Text,
    /// After a CR.
    Cr,
    /// After a dot that began a line and was left out.
    Dot,
    /// After such a dot and a CR, neither passed on.
    DotCr,
    /// The end was seen.
    End,
}

impl Dots {
    /// Reads from `input` up to the end of the data or of the input, appends the content to `out`, and returns how many
    /// bytes it took.
    pub(crate) fn feed(&mut self, input: &[u8], out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            match (*self, byte) {
                (Self::End, _) => return at,
                (Self::Start, b'.') => *self = Self::Dot,
                (Self::Dot, b'\r') => *self = Self::DotCr,
                (Self::DotCr, b'\n') => *self = Self::End,
                (Self::DotCr, _) => {
                    // The dot was stuffing after all; the CR that was held back is content, and this byte is seen again.
                    out.push(b'\r');
                    *self = Self::Cr;
                    continue;
                }
                (Self::Cr, b'\n') => {
                    out.push(byte);
                    *self = Self::Start;
                }
                (_, b'\r') => {
                    out.push(byte);
                    *self = Self::Cr;
                }
                _ => {
                    let rest = input.get(at..).unwrap_or_default();
                    let run = memchr(b'\r', rest).unwrap_or(rest.len());
                    out.extend_from_slice(rest.get(..run).unwrap_or_default());
                    *self = Self::Text;
                    at += run;
                    continue;
                }
            }
            at += 1;
        }
        at
    }

    /// Whether the end was seen.
    pub(crate) fn is_end(self) -> bool {
        self == Self::End
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The content of a whole DATA transfer and the number of bytes that it took, or `None` if its end is missing.
    fn decode_dots(transfer: &[u8]) -> Option<(Vec<u8>, usize)> {
        let (mut dots, mut content) = (Dots::default(), Vec::new());
        let taken = dots.feed(transfer, &mut content);
        dots.is_end().then_some((content, taken))
    }

    /// What a client does: doubles each dot that begins a line, completes the last line, adds the end.
    fn stuff(body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut start = true;
        for (at, &byte) in body.iter().enumerate() {
            if start && byte == b'.' {
                out.push(b'.');
            }
            out.push(byte);
            start = byte == b'\n' && at > 0 && body[at - 1] == b'\r';
        }
        if !start {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
        out
    }

    fn in_pieces(wire: &[u8], sizes: &[usize]) -> (Vec<u8>, usize, bool) {
        let (mut dots, mut out, mut taken, mut rest) = (Dots::default(), Vec::new(), 0, wire);
        let mut sizes = sizes.iter().cycle();
        while !rest.is_empty() && !dots.is_end() {
            let (piece, tail) = rest.split_at((*sizes.next().unwrap_or(&1)).clamp(1, rest.len()));
            taken += dots.feed(piece, &mut out);
            rest = tail;
        }
        (out, taken, dots.is_end())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn every_body_survives_byte_for_byte_in_any_pieces(
            body in proptest::collection::vec(prop_oneof![Just(b'.'), Just(b'\r'), Just(b'\n'), Just(b'a'), any::<u8>()], 0..60),
            sizes in proptest::collection::vec(1_usize..9, 1..9),
        ) {
            let wire = stuff(&body);
            let mut expected = body.clone();
            if !body.is_empty() && !body.ends_with(b"\r\n") {
                expected.extend_from_slice(b"\r\n");
            }
            let mut followed = wire.clone();
            followed.extend_from_slice(b"QUIT\r\n");
            let (content, taken, end) = in_pieces(&followed, &sizes);
            prop_assert!(end);
            prop_assert_eq!(taken, wire.len());
            prop_assert_eq!(content, expected);
        }
    }

    #[test]
    fn only_the_real_end_ends() {
        let smuggling: &[&[u8]] = &[
            b"\n.\n",
            b"\n.\r\n",
            b"\r\n.\n",
            b"\r.\r\n",
            b"\r.\r",
            b"\r\n.\r",
            b"\r\n.\r\r\n",
            b"\r\n\0.\r\n",
            b"\r\n.\0\r\n",
        ];
        for sequence in smuggling {
            let mut wire = b"hello".to_vec();
            wire.extend_from_slice(sequence);
            wire.extend_from_slice(b"MAIL FROM:<x@example.com>\r\n.\r\n");
            let (content, taken) = decode_dots(&wire).unwrap();
            assert_eq!(taken, wire.len(), "{sequence:?}");
            assert!(content.ends_with(b"MAIL FROM:<x@example.com>\r\n"), "{sequence:?}");
        }
    }

    #[test]
    fn an_empty_message_and_a_missing_end() {
        assert_eq!(decode_dots(b".\r\nrest"), Some((Vec::new(), 3)));
        assert_eq!(decode_dots(b"..\r\n.\r\n"), Some((b".\r\n".to_vec(), 7)));
        assert_eq!(decode_dots(b"abc\r\n."), None);
    }
}
