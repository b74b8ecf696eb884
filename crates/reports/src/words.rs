//! Words: what kind of abuse a text speaks of, and what it asks for. Japanese and English (and the commonest words of a
//! few neighbours), counted in one pass.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use model::{Category, Reading, RequestKind};

use Category as C;

/// Words in lower case, what they speak for, how strongly.
const WORDS: &[(&str, Category, u32)] = &[
    ("phish", C::Phishing, 6),
    ("フィッシング", C::Phishing, 6),
    ("装ったログイン", C::Phishing, 6),
    ("還付金", C::Phishing, 2),
    ("fraudulent web", C::Phishing, 3),
    ("credentials", C::Phishing, 2),
    ("impersonat", C::Phishing, 2),
    ("fake website", C::Phishing, 3),
    ("deceptive site", C::Phishing, 4),
    ("偽サイト", C::Phishing, 4),
    ("malware", C::Malware, 5),
    ("マルウェア", C::Malware, 5),
    ("ウイルス", C::Malware, 3),
    ("trojan", C::Malware, 3),
    ("ransomware", C::Malware, 4),
    ("malicious file", C::Malware, 4),
    ("infected", C::InfectedHost, 4),
    ("infection", C::InfectedHost, 4),
    ("感染", C::InfectedHost, 4),
    ("botnet", C::Botnet, 4),
    ("command and control", C::Botnet, 5),
    ("c&c", C::Botnet, 5),
    ("ボットネット", C::Botnet, 5),
    ("spam", C::Spam, 4),
    ("unsolicited", C::Spam, 4),
    ("junk mail", C::Spam, 5),
    ("迷惑メール", C::Spam, 6),
    ("迷惑なメール", C::Spam, 6),
    ("広告のメール", C::Spam, 5),
    ("広告メール", C::Spam, 4),
    ("勧誘", C::Spam, 3),
    ("身に覚えのないメール", C::Spam, 4),
    ("覚えのないセミナー", C::Spam, 5),
    ("広告が", C::Spam, 3),
    ("掲示板への書き込み", C::Spam, 1),
    ("書き込みが", C::Spam, 1),
    ("メイワクメール", C::Spam, 6),
    ("スパム", C::Spam, 5),
    ("bulk email", C::BulkMessaging, 4),
    ("copyright", C::Copyright, 4),
    ("dmca", C::Copyright, 6),
    ("著作権", C::Copyright, 6),
    ("無断転載", C::Copyright, 6),
    ("無断使用", C::Copyright, 2),
    ("許諾なく", C::Copyright, 3),
    ("違法複製", C::Copyright, 6),
    ("違法アップロード", C::Copyright, 6),
    ("無断配信", C::Copyright, 6),
    ("複製権", C::Copyright, 6),
    ("公衆送信", C::Copyright, 5),
    ("海賊版", C::Copyright, 6),
    ("infringement", C::Copyright, 3),
    ("infringing", C::Copyright, 3),
    ("piracy", C::Copyright, 4),
    ("unlicensed", C::Copyright, 3),
    ("streaming", C::Copyright, 1),
    ("bittorrent", C::CopyrightP2p, 8),
    ("peer-to-peer", C::CopyrightP2p, 8),
    ("file sharing", C::CopyrightP2p, 6),
    ("file-sharing", C::CopyrightP2p, 6),
    ("ファイル共有", C::CopyrightP2p, 6),
    ("torrent", C::CopyrightP2p, 4),
    ("infohash", C::CopyrightP2p, 8),
    ("trademark", C::BrandInfringement, 5),
    ("counterfeit", C::BrandInfringement, 5),
    ("商標", C::BrandInfringement, 6),
    ("模倣品", C::BrandInfringement, 5),
    ("ブランド", C::BrandInfringement, 2),
    ("ロゴ", C::BrandInfringement, 3),
    ("brute force", C::LoginAttack, 6),
    ("brute-force", C::LoginAttack, 6),
    ("bruteforce", C::LoginAttack, 6),
    ("login attempt", C::LoginAttack, 5),
    ("failed password", C::LoginAttack, 4),
    ("authentication fail", C::LoginAttack, 4),
    ("log in to our", C::LoginAttack, 4),
    ("ssh", C::LoginAttack, 2),
    ("不正ログイン", C::LoginAttack, 6),
    ("認証失敗", C::LoginAttack, 4),
    ("ログインしよう", C::LoginAttack, 5),
    ("ログイン試行", C::LoginAttack, 6),
    ("総当たり", C::LoginAttack, 6),
    ("ブルートフォース", C::LoginAttack, 6),
    // The commonest word for any attack: whatever is named beside it is meant.
    ("不正アクセス", C::LoginAttack, 1),
    ("port scan", C::PortScan, 6),
    ("portscan", C::PortScan, 6),
    ("port-scan", C::PortScan, 6),
    ("scanning", C::PortScan, 3),
    ("ポートスキャン", C::PortScan, 7),
    ("接続が試み", C::PortScan, 4),
    ("スキャン", C::PortScan, 2),
    ("ddos", C::Ddos, 6),
    ("denial of service", C::Ddos, 6),
    ("denial-of-service", C::Ddos, 6),
    ("flood", C::Ddos, 4),
    ("amplification", C::Ddos, 4),
    ("サービス妨害", C::Ddos, 6),
    ("業務妨害", C::Ddos, 3),
    ("でたらめ", C::Harassment, 3),
    ("いたずら", C::Harassment, 3),
    ("sql injection", C::SqlInjection, 7),
    ("sqlインジェクション", C::SqlInjection, 7),
    ("web attack", C::VulnerabilityScan, 4),
    ("webアプリケーションへの攻撃", C::VulnerabilityScan, 5),
    ("vulnerability scan", C::VulnerabilityScan, 6),
    ("脆弱性スキャン", C::VulnerabilityScan, 8),
    ("脆弱性を探索", C::VulnerabilityScan, 8),
    ("脆弱性探索", C::VulnerabilityScan, 8),
    ("脆弱性を狙", C::VulnerabilityScan, 7),
    ("log4shell", C::VulnerabilityScan, 5),
    ("vulnerability prob", C::VulnerabilityScan, 6),
    ("exploit", C::VulnerabilityScan, 2),
    ("probe", C::VulnerabilityScan, 2),
    ("hack", C::VulnerabilityScan, 2),
    // An attack of whatever kind: these decide only where nothing else is said.
    ("angriff", C::VulnerabilityScan, 0),
    ("attaque", C::VulnerabilityScan, 0),
    ("ataque", C::VulnerabilityScan, 0),
    ("locked out", C::LoginAttack, 2),
    ("wp-login", C::LoginAttack, 2),
    ("scrap", C::Scraping, 4),
    ("crawl", C::Scraping, 3),
    ("スクレイピング", C::Scraping, 6),
    ("child sexual", C::Csam, 10),
    ("csam", C::Csam, 10),
    ("児童ポルノ", C::Csam, 10),
    ("non-consensual", C::Harassment, 6),
    ("intimate image", C::Harassment, 6),
    ("online sexual", C::Harassment, 6),
    ("リベンジポルノ", C::Harassment, 6),
    ("harass", C::Harassment, 5),
    ("嫌がらせ", C::Harassment, 5),
    ("脅迫", C::Harassment, 5),
    ("defamation", C::Defamation, 6),
    ("誹謗中傷", C::Defamation, 6),
    ("中傷", C::Defamation, 5),
    ("名誉が毀損", C::Defamation, 6),
    ("名誉を毀損", C::Defamation, 6),
    ("名誉侵害", C::Defamation, 6),
    ("名誉権", C::Defamation, 6),
    ("名誉及び信用", C::Defamation, 6),
    ("風説", C::Defamation, 4),
    ("悪口", C::Defamation, 5),
    ("虚偽", C::Defamation, 2),
    ("事実無根", C::Defamation, 3),
    ("口コミ", C::Defamation, 2),
    ("名誉毀損", C::Defamation, 6),
    ("名誉棄損", C::Defamation, 6),
    ("プライバシー", C::Defamation, 4),
    // The name of the procedure (D04), whatever right it is about: it decides only where nothing else is said.
    ("送信防止措置", C::Defamation, 0),
    ("わいせつ", C::Obscene, 5),
    ("scam", C::Fraud, 4),
    ("fraud", C::Fraud, 3),
    ("詐欺", C::Fraud, 5),
    ("investment", C::Fraud, 2),
    ("なりすまし", C::Impersonation, 4),
    ("compromised account", C::CompromisedAccount, 6),
    ("compromised mail", C::CompromisedAccount, 6),
    ("stolen credentials", C::CompromisedAccount, 4),
    ("stolen password", C::CompromisedAccount, 5),
    ("乗っ取", C::CompromisedAccount, 5),
    ("パスワードが盗", C::CompromisedAccount, 5),
    ("web shell", C::RemoteCompromise, 6),
    ("webshell", C::RemoteCompromise, 6),
    ("defac", C::RemoteCompromise, 5),
    ("改ざん", C::RemoteCompromise, 5),
    ("改竄", C::RemoteCompromise, 5),
    ("compromised website", C::RemoteCompromise, 5),
    ("compromised server", C::CompromisedServer, 5),
    ("compromised host", C::CompromisedServer, 4),
    ("踏み台", C::CompromisedServer, 5),
    ("open resolver", C::OpenService, 6),
    ("open relay", C::OpenService, 6),
    ("open proxy", C::OpenService, 5),
    ("openly accessible", C::OpenService, 5),
    ("accessible", C::OpenService, 2),
    ("オープンリゾルバ", C::OpenService, 6),
    ("vulnerable", C::Cve, 4),
    ("cve-", C::Cve, 3),
    ("脆弱", C::Cve, 4),
    ("blacklist", C::Blocklist, 3),
    ("blocklist", C::Blocklist, 3),
    ("rbl", C::Blocklist, 2),
    ("ブラックリスト", C::Blocklist, 4),
    ("data leak", C::ExposedData, 5),
    ("open directory", C::ExposedData, 5),
    ("情報漏", C::ExposedData, 5),
    ("流出した", C::ExposedData, 6),
    ("漏えい", C::ExposedData, 3),
];

