//! What the columns of a table hold, by their names.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::abroad;

/// Longest name of a column, in bytes.
const MAX_NAME: usize = 60;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The accused address.
    Source,
    /// Its port.
    SourcePort,
    /// A port of which is not said whose it is.
    Port,
    /// The attacked address.
    Target,
    /// The attacked port.
    TargetPort,
    /// The accused URL.
    Url,
    /// The accused host name.
    Host,
    /// When.
    Time,
    /// How often.
    Count,
    /// Transport protocol.
    Transport,
    /// Anything else.
    Other,
}

/// What is in every name of a column that holds addresses, URLs or hosts.
static SUBJECTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = [
        "ip",
        "ur",
        "link",
        "host",
        "domain",
        "addr",
        "src",
        "source",
        "attack",
        "offend",
        "client",
        "remote",
        "infect",
        "abus",
        "malicious",
        "peer",
        "bot",
        "intruder",
        "scanner",
        "suspicious",
        "адрес",
        "地址",
        "주소",
        "元",
        "ホスト",
        "ドメイン",
    ];
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).ascii_case_insensitive(true).build(words).ok()
});

/// Whether a line may name a column that holds what can be accused: a cheap test before its words are looked at.
pub(crate) fn may_name(line: &str) -> bool {
    SUBJECTS.as_ref().is_none_or(|subjects| subjects.is_match(line))
}

/// What a column or a labelled line of this name holds.
pub(crate) fn column(name: &str) -> Column {
    if name.len() > MAX_NAME {
        return Column::Other;
    }
    let lower = name.to_lowercase();
    if lower.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return known(&lower).unwrap_or_else(|| by_words(&lower));
    }
    let folded: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    // `検知日時(JST)`: the zone is stated for the text, the column is the same.
    let zoneless = ["jst", "utc"].iter().find_map(|zone| folded.strip_suffix(zone).filter(|rest| !rest.is_ascii()));
    let name = zoneless.unwrap_or(&folded);
    known(name)
        .or_else(|| super::japanese::column(name))
        .or_else(|| abroad::compound(name))
        .unwrap_or_else(|| by_words(&lower))
}

/// Names that are known as a whole, written together.
#[rustfmt::skip] // Names side by side can be read; one a line cannot.
const KNOWN: &[(Column, &[&str])] = &[
    (Column::Source, &[
        "ip", "ipaddress", "ipaddr", "ipv4", "ips", "srcip", "sourceip", "sourceipaddress", "src", "source",
        "srcaddr", "attackerip", "attacker", "offenderip", "hostip", "ipadresse", "remoteip", "clientip",
        "address", "srcipaddress", "ipsource", "sourceaddress", "nfipv4srcaddr", "infectedip", "ipアドレス",
        "送信元", "送信元ip", "送信元ipアドレス", "攻撃元", "攻撃元ip", "攻撃元ipアドレス", "送信元アドレス", "発信元", "発信元ip", "接続元", "接続元ip",
        "接続元ipアドレス", "アクセス元", "sourcehost", "ipаддрес", "saddr", "ipsrc", "attackip", "srchost", "badip",
        "ipaddresses", "srcipv4", "dirip", "abuseip",
    ]),
    (Column::SourcePort, &[
        "srcport", "sourceport", "nfsrcport", "sport", "spt", "送信元ポート", "送信元ポート番号", "接続元ポート", "接続元ポート番号",
        "発信元ポート", "投稿時ポート", "投稿時ポート番号", "ログイン時ポート番号", "quellport", "bronpoort",
    ]),
    (Column::Port, &[
        "port", "ポート", "ポート番号",
    ]),
    (Column::Target, &[
        "dstip", "destinationip", "destip", "dst", "destination", "destips", "targetip", "target",
        "destinationipaddress", "victimip", "dstaddr", "dstipaddress", "宛先", "宛先ip", "宛先ipアドレス", "攻撃先",
        "接続先ip", "接続先ipアドレス", "targethost", "daddr", "destinationaddress", "desthost", "victim",
    ]),
    (Column::TargetPort, &[
        "dstport", "destinationport", "destport", "targetport", "dport", "dpt", "nfdstport", "宛先ポート",
        "宛先ポート番号", "接続先ポート", "接続先ポート番号", "zielport", "doelpoort",
    ]),
    (Column::Url, &[
        "url", "urls", "link", "uri", "sourceurl", "phishingurl", "infringingurl", "fullurl", "対象url",
        "侵害url", "掲載url", "フィッシングurl", "infringinglink", "infringinglinks", "maliciousurl", "reportedurl",
        "infringingurls", "urllink",
    ]),
    (Column::Host, &[
        "hostname", "domain", "host", "domainname", "ホスト名", "ドメイン",
    ]),
    (Column::Time, &[
        "時刻", "検知時刻", "観測日時", "受信日時", "接続日時", "確認日時", "タイムスタンプ", "timestamp", "time", "datetime", "date",
        "firstseen", "lastseen", "eventtime", "timedetected", "dateandtime", "timeutc", "日時", "検知日時", "発生日時",
        "detected", "timesource", "datetimeutc", "sourcetime", "timestamputc", "timeobservation",
    ]),
    (Column::Count, &[
        "count", "attempts", "hits", "events", "件数", "回数", "試行回数", "検知数",
    ]),
    (Column::Transport, &[
        "protocol", "proto", "プロトコル",
    ]),
];

