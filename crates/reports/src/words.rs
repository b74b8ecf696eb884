//! Words: what kind of abuse a text speaks of, and what it asks for. Japanese and English (and the commonest words of a
//! few neighbours), counted in one pass.

use std::sync::LazyLock;

use model::{Category, Reading, RequestKind};

use Category as C;

mod finder;
mod japanese;
mod neighbours;

use finder::Finder;

/// Words in lower case, what they speak for, how strongly.
const WORDS: &[(&str, Category, u32)] = &[
    ("phish", C::Phishing, 6),
    ("fraudulent web", C::Phishing, 3),
    ("credentials", C::Phishing, 2),
    ("impersonat", C::Phishing, 2),
    ("fake website", C::Phishing, 3),
    ("deceptive site", C::Phishing, 4),
    ("malware", C::Malware, 5),
    ("trojan", C::Malware, 3),
    ("ransomware", C::Malware, 4),
    ("malicious file", C::Malware, 4),
    ("infected", C::InfectedHost, 4),
    ("infection", C::InfectedHost, 4),
    ("botnet", C::Botnet, 4),
    ("command and control", C::Botnet, 5),
    ("c&c", C::Botnet, 5),
    ("spam", C::Spam, 4),
    ("unsolicited", C::Spam, 4),
    ("junk mail", C::Spam, 5),
    ("bulk email", C::BulkMessaging, 4),
    ("copyright", C::Copyright, 4),
    ("dmca", C::Copyright, 6),
    ("infringement", C::Copyright, 3),
    ("infringing", C::Copyright, 3),
    ("piracy", C::Copyright, 4),
    ("unlicensed", C::Copyright, 3),
    ("streaming", C::Copyright, 1),
    ("bittorrent", C::CopyrightP2p, 8),
    ("peer-to-peer", C::CopyrightP2p, 8),
    ("file sharing", C::CopyrightP2p, 6),
    ("file-sharing", C::CopyrightP2p, 6),
    ("torrent", C::CopyrightP2p, 4),
    ("infohash", C::CopyrightP2p, 8),
    ("trademark", C::BrandInfringement, 5),
    ("counterfeit", C::BrandInfringement, 5),
    ("brute force", C::LoginAttack, 6),
    ("brute-force", C::LoginAttack, 6),
    ("bruteforce", C::LoginAttack, 6),
    ("login attempt", C::LoginAttack, 5),
    ("failed password", C::LoginAttack, 4),
    ("authentication fail", C::LoginAttack, 4),
    ("log in to our", C::LoginAttack, 4),
    ("ssh", C::LoginAttack, 2),
    ("failed to log in", C::LoginAttack, 4),
    ("wrong password", C::LoginAttack, 3),
    ("auth failed", C::LoginAttack, 3),
    ("port scan", C::PortScan, 6),
    ("portscan", C::PortScan, 6),
    ("port-scan", C::PortScan, 6),
    ("scanning", C::PortScan, 3),
    ("ddos", C::Ddos, 6),
    ("denial of service", C::Ddos, 6),
    ("denial-of-service", C::Ddos, 6),
    ("flood", C::Ddos, 4),
    ("amplification", C::Ddos, 4),
    ("sql injection", C::SqlInjection, 7),
    ("web attack", C::VulnerabilityScan, 4),
    ("vulnerability scan", C::VulnerabilityScan, 6),
    ("log4shell", C::VulnerabilityScan, 5),
    ("vulnerability prob", C::VulnerabilityScan, 6),
    ("exploit", C::VulnerabilityScan, 2),
    ("probe", C::VulnerabilityScan, 2),
    ("hack", C::VulnerabilityScan, 2),
    ("credential stuffing", C::LoginAttack, 6),
    ("credential-stuffing", C::LoginAttack, 6),
    ("password spray", C::LoginAttack, 6),
    ("client denied by server", C::VulnerabilityScan, 4),
    ("threats of", C::Harassment, 4),
    ("death threat", C::Harassment, 6),
    ("threatening", C::Harassment, 4),
    ("locked out", C::LoginAttack, 2),
    ("wp-login", C::LoginAttack, 2),
    ("scrap", C::Scraping, 4),
    ("crawl", C::Scraping, 3),
    ("child sexual", C::Csam, 10),
    ("csam", C::Csam, 10),
    ("non-consensual", C::Harassment, 6),
    ("intimate image", C::Harassment, 6),
    ("online sexual", C::Harassment, 6),
    ("harass", C::Harassment, 5),
    ("defamation", C::Defamation, 6),
    ("scam", C::Fraud, 4),
    ("fraud", C::Fraud, 3),
    ("investment", C::Fraud, 2),
    ("compromised account", C::CompromisedAccount, 6),
    ("compromised mail", C::CompromisedAccount, 6),
    ("stolen credentials", C::CompromisedAccount, 4),
    ("stolen password", C::CompromisedAccount, 5),
    ("web shell", C::RemoteCompromise, 6),
    ("webshell", C::RemoteCompromise, 6),
    ("defac", C::RemoteCompromise, 5),
    ("compromised website", C::RemoteCompromise, 5),
    ("compromised server", C::CompromisedServer, 5),
    ("compromised host", C::CompromisedServer, 4),
    ("open resolver", C::OpenService, 6),
    ("open relay", C::OpenService, 6),
    ("open proxy", C::OpenService, 5),
    ("openly accessible", C::OpenService, 5),
    ("accessible", C::OpenService, 2),
    ("vulnerable", C::Cve, 4),
    ("cve-", C::Cve, 3),
    ("blacklist", C::Blocklist, 3),
    ("blocklist", C::Blocklist, 3),
    ("rbl", C::Blocklist, 2),
    ("data leak", C::ExposedData, 5),
    ("open directory", C::ExposedData, 5),
];

