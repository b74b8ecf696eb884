//! What is no report: bounces, automatic replies, advertisements, housekeeping, replies in a conversation.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use model::Noise;

use crate::mime::Mail;

/// Why `mail` is no report, if headers and subject say so beyond doubt; `text` is its readable text.
pub(crate) fn of(mail: &Mail<'_>, text: &str) -> Option<Noise> {
    // A trap passes on as it came whatever it got, bounces of forged mails, too: each of them is its report.
    if crate::generic::trapped(mail).is_some() {
        return None;
    }
    let subject = mail.header("Subject").unwrap_or("").to_lowercase();
    if is_bounce(mail, &subject) {
        return Some(Noise::Bounce);
    }
    if is_auto_reply(mail, &subject, text) {
        return Some(Noise::AutoReply);
    }
    if is_housekeeping(&subject, text) {
        return Some(Noise::Housekeeping);
    }
    if is_reply(mail, &subject, text) || is_japanese_answer(mail, &subject, text) {
        return Some(Noise::Reply);
    }
    if let Some(noise) = japanese_business(mail, &subject, text) {
        return Some(noise);
    }
    is_marketing(mail, text).then_some(Noise::Marketing)
}

/// RFC 3464, and the bounces of hosts that do not know it.
fn is_bounce(mail: &Mail<'_>, subject: &str) -> bool {
    mail.report_type.as_deref() == Some("delivery-status")
        || mail.parts.iter().any(|part| part.kind == "message/delivery-status")
        || mail.header("X-Failed-Recipients").is_some()
        || (mail.header("From").is_some_and(|from| {
            let from = from.to_ascii_lowercase();
            from.contains("mailer-daemon@") || from.starts_with("mailer-daemon")
        }) && ["undeliver", "returned mail", "delivery status", "failure notice", "delivery fail", "mail delivery"]
            .iter()
            .any(|word| subject.contains(word)))
}

const AUTO_SUBJECTS: &[&str] = &[
    "auto:",
    "automatic reply",
    "auto-reply",
    "autoreply",
    "auto reply",
    "out of office",
    "out-of-office",
    "abwesenheit",
    "不在通知",
    "自動返信",
    "自動応答",
    "[auto-reply]",
    "vacation",
    "read:",
    "ticket received",
    "we have received your",
    "thank you for contacting",
    "thanks for contacting",
    "thank you for your report",
    "automatische antwort",
    "réponse automatique",
];

/// Sentences of machines that say "we have your mail".
const ACKNOWLEDGEMENTS: &[&str] = &[
    "this is an automatic acknowledg",
    "this is an automated acknowledg",
    "your request has been received",
    "your ticket has been created",
    "we have received your request",
    "we have received your report",
    "we have received your message",
    "we have received your email",
    "has been received and will be",
    "thank you for contacting",
    "a ticket has been opened",
    "your message has been received",
    "we received your",
    "お問い合わせいただきありがとう",
    "お問い合わせを受け付け",
    "受け付けいたしました",
    "受付いたしました",
    "thank you for your report",
    "thank you for reporting",
    "this mailbox is not monitored",
    "this mailbox is no longer",
];

/// RFC 3834 and what it was written against. A report may be auto-generated, but never auto-replied.
fn is_auto_reply(mail: &Mail<'_>, subject: &str, text: &str) -> bool {
    let replied = mail
        .header("Auto-Submitted")
        .is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("auto-replied"));
    let header = mail.header("X-Autoreply").is_some()
        || mail.header("X-Autorespond").is_some()
        || mail.header("Precedence").is_some_and(|value| value.trim().eq_ignore_ascii_case("auto_reply"));
    let named = AUTO_SUBJECTS.iter().any(|word| begins(subject, word))
        || ["自動返信", "自動応答"].iter().any(|word| subject.contains(word));
    if replied || header || named {
        return true;
    }
    let answers = mail.header("In-Reply-To").is_some() || mail.header("References").is_some() || is_re(subject);
    answers && {
        let head = crate::charset::prefix(text, 700).to_lowercase();
        ACKNOWLEDGEMENTS.iter().any(|words| head.contains(words))
    }
}

/// Whether a subject begins with `word`, prefixes such as `Fwd: ` aside.
fn begins(subject: &str, word: &str) -> bool {
    subject.starts_with(word) || subject.split(": ").skip(1).any(|rest| rest.starts_with(word))
}

