//! The words with which mail programs pass a mail on, in the languages of the world.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a field of the passed-on mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    From,
    To,
    Cc,
    ReplyTo,
    Date,
    Subject,
    MessageId,
    /// The requester of a ticket: its sender.
    Requester,
    /// A field that belongs to the block and says nothing of use.
    Other,
}

impl Key {
    /// The field name of RFC 5322.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::From | Self::Requester => Some("From"),
            Self::To => Some("To"),
            Self::Cc => Some("Cc"),
            Self::ReplyTo => Some("Reply-To"),
            Self::Date => Some("Date"),
            Self::Subject => Some("Subject"),
            Self::MessageId => Some("Message-ID"),
            Self::Other => None,
        }
    }
}

/// Field names in lower case.
const KEYS: &[(Key, &[&str])] = &[
    (
        Key::From,
        &[
            "from",
            "von",
            "de",
            "da",
            "van",
            "från",
            "fra",
            "od",
            "lähettäjä",
            "от",
            "от кого",
            "від",
            "kimden",
            "gönderen",
            "feladó",
            "expéditeur",
            "mittente",
            "remitente",
            "remetente",
            "afzender",
            "nadawca",
            "отправитель",
            "差出人",
            "送信者",
            "送信元",
            "发件人",
            "寄件者",
            "寄件人",
            "보낸 사람",
            "보낸사람",
            "보낸이",
        ],
    ),
    (
        Key::To,
        &[
            "to",
            "an",
            "à",
            "a",
            "para",
            "aan",
            "till",
            "til",
            "do",
            "komu",
            "vastaanottaja",
            "кому",
            "kime",
            "címzett",
            "宛先",
            "送信先",
            "收件人",
            "收件者",
            "받는 사람",
            "받는사람",
            "destinataire",
            "pour",
            "destinatario",
            "destinatário",
            "adresat",
            "받는이",
        ],
    ),
    (Key::Cc, &["cc", "kopie", "copie", "kopia", "копия", "抄送", "副本", "참조", "ｃｃ"]),
    (Key::ReplyTo, &["reply-to", "antwort an", "répondre à", "responder a", "rispondi a", "返信先"]),
    (
        Key::Date,
        &[
            "date",
            "sent",
            "created",
            "datum",
            "gesendet",
            "envoyé",
            "envoyé le",
            "fecha",
            "enviado",
            "enviado el",
            "data",
            "inviato",
            "enviada em",
            "verzonden",
            "skickat",
            "sendt",
            "lähetetty",
            "wysłano",
            "odesláno",
            "дата",
            "отправлено",
            "tarih",
            "gönderildi",
            "küldve",
            "日付",
            "日時",
            "送信日時",
            "送信日",
            "发送时间",
            "日期",
            "寄件日期",
            "날짜",
            "보낸 날짜",
        ],
    ),
    (
        Key::Subject,
        &[
            "subject",
            "betreff",
            "objet",
            "sujet",
            "asunto",
            "oggetto",
            "assunto",
            "onderwerp",
            "ämne",
            "emne",
            "aihe",
            "temat",
            "předmět",
            "тема",
            "konu",
            "tárgy",
            "件名",
            "主题",
            "主旨",
            "제목",
        ],
    ),
    (Key::MessageId, &["message-id"]),
    (Key::Requester, &["requestor", "requestors", "requester"]),
    (
        Key::Other,
        &[
            "queue",
            "owner",
            "status",
            "ticket",
            "transaction",
            "priority",
            "importance",
            "organization",
            "wichtigkeit",
            "importância",
            "attachments",
            "anlagen",
            "添付ファイル",
            "重要度",
            "resent-from",
            "bcc",
            "x-mailer",
        ],
    ),
];

/// The names, each with what it is; of two fields of one name the first in [`KEYS`] is meant.
static NAMES: LazyLock<HashMap<&str, Key>> = LazyLock::new(|| {
    let all = KEYS.iter().rev().flat_map(|(key, names)| names.iter().map(|name| (*name, *key)));
    all.collect()
});