/// Most bytes that are looked at: what a mail is about is said at its start.
pub(crate) const MAX_LOOK: usize = 16 << 10;

const IDENTIFY: &[&str] = &[
    "identity of",
    "identify the",
    "subscriber information",
    "customer information",
    "name and address of the",
    "who is behind",
    "disclose the",
    "契約者情報",
    "発信者情報",
    "氏名",
    "開示請求",
    "開示して",
    "身元",
];

const ANSWER: &[&str] = &[
    "please reply",
    "please respond",
    "please let us know",
    "please confirm",
    "let us know",
    "report back",
    "provide feedback",
    "await your reply",
    "awaiting your",
    "look forward to",
    "your prompt response",
    "please inform us",
    "keep us informed",
    "ご回答",
    "ご返信",
    "ご返答",
    "ご連絡ください",
    "ご連絡をお願い",
    "ご連絡いただ",
    "お知らせください",
    "ご報告ください",
    "返信をお願い",
    "回答をお願い",
];

/// Number of the list of words that speak for a category; in the other list are [`IDENTIFY`] and [`ANSWER`].
const ABOUT: usize = 0;

/// All words, and of each that speaks for a category which one and how strongly.
struct Words {
    finder: Option<Finder>,
    says: Vec<(Category, u32)>,
}

static ALL: LazyLock<Words> = LazyLock::new(|| {
    let japanese = japanese::WORDS
        .iter()
        .flat_map(|(category, weight, words)| words.iter().map(move |word| (*word, *category, *weight)));
    let neighbours = neighbours::WORDS
        .iter()
        .flat_map(|(category, weight, words)| words.iter().map(move |word| (*word, *category, *weight)));
    let all: Vec<(&str, Category, u32)> = WORDS.iter().copied().chain(japanese).chain(neighbours).collect();
    let about: Vec<&str> = all.iter().map(|(word, ..)| *word).collect();
    let finder = Finder::new(&[&about, &[IDENTIFY, ANSWER].concat()]);
    Words { finder, says: all.into_iter().map(|(_, category, weight)| (category, weight)).collect() }
});

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    /// The kind of abuse that its words speak for.
    pub(crate) category: Category,
    /// What it asks for, if it asks for more than that the abuse ends.
    request: Option<RequestKind>,
    answer_wanted: bool,
}

impl Said {
    /// Notes what the text asks for: an answer, a name.
    pub(crate) fn ask(self, reading: &mut Reading) {
        reading.answer_wanted |= self.answer_wanted;
        reading.request = self.request.unwrap_or(reading.request);
    }
}

/// The category that the words of `text` speak for; its first line counts most.
pub(crate) fn category(text: &str) -> Category {
    said(text).category
}

/// What `text` says; its first line counts most.
pub(crate) fn said(text: &str) -> Said {
    let text = crate::extract::width::narrow(crate::charset::prefix(text, MAX_LOOK));
    look(&text, text.find('\n').unwrap_or(0), 0)
}

