//! Signed addresses and Message-IDs: how an answer finds its case, and nobody else gets in.
//!
//! A Message-ID is `m<mail>.<token>@<domain>`, a reply address `<desk>+<side><number>.<token>@<domain>`; the token is an HMAC
//! of what stands before it. Whoever knows only the number of a case cannot make either.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use model::{CaseId, MailId, ReportId};
use sha2::Sha256;

use crate::DeskError;
use crate::why::reasons;

/// Name of the key in the store.
const KEY_NAME: &str = "mail";
/// Bytes of a token: 80 bits; guessing takes 2^79 mails.
const TOKEN_BYTES: usize = 10;
/// Longest address that is looked at (RFC 5321, 4.5.3.1).
const MAX_ADDRESS: usize = 320;
/// Message-IDs of ours that are looked for in one mail.
const MAX_IDS: usize = 50;

/// Where a reply address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The customer's (or reseller's) side of a case.
    Customer(CaseId),
    /// The reporters' side of a case.
    Reporter(CaseId),
    /// A report that has no case.
    Report(ReportId),
    /// The sender of one mail: where its bounces go.
    Mail(MailId),
}

impl Target {
    fn tag(self) -> String {
        match self {
            Self::Customer(case) => format!("c{case}"),
            Self::Reporter(case) => format!("r{case}"),
            Self::Report(report) => format!("q{report}"),
            Self::Mail(mail) => format!("b{mail}"),
        }
    }

    fn parse(tag: &str) -> Option<Self> {
        let number = || tag.get(1..)?.parse::<i64>().ok().filter(|number| *number > 0);
        Some(match tag.as_bytes().first()?.to_ascii_lowercase() {
            b'c' => Self::Customer(CaseId(number()?)),
            b'r' => Self::Reporter(CaseId(number()?)),
            b'q' => Self::Report(ReportId(number()?)),
            b'b' => Self::Mail(MailId(number()?)),
            _ => return None,
        })
    }
}

/// Makes and checks signed addresses for one desk.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Vec<u8>,
    local: String,
    domain: String,
    plus: bool,
}

impl Signer {
    /// A signer for `desk_mail` with the key that is stored as text.
    pub(crate) fn new(key: &str, desk_mail: &str, plus: bool) -> Result<Self, DeskError> {
        let key = URL_SAFE_NO_PAD
            .decode(key)
            .map_err(|error| DeskError::Invalid(reasons::mail_key_damaged(error.to_string())))?;
        let (local, domain) = desk_mail
            .rsplit_once('@')
            .filter(|(local, domain)| !local.is_empty() && !domain.is_empty())
            .ok_or_else(|| DeskError::Invalid(reasons::desk_mail_wrong(desk_mail)))?;
        Ok(Self { key, local: local.to_owned(), domain: domain.to_ascii_lowercase(), plus })
    }

    /// The desk's own address.
    pub(crate) fn desk_mail(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    /// The address under which answers lead to `target`.
    pub(crate) fn address(&self, target: Target) -> String {
        if !self.plus {
            return self.desk_mail();
        }
        let tag = target.tag();
        format!("{}+{tag}.{}@{}", self.local, self.token("to", &tag), self.domain)
    }

    /// Where an address leads, if we made it. Letter case does not matter: mail programs change it.
    pub(crate) fn target(&self, address: &str) -> Option<Target> {
        let address = address.trim().trim_start_matches('<').trim_end_matches('>');
        if address.len() > MAX_ADDRESS {
            return None;
        }
        let (local, domain) = address.rsplit_once('@')?;
        if !domain.eq_ignore_ascii_case(&self.domain) {
            return None;
        }
        let (desk, tagged) = local.split_once('+')?;
        let (tag, token) = tagged.split_once('.')?;
        if !desk.eq_ignore_ascii_case(&self.local) {
            return None;
        }
        self.is_token("to", &tag.to_ascii_lowercase(), token).then(|| Target::parse(tag))?
    }

    /// The Message-ID of a mail, without brackets; always the same.
    pub(crate) fn message_id(&self, mail: MailId) -> String {
        let tag = format!("m{mail}");
        format!("{tag}.{}@{}", self.token("id", &tag), self.domain)
    }

    /// The mail that has this Message-ID, if it is ours.
    pub(crate) fn own_message(&self, message_id: &str) -> Option<MailId> {
        let (left, domain) = message_id.trim().trim_start_matches('<').trim_end_matches('>').rsplit_once('@')?;
        let (tag, token) = left.split_once('.')?;
        let number = tag.strip_prefix('m')?.parse().ok()?;
        (domain.eq_ignore_ascii_case(&self.domain) && self.is_token("id", tag, token)).then_some(MailId(number))
    }

    /// Every Message-ID of ours anywhere in `raw`: a bounce quotes the mail that came back.
    pub(crate) fn own_messages_in(&self, raw: &[u8]) -> Vec<MailId> {
        let text = String::from_utf8_lossy(raw);
        let mut found = Vec::new();
        for (at, _) in text.match_indices("<m").take(MAX_IDS) {
            let candidate = text[at + 1..].split(['>', '\n', ' ']).next().unwrap_or_default();
            if let Some(mail) = self.own_message(candidate)
                && !found.contains(&mail)
            {
                found.push(mail);
            }
        }
        found
    }

    /// Whether `address` is one of the desk's own, with or without a tag.
    pub(crate) fn is_own(&self, address: &str) -> bool {
        address.trim().rsplit_once('@').is_some_and(|(local, domain)| {
            let plain = local.split('+').next().unwrap_or(local);
            domain.eq_ignore_ascii_case(&self.domain) && plain.eq_ignore_ascii_case(&self.local)
        })
    }

    /// Lower-case base 32 without digits that look like letters: survives programs that change letter case.
    fn token(&self, purpose: &str, tag: &str) -> String {
        let mac = self.mac(purpose, tag);
        base32(&mac[..TOKEN_BYTES])
    }

    fn is_token(&self, purpose: &str, tag: &str, token: &str) -> bool {
        // The comparison takes the same time wherever the first difference is.
        let own = self.token(purpose, tag);
        let token = token.to_ascii_lowercase();
        own.len() == token.len() && own.bytes().zip(token.bytes()).fold(0, |different, (a, b)| different | (a ^ b)) == 0
    }

    fn mac(&self, purpose: &str, tag: &str) -> Vec<u8> {
        // HMAC takes keys of any length; there is no error to handle.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return vec![0; TOKEN_BYTES];
        };
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(tag.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[usize::try_from((buffer >> bits) & 31).unwrap_or(0)]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[usize::try_from((buffer << (5 - bits)) & 31).unwrap_or(0)]));
    }
    text
}