/// Beginnings of lines that only a forward has.
const FORWARDED: &[&str] = &[
    "forwarded message",
    "begin forwarded message",
    "forwarded by",
    "start of forwarded message",
    "forwarded mail",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten",
    "message transféré",
    "début du message transféré",
    "début du message réexpédié",
    "message réexpédié",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "mensagem encaminhada",
    "início da mensagem encaminhada",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "vidarebefordrat",
    "videresendt",
    "välitetty viesti",
    "wiadomość przekazana",
    "przekazana wiadomość",
    "přeposlaná zpráva",
    "пересылаемое сообщение",
    "пересланное сообщение",
    "начало переадресованного",
    "iletilen mesaj",
    "továbbított üzenet",
    "転送メッセージ",
    "転送されたメッセージ",
    "転送元メッセージ",
    "転送メール",
    "以下、転送",
    "以下転送",
    "转发的邮件",
    "转发邮件",
    "轉寄的郵件",
    "전달된 메시지",
    "start of abuse report",
    "original abuse report",
    "original complaint",
    "original report",
];

/// Beginnings of lines that a forward and a reply have.
const ORIGINAL: &[&str] = &[
    "original message",
    "ursprüngliche nachricht",
    "original-nachricht",
    "originalnachricht",
    "message d'origine",
    "message d’origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "alkuperäinen viesti",
    "oryginalna wiadomość",
    "исходное сообщение",
    "元のメッセージ",
    "原始邮件",
    "原始郵件",
    "원본 메시지",
];

/// Beginnings of subjects of forwards.
const SUBJECTS: &[&str] = &[
    "fw:",
    "fwd:",
    "fwd ",
    "[fwd",
    "wg:",
    "tr:",
    "rv:",
    "i:",
    "enc:",
    "doorst:",
    "vs:",
    "vb:",
    "videresendt:",
    "pd:",
    "přeposl:",
    "转发:",
    "转发：",
    "轉寄:",
    "転送:",
    "転送：",
    "fw：",
    "fwd：",
    "전달:",
    "ilt:",
];

/// Beginnings of lines behind the passed-on mail.
const ENDS: &[&str] = &["end forwarded message", "end of forwarded message", "ende der weitergeleiteten", "転送終わり"];

/// A line with the rules and stars around its words taken off, in lower case.
fn words(line: &str) -> String {
    let rule =
        |c: char| matches!(c, '-' | '=' | '_' | '*' | '~' | '#' | '+' | ':' | '：' | '─' | '━' | '<' | '[' | ']' | '>');
    line.trim_matches(|c: char| c.is_whitespace() || rule(c)).to_lowercase()
}

/// What a line announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A passed-on mail.
    Forward,
    /// A passed-on or an answered mail.
    Original,
}

/// What this line announces, if anything.
pub(super) fn mark(line: &str) -> Option<Mark> {
    // A sentence that speaks of forwards is no mark, and most lines are told from one by their ends.
    let bare = line.trim();
    let ruled = bare.starts_with(['-', '=', '_', '*', '~', '#', '+', '─', '━']);
    let labelled = bare.ends_with([':', '：']);
    let by = bare.get(..12).is_some_and(|head| head.eq_ignore_ascii_case("forwarded by"));
    if line.len() > 200 || !(ruled || labelled || by) {
        return None;
    }
    let words = words(bare);
    let starts = |all: &[&str]| all.iter().any(|one| words.starts_with(one));
    if starts(ENDS) {
        None
    } else if starts(FORWARDED) {
        Some(Mark::Forward)
    } else if starts(ORIGINAL) && ruled {
        Some(Mark::Original)
    } else {
        None
    }
}

/// Whether this line ends the passed-on mail.
pub(super) fn is_end(line: &str) -> bool {
    line.trim_start().starts_with(['-', '=', '_', '*']) && ENDS.iter().any(|one| words(line).starts_with(one))
}