/// What a mail says: its subject counts most for what it is about, and asks for nothing.
pub(crate) fn said_in_mail(subject: &str, text: &str) -> Said {
    let text = format!("{subject}\n{}", crate::charset::prefix(text, MAX_LOOK));
    let text = crate::extract::width::narrow(crate::charset::prefix(&text, MAX_LOOK));
    let end = text.find('\n').unwrap_or(0);
    look(&text, end, end)
}

/// One pass over `text`: words of abuse in front of `head` count four times, requests from `body` on.
fn look(text: &str, head: usize, body: usize) -> Said {
    let Words { finder: Some(finder), says } = &*ALL else {
        return Said { category: Category::Unknown, request: None, answer_wanted: false };
    };
    // A word that is repeated in every log line must not outvote what the writer says: each counts three times at most.
    let mut counted = vec![0_u8; says.len()];
    let mut scores: Vec<(Category, u32)> = Vec::new();
    let (mut identify, mut answer_wanted) = (false, false);
    finder.each(text, |word| {
        if word.list != ABOUT {
            let asks = word.start >= body;
            let who = word.number < IDENTIFY.len();
            identify |= asks && who;
            answer_wanted |= asks && !who;
            return;
        }
        let Some(((category, weight), count)) = says.get(word.number).zip(counted.get_mut(word.number)) else { return };
        if *count >= 3 {
            return;
        }
        *count += 1;
        let weight = if word.start < head { weight * 4 } else { *weight };
        match scores.iter_mut().find(|(known, _)| known == category) {
            Some((_, score)) => *score += weight,
            None => scores.push((*category, weight)),
        }
    });
    let stop = || if asks_to_stop(&text[body..]) { RequestKind::StopAndIdentify } else { RequestKind::Identify };
    Said { category: loudest(&scores), request: identify.then(stop), answer_wanted }
}

fn loudest(scores: &[(Category, u32)]) -> Category {
    // The first of equals is the one that was named first.
    let best = scores.iter().map(|(_, score)| *score).max().unwrap_or(0);
    // File sharing is a copyright matter, too: its own words say more than the many for copyright.
    let sharing = scores.iter().any(|(category, score)| *category == C::CopyrightP2p && *score >= 6);
    if sharing && scores.iter().any(|(category, score)| *category == C::Copyright && *score == best) {
        return C::CopyrightP2p;
    }
    scores.iter().find(|(_, score)| *score == best).map_or(Category::Unknown, |(category, _)| *category)
}

fn asks_to_stop(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["stop", "remove", "take down", "takedown", "disable", "削除", "停止", "対応", "対処", "措置"]
        .iter()
        .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_by_words() {
        for (text, expected) in [
            ("Phishing site\nplease remove the fraudulent website", C::Phishing),
            ("迷惑メールについて\n貴社のサーバーから迷惑メールが届いています", C::Spam),
            ("DMCA notice\ncopyright infringement", C::Copyright),
            ("ssh\nbrute force login attempts", C::LoginAttack),
            ("ポートスキャンの件", C::PortScan),
            ("不正アクセスについて", C::LoginAttack),
            ("めいわくメールが来ます", C::Spam),
            ("ﾒｲﾜｸﾒｰﾙ", C::Spam),
            ("不正注文の件\n不正アクセスによる", C::Fraud),
            ("ＤｏＳ攻撃", C::Ddos),
            ("hello", C::Unknown),
        ] {
            assert_eq!(category(text), expected, "{text}");
        }
    }

    #[test]
    fn requests_by_words() {
        let mut reading = Reading::new(model::Format::Generic);
        said("契約者情報を開示してください。ご回答をお待ちします。").ask(&mut reading);
        assert_eq!(reading.request, RequestKind::Identify);
        assert!(reading.answer_wanted);
        let asks = |subject, text| said_in_mail(subject, text).request;
        assert_eq!(asks("identify the owner", "stop it"), None);
        assert_eq!(asks("a report", "stop him, and identify the owner"), Some(RequestKind::StopAndIdentify));
        // Words of both sorts that overlap: each counts.
        let both = said("契約者情報が流出しました");
        assert_eq!((both.category, both.request), (C::ExposedData, Some(RequestKind::Identify)));
    }
}