static COLUMNS: LazyLock<HashMap<&str, Column>> =
    LazyLock::new(|| KNOWN.iter().flat_map(|(column, names)| names.iter().map(|name| (*name, *column))).collect());

fn known(folded: &str) -> Option<Column> {
    COLUMNS.get(folded).copied()
}

/// Words of a column name that say whose value it is, or that it is nobody's who matters here.
const TARGET: &[&str] =
    &["dst", "dest", "destination", "target", "targeted", "victim", "attacked", "local", "our", "honeypot"];
const FOREIGN: &[&str] = &[
    "referer",
    "referrer",
    "legitimate",
    "original",
    "official",
    "evidence",
    "screenshot",
    "ticket",
    "reference",
    "info",
    "whois",
    "mail",
    "email",
    "mac",
    "registrar",
    "nameserver",
    "ns",
    "owner",
    "holder",
    "work",
    "authorized",
    "authorised",
    "range",
    "network",
    "subnet",
    "prefix",
    "cidr",
    "case",
    "report",
    "contact",
    "proof",
    "asn",
    "country",
];
const SOURCE: &[&str] = &[
    "src",
    "source",
    "attacker",
    "attacking",
    "offender",
    "offending",
    "remote",
    "client",
    "infected",
    "abusive",
    "abuser",
    "malicious",
    "peer",
    "bot",
    "intruder",
    "scanner",
    "suspicious",
];

/// What a word of a column name says, as bits: several of them may be in one name.
mod says {
    pub(super) const TIME: u16 = 1;
    pub(super) const FOREIGN: u16 = 1 << 1;
    pub(super) const TARGET: u16 = 1 << 2;
    pub(super) const SOURCE: u16 = 1 << 3;
    pub(super) const PORT: u16 = 1 << 4;
    /// An address, by a word that means nothing else.
    pub(super) const IP: u16 = 1 << 5;
    pub(super) const ADDRESS: u16 = 1 << 6;
    pub(super) const HOST: u16 = 1 << 7;
    pub(super) const NAME: u16 = 1 << 8;
    pub(super) const URL: u16 = 1 << 9;
    pub(super) const DOMAIN: u16 = 1 << 10;
}

/// Every word that says something, looked up once for all that it may say.
static WORDS: LazyLock<HashMap<&str, u16>> = LazyLock::new(|| {
    let groups: [(u16, &[&str]); 11] = [
        (says::TIME, &["timestamp", "time", "date", "datetime", "seen", "epoch", "unixtime"]),
        (says::FOREIGN, FOREIGN),
        (says::TARGET, TARGET),
        (says::SOURCE, SOURCE),
        (says::PORT, &["port", "ports"]),
        (says::IP, &["ip", "ips", "ipv4", "ipv6"]),
        (says::ADDRESS, &["addr", "address", "addresses"]),
        (says::HOST, &["host", "system"]),
        (says::NAME, &["name"]),
        (says::URL, &["url", "urls", "uri", "link", "links"]),
        (says::DOMAIN, &["domain", "domains"]),
    ];
    let mut words = HashMap::new();
    for (bit, group) in groups {
        for word in group {
            *words.entry(*word).or_default() |= bit;
        }
    }
    for (english, others) in abroad::WORDS {
        let bits = words.get(english).copied().unwrap_or_default();
        words.extend(others.iter().map(|other| (*other, bits)));
    }
    words
});

/// Most words of a name that is read by its grammar.
const MAX_WORDS: usize = 4;

/// A name by its grammar: whose (`source`, `target`), then what (`ip`, `port`, `url`).
fn by_words(lower: &str) -> Column {
    let mut said = 0;
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index == MAX_WORDS {
            return Column::Other;
        }
        said |= WORDS.get(word).copied().unwrap_or_default();
    }
    let has = |bits: u16| said & bits != 0;
    if has(says::TIME) {
        Column::Time
    } else if has(says::FOREIGN) {
        Column::Other
    } else if has(says::TARGET) {
        if has(says::PORT) {
            Column::TargetPort
        } else if has(says::IP | says::ADDRESS | says::HOST | says::NAME) {
            Column::Target
        } else {
            Column::Other
        }
    } else if has(says::PORT) {
        if has(says::SOURCE) { Column::SourcePort } else { Column::Port }
    } else if has(says::IP) || has(says::SOURCE) && has(says::ADDRESS | says::HOST) {
        Column::Source
    } else if has(says::URL) {
        Column::Url
    } else if has(says::DOMAIN) {
        Column::Host
    } else {
        Column::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_a_whole_and_by_their_words() {
        for (name, kind) in [
            ("IP of attacker", Column::Source),
            ("Offending host", Column::Source),
            ("nf_ipv4_dst_addr", Column::Target),
            ("Our port", Column::TargetPort),
            ("Infringing URL(s)", Column::Url),
            ("Original URL", Column::Other),
            ("IP range", Column::Other),
            ("Description", Column::Other),
            ("First seen time", Column::Time),
            ("Last seen (UTC)", Column::Time),
            ("timestamp(epoch)", Column::Time),
            ("Quellport", Column::SourcePort),
            ("Dirección IP", Column::Source),
            ("Puerto de destino", Column::TargetPort),
            ("源IP", Column::Source),
            ("目的端口", Column::TargetPort),
            ("출발지 포트", Column::SourcePort),
        ] {
            assert_eq!(column(name), kind, "{name}");
        }
    }
}