/// Whether a subject is that of a forward.
pub(super) fn is_forward(subject: &str) -> bool {
    // A ticket number may stand in front: `[#1234] Fwd: …`.
    let subject = subject.trim_start();
    let behind =
        subject.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(subject, |(_, rest)| rest.trim_start());
    [subject, behind].iter().any(|text| {
        let head = crate::charset::prefix(text, 24).to_lowercase();
        SUBJECTS.iter().any(|one| head.starts_with(one))
    })
}

/// The field of a line `Key: value`, and its value; stars of bold print and the full-width colon allowed.
pub(super) fn field(line: &str) -> Option<(Key, &str)> {
    // Most lines have no colon; a full-width one begins with this byte.
    memchr::memchr2(b':', 0xef, line.as_bytes())?;
    let line = line.trim_start_matches([' ', '\t', '\u{3000}', '*']);
    let at = line.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：'))?;
    let name = line[..at.0].trim_end_matches([' ', '\t', '\u{3000}', '\u{a0}', '*']).to_lowercase();
    let key = *NAMES.get(name.as_str())?;
    let value = line[at.0 + at.1.len_utf8()..].trim_matches([' ', '\t', '\u{3000}', '\u{a0}', '*', '\r']);
    Some((key, value))
}

/// Beginnings of the months' names, January first.
const MONTHS: [(&str, &[&str]); 12] = [
    ("Jan", &["jan", "jän", "ene", "gen", "sty", "янв"]),
    ("Feb", &["feb", "fév", "fev", "lut", "фев"]),
    ("Mar", &["mar", "mär", "maa", "мар"]),
    ("Apr", &["apr", "avr", "abr", "kwi", "апр"]),
    ("May", &["mai", "may", "mag", "mei", "maj", "мая", "май"]),
    ("Jun", &["jun", "juin", "giu", "cze", "июн"]),
    ("Jul", &["jul", "juil", "lug", "lip", "июл"]),
    ("Aug", &["aug", "aoû", "aou", "ago", "sie", "авг"]),
    ("Sep", &["sep", "set", "wrz", "сен"]),
    ("Oct", &["oct", "okt", "ott", "out", "paź", "окт"]),
    ("Nov", &["nov", "lis", "ноя"]),
    ("Dec", &["dec", "dez", "déc", "dic", "gru", "дек"]),
];
/// Weekdays that begin like a month.
const WEEKDAYS: &[&str] = &["mard", "mart", "maand"];

/// A date with the month in English and the day without its dot (`Mittwoch, 1. Mai 2024 14:05`), and with the year of the
/// `outer` date if it has none (`02 May 07:41`).
pub(super) fn english(date: &str, outer: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(['.', ',']).to_lowercase();
        let month = MONTHS.iter().find(|(_, begins)| begins.iter().any(|begin| bare.starts_with(begin)));
        match month {
            Some((name, _)) if !WEEKDAYS.iter().any(|day| bare.starts_with(day)) => (*name).to_owned(),
            _ if !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit()) && word.ends_with('.') => bare,
            _ if ["de", "den", "del", "um", "à", "às", "alle", "a", "las", "om", "kl"].contains(&bare.as_str()) => {
                String::new()
            }
            _ => word.to_owned(),
        }
    };
    let mut words: Vec<String> = date.split_whitespace().map(word).filter(|word| !word.is_empty()).collect();
    let digits = |word: &str| word.trim_end_matches(',').bytes().all(|b| b.is_ascii_digit());
    let month = words.iter().position(|word| MONTHS.iter().any(|(name, _)| name == word));
    let year = outer.split_whitespace().find(|word| word.len() == 4 && digits(word));
    if let (Some(month), Some(year), false) =
        (month, year, date.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 4))
    {
        let behind = words.get(month + 1).is_some_and(|word| digits(word));
        words.insert(month + 1 + usize::from(behind), year.to_owned());
    }
    words.join(" ")
}
