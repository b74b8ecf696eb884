//! Requests of Postfix's policy delegation protocol (SMTPD_POLICY_README): lines `name=value` in any order, then an empty line.

use memchr::memchr;

/// Most bytes of a request; Postfix' own come to one or two thousand, with large certificates a few more.
pub const MAX_REQUEST: usize = 64 << 10;
/// Most lines of a request.
const MAX_LINES: usize = 128;

macro_rules! attributes {
    ($($variant:ident $name:literal $about:literal,)*) => {
        /// An attribute of a request. The comments say since which Postfix it is sent, where not since the beginning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Attribute {
            $(#[doc = $about] $variant,)*
        }

        impl Attribute {
            /// Every attribute, in the order in which Postfix sends them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
            const NAMES: &[&[u8]] = &[$($name.as_bytes(),)*];
        }
    };
}

attributes! {
    Request "request" "`smtpd_access_policy`",
    ProtocolState "protocol_state" "CONNECT, EHLO, HELO, MAIL, RCPT, DATA, END-OF-MESSAGE, VRFY or ETRN",
    ProtocolName "protocol_name" "SMTP or ESMTP",
    ClientAddress "client_address" "IPv4 dotted or IPv6 without brackets",
    ClientName "client_name" "Verified name, or `unknown`",
    ClientPort "client_port" "3.0",
    ReverseClientName "reverse_client_name" "2.2: the name without verification",
    ServerAddress "server_address" "3.2",
    ServerPort "server_port" "3.2",
    HeloName "helo_name" "What the client calls itself",
    Sender "sender" "Envelope sender",
    Recipient "recipient" "Envelope recipient, in the RCPT state, later if there is only one",
    RecipientCount "recipient_count" "Not zero only from DATA on",
    QueueId "queue_id" "Empty before the first recipient was accepted",
    Instance "instance" "Ties the requests of one mail together",
    Size "size" "The client's word in MAIL, the truth at the end of the message",
    EtrnDomain "etrn_domain" "Of ETRN",
    Stress "stress" "2.5: `yes` when the server is overloaded",
    SaslMethod "sasl_method" "2.2",
    SaslUsername "sasl_username" "2.2: the account",
    SaslSender "sasl_sender" "2.2: AUTH= of MAIL",
    CcertSubject "ccert_subject" "2.2, xtext",
    CcertIssuer "ccert_issuer" "2.2, xtext",
    CcertFingerprint "ccert_fingerprint" "2.2",
    CcertPubkeyFingerprint "ccert_pubkey_fingerprint" "2.9",
    EncryptionProtocol "encryption_protocol" "2.3",
    EncryptionCipher "encryption_cipher" "2.3",
    EncryptionKeysize "encryption_keysize" "2.3",
    TlsSni "tls_sni" "3.12",
    PolicyContext "policy_context" "3.1: which of several services asks",
    CompatibilityLevel "compatibility_level" "3.8",
    MailVersion "mail_version" "3.8",
}

/// A request; attributes that were not sent are empty.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    values: [&'r [u8]; Attribute::ALL.len()],
}

impl<'r> Request<'r> {
    /// The request that `bytes` begin with, and how many bytes it and its empty line take. Nothing if more bytes must come; an
    /// error if what came can be no request: then the connection is to be closed without an answer.
    pub fn read(bytes: &'r [u8]) -> Result<Option<(Self, usize)>, &'static str> {
        let mut request = Self { values: [b""; Attribute::ALL.len()] };
        let (mut at, mut next, mut lines) = (0, 0, 0);
        loop {
            let Some(len) = memchr(b'\n', &bytes[at..]) else {
                return if bytes.len() > MAX_REQUEST { Err("the request is too long") } else { Ok(None) };
            };
            let line = &bytes[at..at + len];
            at += len + 1;
            if line.is_empty() {
                let kind = request.get(Attribute::Request);
                if memchr(0, &bytes[..at]).is_some() {
                    return Err("the request has a NUL in it");
                }
                return if kind == b"smtpd_access_policy" {
                    Ok(Some((request, at)))
                } else {
                    Err("the request is of no known kind")
                };
            }
            lines += 1;
            let Some(equals) = memchr(b'=', line).filter(|_| lines <= MAX_LINES && at <= MAX_REQUEST) else {
                return Err("the request has a line without a name, or too many lines");
            };
            if let Some(index) = index(&line[..equals], next) {
                next = index + 1;
                // Of an attribute that comes twice, the first counts.
                if request.values[index].is_empty() {
                    request.values[index] = &line[equals + 1..];
                }
            }
        }
    }

    /// An attribute's bytes.
    pub const fn get(&self, attribute: Attribute) -> &'r [u8] {
        self.values[attribute as usize]
    }

    /// An attribute as text; what is no UTF-8 is empty.
    pub fn text(&self, attribute: Attribute) -> &'r str {
        std::str::from_utf8(self.get(attribute)).unwrap_or_default()
    }
}

/// Which attribute has this name. Postfix sends them in order: the one after the last is tried first.
fn index(name: &[u8], next: usize) -> Option<usize> {
    if Attribute::NAMES.get(next).is_some_and(|usual| *usual == name) {
        return Some(next);
    }
    Attribute::NAMES.iter().position(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SENT: &[u8] = b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=2001:db8::1\nsender=a=b@example.com\nrecipient=\nsasl_username=taro\nunheard_of=x\nsasl_username=jiro\n\nrequest=";

    #[test]
    fn a_request_is_read_in_any_pieces_and_an_unknown_attribute_is_passed_over() {
        for end in 0..SENT.len() - 9 {
            assert!(Request::read(&SENT[..end]).unwrap().is_none(), "{end}");
        }
        let (request, len) = Request::read(SENT).unwrap().unwrap();
        assert_eq!(len, SENT.len() - 8);
        assert_eq!(request.text(Attribute::ClientAddress), "2001:db8::1");
        assert_eq!(
            (request.text(Attribute::Sender), request.text(Attribute::SaslUsername)),
            ("a=b@example.com", "taro")
        );
        assert_eq!((request.get(Attribute::Recipient), request.get(Attribute::Size)), (b"".as_slice(), b"".as_slice()));
    }

    #[test]
    fn every_attribute_is_read() {
        let names = Attribute::NAMES.iter().map(|name| String::from_utf8_lossy(name));
        let lines: String = names
            .map(|name| {
                if name == "request" {
                    "request=smtpd_access_policy\n".to_owned()
                } else {
                    format!("{name}=v-{name}\n")
                }
            })
            .collect();
        let text = lines + "\n";
        let (request, _) = Request::read(text.as_bytes()).unwrap().unwrap();
        for (attribute, name) in Attribute::ALL.iter().zip(Attribute::NAMES).skip(1) {
            assert_eq!(request.text(*attribute), format!("v-{}", String::from_utf8_lossy(name)));
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for wrong in
            [b"\n".as_slice(), b"GET / HTTP/1.1\n\n", b"request=other\n\n", b"request=smtpd_access_policy\na=\0\n\n"]
        {
            assert!(Request::read(wrong).is_err(), "{wrong:?}");
        }
        assert!(Request::read(&vec![b'a'; MAX_REQUEST]).unwrap().is_none());
        assert!(Request::read(&vec![b'a'; MAX_REQUEST + 1]).is_err());
        assert!(Request::read(&b"a=b\n".repeat(MAX_LINES + 1)).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[a-z_=\n]{0,400}") {
            let _ = Request::read(&bytes);
            let _ = Request::read(text.as_bytes());
        }
    }
}