pub(crate) fn is_re(subject: &str) -> bool {
    let subject = subject.trim_start();
    ["re:", "re：", "aw:", "sv:", "antw:", "r:", "回复:", "答复:"].iter().any(|word| subject.starts_with(word))
}

/// Machines that speak of themselves.
fn is_housekeeping(subject: &str, text: &str) -> bool {
    ["password reset", "verify your email", "confirm your subscription"].iter().any(|word| subject.contains(word))
        && crate::charset::prefix(text, 600).to_lowercase().contains("you requested")
}

const CLOSED: &[&str] = &[
    "has been suspended",
    "have been suspended",
    "has been terminated",
    "has been resolved",
    "has been removed",
    "issue is resolved",
    "we have taken action",
    "we have suspended",
    "was removed",
    "is now closed",
    "has been closed",
    "you can close",
    "please close the",
    "may close the",
    "have stopped.",
    "has stopped.",
    "対応が完了",
    "対応いたしました",
    "削除いたしました",
    "対処いたしました",
];

/// A reply in a conversation: a reply's headers or subject, the earlier mail quoted, and nothing new that accuses.
fn is_reply(mail: &Mail<'_>, subject: &str, text: &str) -> bool {
    if !is_re(subject) {
        return false;
    }
    let answers = mail.header("In-Reply-To").is_some() || mail.header("References").is_some();
    let own = own_words(text);
    let lower = crate::charset::prefix(own, 4_000).to_lowercase();
    let quotes = own.len() < text.len();
    let closed = CLOSED.iter().any(|words| lower.contains(words));
    let thanks =
        lower.contains("thank you for") || lower.contains("thanks for") || lower.contains("ありがとうございま");
    // A Japanese mail opens with thanks whatever follows; with an address or URL in it, it follows up on a report.
    let follows_up = accuses(own) || names_address_between(text);
    let thanks = thanks && !(lower.contains("ありがとうございま") && follows_up && !closed);
    (quotes && (closed || thanks))
        || (answers && closed)
        || (answers && quotes && own.trim().len() < 400 && !follows_up)
}

/// Thanks, an answer to the desk's own inquiry, or a report that is taken back, said so in the subject.
fn is_japanese_answer(mail: &Mail<'_>, subject: &str, text: &str) -> bool {
    if !has_kana(subject) && !has_kana(text) {
        return false;
    }
    let answers = mail.header("In-Reply-To").is_some() || mail.header("References").is_some();
    let named = |words: &[&str]| words.iter().any(|word| subject.contains(word));
    let own = crate::charset::prefix(own_words(text), 4_000);
    (answers && (named(&["意見照会", "撤回", "取り下げ", "取下げ"]) || own.contains("取り下げます")))
        || (named(&["お礼", "御礼"]) && own.contains("ありがとうございま"))
}

/// Words of somebody who complains: whatever else a mail says, with one of these it is read as a report.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
const COMPLAINING: &[&str] = &[
    "検知", "攻撃元", "送信元", "届いて", "届きま", "届く", "侵害され", "通報", "申告", "被害", "掲載され", "止めて", "止めろ",
    "削除を", "対処", "ご対応を", "措置", "閉鎖", "困って", "迷惑しております", "詐欺です", "不審", "止まりません", "止まらない", "苦情", "反する", "ご指導", "されており", "注意して",
];
/// Words of business with the desk itself.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
const BUSINESS: &[&str] = &[
    "ウェビナー", "セミナー", "配信停止", "メルマガ", "特価", "セール", "キャンペーン", "お申し込み", "ご提案", "資料請求",
    "お打ち合わせ", "アンケート", "会員様限定", "粗品", "採用情報", "インターンシップ", "展示会", "来場登録", "招待状", "応募", "見学", "職場体験", "取材",
];
/// What the subject of a machine's or an office's notice says.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
const NOTICES: &[&str] = &[
    "メンテナンス", "工事について", "工事のお知らせ", "ご請求書", "請求書送付", "パスワード再設定", "パスワードの再設定",
    "クローズされました", "解決済みになりました",
];

