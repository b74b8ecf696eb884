//! A mail of the outbox as bytes (RFC 5322, 2045, 2047), made by lettre.

use jiff::Timestamp;
use lettre::Address;
use lettre::address::{AddressError, Envelope};
use lettre::message::header::{ContentDisposition, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use model::MailId;
use store::mails::MailRow;

use super::draft::{Attachment, Auto, Head};
use crate::DeskError;
use crate::why::reasons;

/// A composed mail on its way to a channel.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its number in the outbox.
    pub id: MailId,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Envelope sender; absent: the null sender.
    pub from: Option<Address>,
    /// Whom it is for.
    pub to: Address,
    /// Who gets a copy, unseen. That it cannot be delivered there does not keep the mail from leaving.
    pub copy_to: Option<Address>,
    /// The mail, lines ended by CRLF.
    pub bytes: Vec<u8>,
}

/// Composes `mail` as sent at `now` by `sender_name`; `copy_to` may be empty.
pub(super) fn compose(mail: &MailRow, sender_name: &str, copy_to: &str, now: Timestamp) -> Result<Outgoing, DeskError> {
    let head: Head = serde_json::from_value(mail.headers.clone())
        .map_err(|error| DeskError::Invalid(reasons::mail_head_damaged(mail.id, error.to_string())))?;
    let to = address(&mail.to)?;
    let from = head.envelope_from.as_deref().map(address).transpose()?;
    let builder = builder(mail, &head, sender_name, to.clone(), now)?;
    // lettre wants an envelope; ours goes to the channel, where the copy is handled apart.
    let envelope = Envelope::new(from.clone(), vec![to.clone()]).map_err(invalid)?;
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.body.clone());
    let files: Vec<Attachment> = match &mail.attachments {
        None => Vec::new(),
        Some(files) => serde_json::from_value(files.clone())
            .map_err(|error| DeskError::Invalid(reasons::mail_files_damaged(mail.id, error.to_string())))?,
    };
    let message: Message = if files.is_empty() {
        builder.envelope(envelope).singlepart(text)
    } else {
        // A boundary made from the number: the same mail is composed to the same bytes each time.
        let parts = MultiPart::mixed().boundary(format!("=_mimawari_{}_=", mail.id)).singlepart(text);
        let parts =
            files.into_iter().try_fold(parts, |parts, file| Ok::<_, DeskError>(parts.singlepart(part(file)?)))?;
        builder.envelope(envelope).multipart(parts)
    }
    .map_err(invalid)?;
    let copy_to = Some(copy_to).filter(|copy| !copy.is_empty()).map(address).transpose()?;
    Ok(Outgoing { id: mail.id, message_id: mail.message_id.clone(), from, to, copy_to, bytes: message.formatted() })
}

fn builder(
    mail: &MailRow,
    head: &Head,
    sender_name: &str,
    to: Address,
    now: Timestamp,
) -> Result<MessageBuilder, DeskError> {
    let brackets = |id: &String| format!("<{id}>");
    let mut builder = Message::builder()
        .date(now.into())
        .from(Mailbox::new(Some(name(sender_name)).filter(|name| !name.is_empty()), address(&mail.from)?))
        .to(Mailbox::new(head.to_name.as_deref().map(name).filter(|name| !name.is_empty()), to))
        .subject(text::wording::clean(&mail.subject, 200))
        .message_id(Some(brackets(&mail.message_id)));
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address(reply_to)?));
    }
    if let Some(id) = head.in_reply_to.as_ref().filter(|id| is_message_id(id)) {
        builder = builder.in_reply_to(brackets(id));
    }
    let references: Vec<String> = head.references.iter().filter(|id| is_message_id(id)).map(brackets).collect();
    if !references.is_empty() {
        builder = builder.references(references.join(" "));
    }
    let auto = match head.auto {
        Auto::No => None,
        Auto::Generated => Some("auto-generated"),
        Auto::Replied => Some("auto-replied"),
    };
    if let Some(auto) = auto {
        builder = builder.raw_header(header("Auto-Submitted", auto));
    }
    if head.auto == Auto::Replied {
        // Exchange does not know RFC 3834.
        builder = builder.raw_header(header("X-Auto-Response-Suppress", "All"));
    }
    Ok(builder.raw_header(header("X-Mimawari-Loop", &mail.from)))
}

