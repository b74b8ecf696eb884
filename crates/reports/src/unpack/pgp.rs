//! OpenPGP in text (RFC 9580 section 7): the text of a cleartext signature; what is sealed is said.

use std::borrow::Cow;

use super::Kind;
use crate::mime::{Body, Part};

const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// Whether a text is signed or sealed.
pub(super) fn kind(text: &str) -> Option<Kind> {
    let is_line = |line: &&str, what: &str| line.trim_end() == what;
    if text.lines().any(|line| is_line(&line, SIGNED)) {
        Some(Kind::PgpText)
    } else if text.lines().any(|line| is_line(&line, "-----BEGIN PGP MESSAGE-----")) {
        Some(Kind::PgpSealed)
    } else {
        None
    }
}

/// The part with the armour of its first signature taken off and its dashes restored.
pub(super) fn open<'a>(text: &str, part: &Part<'_>) -> Option<Part<'a>> {
    let at = text.find(SIGNED)?;
    let mut out = text[..at].to_owned();
    let mut lines = text[at..].split_inclusive('\n').skip(1);
    // `Hash: SHA256`, then an empty line.
    for line in lines.by_ref() {
        if line.trim().is_empty() {
            break;
        }
        if !line.contains(':') {
            out.push_str(line);
            break;
        }
    }
    let mut in_signature = false;
    for line in lines {
        let bare = line.trim_end();
        match bare {
            SIGNATURE => in_signature = true,
            END if in_signature => in_signature = false,
            // A second signature in the text is left as it is: its armour harms no reader.
            _ if in_signature => {}
            _ => out.push_str(line.strip_prefix("- ").unwrap_or(line)),
        }
    }
    // What is left of another signed text must not be opened again and again.
    let out = out.replace(SIGNED, "");
    Some(Part {
        kind: part.kind.clone(),
        name: part.name.clone(),
        alternative: part.alternative,
        attached: part.attached,
        body: Body::Text(Cow::Owned(out)),
    })
}