/// A fresh key as it is stored.
fn fresh_key() -> Result<String, DeskError> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(DeskError::no_randomness)?;
    Ok(URL_SAFE_NO_PAD.encode(key))
}

impl crate::Desk {
    /// The signer of this desk; its key is made with the first mail.
    pub(crate) async fn signer(&self, tx: &mut store::Tx) -> Result<Signer, DeskError> {
        let key = match store::mails::secret(tx, KEY_NAME).await? {
            Some(key) => key,
            None => tx.secret(KEY_NAME, &fresh_key()?, self.clock.now()).await?,
        };
        Signer::new(&key, &self.settings.provider.desk_mail, self.settings.mail.plus_addressing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::new(&URL_SAFE_NO_PAD.encode([7; 32]), "abuse@example.jp", true).unwrap()
    }

    #[test]
    fn what_was_signed_is_found_again_in_any_letter_case() {
        let signer = signer();
        for target in [
            Target::Customer(CaseId(12)),
            Target::Reporter(CaseId(12)),
            Target::Report(ReportId(i64::MAX)),
            Target::Mail(MailId(3)),
        ] {
            let address = signer.address(target);
            assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
            assert_eq!(signer.target(&address), Some(target));
            assert_eq!(signer.target(&format!("<{}>", address.to_ascii_uppercase())), Some(target));
            assert!(signer.is_own(&address));
        }
        let id = signer.message_id(MailId(99));
        assert_eq!(signer.own_message(&format!("<{id}>")), Some(MailId(99)));
        assert_eq!(id, signer.message_id(MailId(99)));
    }

    #[test]
    fn nobody_else_can_make_one() {
        let signer = signer();
        let customer = signer.address(Target::Customer(CaseId(12)));
        // The sides have different tokens, and so have a mail's Message-ID and its bounce address.
        for forged in [
            customer.replace("+c12", "+r12"),
            customer.replace("+c12", "+c13"),
            customer.replace("+c12.", "+c12."[..4].to_owned().as_str()),
            customer.replace("example.jp", "example.com"),
            "abuse+c12.aaaaaaaaaaaaaaaa@example.jp".to_owned(),
            "abuse+c12.@example.jp".to_owned(),
            "abuse+c12@example.jp".to_owned(),
            "abuse@example.jp".to_owned(),
            String::new(),
            "+.@".to_owned(),
            "あ+い.う@example.jp".to_owned(),
        ] {
            assert_eq!(signer.target(&forged), None, "{forged}");
        }
        let other = Signer::new(&URL_SAFE_NO_PAD.encode([8; 32]), "abuse@example.jp", true).unwrap();
        assert_eq!(other.own_message(&signer.message_id(MailId(99))), None);
        assert_eq!(other.target(&customer), None);
    }

    #[test]
    fn a_bounce_shows_which_mail_it_brings_back() {
        let signer = signer();
        let raw = format!(
            "Subject: Undelivered\n\nMessage-ID: <{}>\nReferences: <m1.zzz@example.jp>\n <{}>\n\u{fffd}<m",
            signer.message_id(MailId(5)),
            signer.message_id(MailId(5))
        );
        assert_eq!(signer.own_messages_in(raw.as_bytes()), [MailId(5)]);
        assert!(signer.own_messages_in(&[0xff, b'<', b'm', 0xfe]).is_empty());
    }
}