fn part(file: Attachment) -> Result<SinglePart, DeskError> {
    let mime = if file.mime.starts_with("text/") { format!("{}; charset=utf-8", file.mime) } else { file.mime };
    let mime = ContentType::parse(&mime)
        .map_err(|error| DeskError::Invalid(reasons::file_type_wrong(&file.name, error.to_string())))?;
    Ok(SinglePart::builder().header(mime).header(ContentDisposition::attachment(&file.name)).body(file.text))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A display name: one line, of a length that mail programs show.
fn name(text: &str) -> String {
    text::wording::clean(text, 80)
}

/// What may stand between angle brackets in a head: whoever wrote to us chose it.
fn is_message_id(id: &str) -> bool {
    (3..=250).contains(&id.len())
        && id.contains('@')
        && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>')
}

fn address(text: &str) -> Result<Address, DeskError> {
    let wrong = |error: AddressError| DeskError::Invalid(reasons::address_wrong(text, error.to_string()));
    text.trim().parse().map_err(wrong)
}

fn invalid(error: impl std::fmt::Display) -> DeskError {
    DeskError::Invalid(reasons::mail_cannot_be_composed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use model::Lang;
    use serde_json::json;
    use store::mails::MailState;

    use super::*;

    fn mail() -> MailRow {
        let head = Head {
            auto: Auto::Generated,
            to_name: Some("山田 太郎".repeat(10)),
            envelope_from: Some("abuse+b7.x@example.jp".to_owned()),
            in_reply_to: Some("a@example.com".to_owned()),
            references: vec![
                "a@example.com".to_owned(),
                "x>\r\nBcc: evil@example.com".to_owned(),
                "b@example.com".to_owned(),
            ],
            ..Head::default()
        };
        MailRow {
            id: MailId(7),
            case: None,
            report: None,
            kind: "customer-reminder".to_owned(),
            audience: "customer".to_owned(),
            to: "taro@example.com".to_owned(),
            from: "abuse@example.jp".to_owned(),
            reply_to: Some("abuse+c7.x@example.jp".to_owned()),
            subject: "【重要】お客様のサーバからの通信について（M-2026-000123）ご確認のお願い\r\nBcc: evil@example.com"
                .to_owned(),
            body: "本文\n.\nFrom here\n".to_owned(),
            attachments: Some(json!([{"name": "a.txt", "mime": "text/plain", "text": "添付\n"}])),
            headers: json!(head),
            lang: Lang::Ja,
            message_id: "m7.x@example.jp".to_owned(),
            dedupe: String::new(),
            state: MailState::Sending,
            not_before: Timestamp::UNIX_EPOCH,
            created_at: Timestamp::UNIX_EPOCH,
            sending_at: None,
            sent_at: None,
            attempts: 1,
            last_error: None,
            owner: None,
            basis: None,
        }
    }

    fn composed(mail: &MailRow) -> String {
        let at = "2026-11-22T05:05:08Z".parse().unwrap();
        String::from_utf8(compose(mail, "見回りインターネット株式会社", "copies@example.jp", at).unwrap().bytes)
            .unwrap()
    }

    #[test]
    fn the_head_is_ascii_short_and_nobody_can_add_to_it() {
        let bytes = composed(&mail());
        let head = bytes.split_once("\r\n\r\n").unwrap().0;
        assert!(head.is_ascii());
        for line in bytes.split("\r\n") {
            assert!(line.len() <= 998 && !line.contains('\n'), "{line}");
        }
        for word in head.split_ascii_whitespace().filter(|word| word.contains("=?")) {
            let word = &word[word.find("=?").unwrap()..word.rfind("?=").unwrap() + 2];
            assert!(word.len() <= 75, "{word}");
        }
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(!bytes.contains("evil@example.com>"));
        for field in [
            "Date: Sun, 22 Nov 2026 05:05:08 +0000",
            "Message-ID: <m7.x@example.jp>",
            "In-Reply-To: <a@example.com>",
            "References: <a@example.com> <b@example.com>",
            "Reply-To: abuse+c7.x@example.jp",
            "Auto-Submitted: auto-generated",
            "X-Mimawari-Loop: abuse@example.jp",
            "MIME-Version: 1.0",
        ] {
            assert!(head.lines().any(|line| line == field), "{field}\n{head}");
        }
        assert!(!head.contains("copies@example.jp") && !head.contains("List-"));
    }

    #[test]
    fn the_same_mail_is_composed_to_the_same_bytes() {
        assert_eq!(composed(&mail()), composed(&mail()));
    }

    #[test]
    fn a_person_is_no_machine_and_the_null_sender_is_kept() {
        let mut row = mail();
        row.headers = json!(Head { auto: Auto::No, ..Head::default() });
        row.attachments = None;
        let out = compose(&row, "x", "", Timestamp::UNIX_EPOCH).unwrap();
        let bytes = String::from_utf8(out.bytes).unwrap();
        assert!(out.from.is_none() && out.copy_to.is_none());
        assert!(!bytes.contains("Auto-Submitted") && !bytes.contains("multipart"));
    }
}
