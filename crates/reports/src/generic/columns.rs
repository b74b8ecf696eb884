//! What the columns of a table hold, by their names.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

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
    known(name).or_else(|| super::japanese::column(name)).unwrap_or_else(|| by_words(&lower))
}

/// Names that are known as a whole, written together.
#[expect(clippy::too_many_lines, reason = "a table of names; as a match it is compared by length first")]
fn known(folded: &str) -> Option<Column> {
    Some(match folded {
        "ip"
        | "ipaddress"
        | "ipaddr"
        | "ipv4"
        | "ips"
        | "srcip"
        | "sourceip"
        | "sourceipaddress"
        | "src"
        | "source"
        | "srcaddr"
        | "attackerip"
        | "attacker"
        | "offenderip"
        | "hostip"
        | "ipadresse"
        | "remoteip"
        | "clientip"
        | "address"
        | "srcipaddress"
        | "ipsource"
        | "sourceaddress"
        | "nfipv4srcaddr"
        | "infectedip"
        | "ipアドレス"
        | "送信元"
        | "送信元ip"
        | "送信元ipアドレス"
        | "攻撃元"
        | "攻撃元ip"
        | "攻撃元ipアドレス"
        | "送信元アドレス"
        | "発信元"
        | "発信元ip"
        | "接続元"
        | "接続元ip"
        | "接続元ipアドレス"
        | "アクセス元"
        | "sourcehost"
        | "ipаддрес"
        | "saddr"
        | "ipsrc"
        | "attackip"
        | "srchost"
        | "badip"
        | "ipaddresses"
        | "srcipv4"
        | "dirip"
        | "abuseip" => Column::Source,
        "srcport"
        | "sourceport"
        | "nfsrcport"
        | "sport"
        | "spt"
        | "送信元ポート"
        | "送信元ポート番号"
        | "接続元ポート"
        | "接続元ポート番号"
        | "発信元ポート"
        | "投稿時ポート"
        | "投稿時ポート番号"
        | "ログイン時ポート番号" => Column::SourcePort,
        "port" | "ポート" | "ポート番号" => Column::Port,
        "dstip"
        | "destinationip"
        | "destip"
        | "dst"
        | "destination"
        | "destips"
        | "targetip"
        | "target"
        | "destinationipaddress"
        | "victimip"
        | "dstaddr"
        | "dstipaddress"
        | "宛先"
        | "宛先ip"
        | "宛先ipアドレス"
        | "攻撃先"
        | "接続先ip"
        | "接続先ipアドレス"
        | "targethost"
        | "daddr"
        | "destinationaddress"
        | "desthost"
        | "victim" => Column::Target,
        "dstport"
        | "destinationport"
        | "destport"
        | "targetport"
        | "dport"
        | "dpt"
        | "nfdstport"
        | "宛先ポート"
        | "宛先ポート番号"
        | "接続先ポート"
        | "接続先ポート番号" => Column::TargetPort,
        "url"
        | "urls"
        | "link"
        | "uri"
        | "sourceurl"
        | "phishingurl"
        | "infringingurl"
        | "fullurl"
        | "対象url"
        | "侵害url"
        | "掲載url"
        | "フィッシングurl"
        | "infringinglink"
        | "infringinglinks"
        | "maliciousurl"
        | "reportedurl"
        | "infringingurls"
        | "urllink" => Column::Url,
        "hostname" | "domain" | "host" | "domainname" | "ホスト名" | "ドメイン" => Column::Host,
        "時刻"
        | "検知時刻"
        | "観測日時"
        | "受信日時"
        | "接続日時"
        | "確認日時"
        | "タイムスタンプ"
        | "timestamp"
        | "time"
        | "datetime"
        | "date"
        | "firstseen"
        | "lastseen"
        | "eventtime"
        | "timedetected"
        | "dateandtime"
        | "timeutc"
        | "日時"
        | "検知日時"
        | "発生日時"
        | "detected"
        | "timesource"
        | "datetimeutc"
        | "sourcetime"
        | "timestamputc"
        | "timeobservation" => Column::Time,
        "count" | "attempts" | "hits" | "events" | "件数" | "回数" | "試行回数" | "検知数" => Column::Count,
        "protocol" | "proto" | "プロトコル" => Column::Transport,
        _ => return None,
    })
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

/// A name of up to four words by its grammar: whose (`source`, `target`), then what (`ip`, `port`, `url`).
fn by_words(lower: &str) -> Column {
    let mut all = [""; 4];
    let mut count = 0;
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let Some(slot) = all.get_mut(count) else { return Column::Other };
        *slot = word;
        count += 1;
    }
    let words = &all[..count];
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let port = has(&["port", "ports"]);
    let address = has(&["ip", "ips", "ipv4", "ipv6", "addr", "address", "addresses"]);
    if has(&["timestamp", "time", "date", "datetime"]) {
        Column::Time
    } else if has(FOREIGN) {
        Column::Other
    } else if has(TARGET) {
        if port {
            Column::TargetPort
        } else if address || has(&["host", "system", "name"]) {
            Column::Target
        } else {
            Column::Other
        }
    } else if port {
        if has(SOURCE) { Column::SourcePort } else { Column::Port }
    } else if has(&["ip", "ips", "ipv4", "ipv6"]) || (has(SOURCE) && (address || has(&["host", "system"]))) {
        Column::Source
    } else if has(&["url", "urls", "uri", "link", "links"]) {
        Column::Url
    } else if has(&["domain", "domains"]) {
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
        ] {
            assert_eq!(column(name), kind, "{name}");
        }
    }
}