/// Offers, invoices, maintenance: Japanese mails that speak of attacks only to sell, or not at all.
fn japanese_business(mail: &Mail<'_>, subject: &str, text: &str) -> Option<Noise> {
    if !has_kana(text) || subject.starts_with("fw") || subject.starts_with("転送") {
        return None;
    }
    let head = crate::charset::prefix(text, 20_000);
    let count = |words: &[&str], text: &str| words.iter().filter(|word| text.contains(**word)).count();
    let automatic = mail.header("Auto-Submitted").is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"));
    if automatic && subject.contains("クローズされました") {
        return Some(Noise::Housekeeping);
    }
    if count(COMPLAINING, head) > 0 {
        return None;
    }
    if count(NOTICES, subject) > 0 {
        return Some(Noise::Housekeeping);
    }
    let list = mail.header("List-Unsubscribe").is_some() || mail.header("List-Id").is_some();
    let sold = count(BUSINESS, head) + count(BUSINESS, subject);
    (sold >= 2 || (list && sold >= 1)).then_some(Noise::Marketing)
}

/// Whether a text may be Japanese: kana and Japanese punctuation have this first byte in UTF-8.
fn has_kana(text: &str) -> bool {
    memchr::memchr(0xe3, text.as_bytes()).is_some()
}

/// The text in front of the first quotation.
fn own_words(text: &str) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().starts_with('>') || opens_quotation(line.trim()) {
            return &text[..at];
        }
        at += line.len();
    }
    text
}

/// Whether a line stands over a mail that is quoted whole.
fn opens_quotation(line: &str) -> bool {
    let starts = |word: &str| line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    starts("-----original message")
        || starts("----- original message")
        || starts("________________")
        || (starts("on ") && line.ends_with("wrote:"))
        || starts("from: ")
        || starts("差出人:")
        || starts("----- 元のメッセージ")
}

/// Whether an answer between the lines of a quotation names an address: what was asked for, and no closing line.
fn names_address_between(text: &str) -> bool {
    let mut found = Vec::new();
    let own = text.lines().take(100).take_while(|line| !opens_quotation(line.trim()));
    for line in own.filter(|line| !line.trim_start().starts_with(['>', '＞', '|'])) {
        crate::extract::ip::scan(&crate::extract::width::narrow(line), &mut found);
    }
    !found.is_empty()
}

fn accuses(text: &str) -> bool {
    let mut found = Vec::new();
    text.lines().take(100).any(|line| {
        found.clear();
        crate::extract::ip::scan(line, &mut found);
        !found.is_empty() || line.contains("://") || line.contains("hxxp")
    })
}

const SELLING: &[&str] = &[
    "unsubscribe from this list",
    "view this email in your browser",
    "special offer",
    "free trial",
    "our newsletter",
    "limited time offer",
    "register now for",
    "webinar",
    "配信停止",
    "メルマガ",
    "we would like to offer",
    "seo services",
    "guest post",
    "price list",
    "book a demo",
    "schedule a call",
    "discount",
];

const ABOUT_ABUSE: &[&str] = &[
    "abuse",
    "attack",
    "infring",
    "phish",
    "spam",
    "malware",
    "hack",
    "scan",
    "fraud",
    "malicious",
    "vulnerab",
    "illegal",
    "complaint",
    "violation",
    "blacklist",
    "botnet",
    "unauthor",
    "suspicious",
    "迷惑",
    "不正",
    "攻撃",
    "侵害",
    "フィッシング",
    "違法",
    "苦情",
    "削除",
    "通報",
    "takedown",
    "take down",
    "compromised",
    "intrusion",
    "offend",
    "blocked",
];

/// Words that sell, and words of abuse.
static WORDS: LazyLock<Option<(AhoCorasick, AhoCorasick)>> = LazyLock::new(|| {
    let build = |words: &[&str]| {
        AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).ascii_case_insensitive(true).build(words).ok()
    };
    build(SELLING).zip(build(ABOUT_ABUSE))
});

/// An advertisement to the desk itself: it sells, and speaks of no abuse.
fn is_marketing(mail: &Mail<'_>, text: &str) -> bool {
    let head = crate::charset::prefix(text, 20_000);
    let subject = mail.header("Subject").unwrap_or("");
    let Some((selling, abuse)) = WORDS.as_ref() else {
        return false;
    };
    // Nearly every mail to the desk speaks of abuse within its first lines: this ends the search early.
    if abuse.is_match(subject) || abuse.is_match(head) {
        return false;
    }
    let mut sold: Vec<usize> = selling.find_iter(head).map(|found| found.pattern().as_usize()).collect();
    sold.sort_unstable();
    sold.dedup();
    let list = mail.header("List-Unsubscribe").is_some() || mail.header("List-Id").is_some();
    sold.len() >= 2 || (!sold.is_empty() && list)
}