static MATCHER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(WORDS.iter().map(|(word, ..)| word))
        .ok()
});

/// Most bytes that are looked at: what a mail is about is said at its start.
pub(crate) const MAX_LOOK: usize = 16 << 10;

/// The category that the words of `text` speak for; the first line (the subject) counts most.
pub(crate) fn category(text: &str) -> Category {
    let text = &*crate::extract::width::narrow(crate::charset::prefix(text, MAX_LOOK));
    let Some(matcher) = MATCHER.as_ref() else {
        return Category::Unknown;
    };
    let subject_end = text.find('\n').unwrap_or(0);
    // A word that is repeated in every log line must not outvote what the writer says: each counts three times at most.
    let mut counted = [0_u8; WORDS.len()];
    let mut scores: Vec<(Category, u32)> = Vec::new();
    for found in matcher.find_iter(text) {
        let index = found.pattern().as_usize();
        let Some(((_, category, weight), count)) = WORDS.get(index).zip(counted.get_mut(index)) else {
            continue;
        };
        if *count >= 3 {
            continue;
        }
        *count += 1;
        let weight = if found.start() < subject_end { weight * 4 } else { *weight };
        match scores.iter_mut().find(|(known, _)| known == category) {
            Some((_, score)) => *score += weight,
            None => scores.push((*category, weight)),
        }
    }
    // The first of equals is the one that was named first.
    let best = scores.iter().map(|(_, score)| *score).max().unwrap_or(0);
    // File sharing is a copyright matter, too: its own words say more than the many for copyright.
    let sharing = scores.iter().any(|(category, score)| *category == C::CopyrightP2p && *score >= 6);
    if sharing && scores.iter().any(|(category, score)| *category == C::Copyright && *score == best) {
        return C::CopyrightP2p;
    }
    scores.iter().find(|(_, score)| *score == best).map_or(Category::Unknown, |(category, _)| *category)
}

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

static ASKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(IDENTIFY.iter().chain(ANSWER))
        .ok()
});

/// Reads what the text asks for: an answer, a name.
pub(crate) fn requests(text: &str, reading: &mut Reading) {
    let Some(asks) = ASKS.as_ref() else {
        return;
    };
    let mut identify = false;
    for found in asks.find_iter(&*crate::extract::width::narrow(crate::charset::prefix(text, MAX_LOOK))) {
        if found.pattern().as_usize() < IDENTIFY.len() {
            identify = true;
        } else {
            reading.answer_wanted = true;
        }
    }
    if identify {
        let stop = ["stop", "remove", "take down", "takedown", "disable", "削除", "停止", "対応", "対処", "措置"];
        let lower = crate::charset::prefix(text, MAX_LOOK).to_lowercase();
        let both = stop.iter().any(|word| lower.contains(word));
        reading.request = if both { RequestKind::StopAndIdentify } else { RequestKind::Identify };
    }
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
            ("hello", C::Unknown),
        ] {
            assert_eq!(category(text), expected, "{text}");
        }
    }

    #[test]
    fn requests_by_words() {
        let mut reading = Reading::new(model::Format::Generic);
        requests("契約者情報を開示してください。ご回答をお待ちします。", &mut reading);
        assert_eq!(reading.request, RequestKind::Identify);
        assert!(reading.answer_wanted);
    }
}
