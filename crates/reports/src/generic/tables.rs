//! Tables in text: a row of column names, then rows; separated by commas, semicolons, tabs, bars or columns of blanks.

use std::borrow::Cow;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// The accused address.
    Source,
    /// Its port.
    SourcePort,
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

/// A recognised head: separator and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    separator: Separator,
    pub(crate) columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Char(char),
    Blanks,
    /// Two blanks or more: columns that are laid out by hand.
    Wide,
}

pub(crate) fn column(name: &str) -> Column {
    let folded: String = name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    // `検知日時(JST)`: the zone is stated for the text, the column is the same.
    let zoneless = ["jst", "utc"].iter().find_map(|zone| folded.strip_suffix(zone).filter(|rest| !rest.is_ascii()));
    match zoneless.unwrap_or(&folded) {
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
        | "port"
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
        | "ログイン時ポート番号"
        | "ポート"
        | "ポート番号" => Column::SourcePort,
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
        _ => by_words(name),
    }
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
fn by_words(name: &str) -> Column {
    let lower = name.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(5).collect();
    if !(1..=4).contains(&words.len()) {
        return Column::Other;
    }
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
        } else if address || has(&["host", "system"]) {
            Column::Target
        } else {
            Column::Other
        }
    } else if port {
        Column::SourcePort
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

/// Reads a line as a table head: at least two known columns, one of which is an address, URL or host.
pub(crate) fn head(line: &str) -> Option<Head> {
    if line.len() > 4_000 || !line.is_char_boundary(0) {
        return None;
    }
    let trimmed = line.trim().trim_start_matches(['#', '>', ' ']);
    // A log line in JSON has its names in quotes, too, but its values stand beside them.
    if trimmed.starts_with('{') {
        return None;
    }
    let separator = [',', ';', '\t', '|']
        .into_iter()
        .map(|c| (trimmed.matches(c).count(), c))
        .filter(|(count, _)| *count >= 1)
        .max_by_key(|(count, _)| *count)
        .map_or(if trimmed.contains("  ") { Separator::Wide } else { Separator::Blanks }, |(_, c)| Separator::Char(c));
    if separator == Separator::Blanks {
        // Two or three words with single blanks may still be a head: `Date Sourceip port destips`.
        let words = trimmed.split_whitespace().count();
        if !(2..=8).contains(&words) {
            return None;
        }
    }
    let names = cells(separator, trimmed);
    // `Source Port: 4242` is a labelled line.
    let labelled = separator == Separator::Blanks && names.iter().any(|name| name.ends_with(':'));
    if labelled || names.len() < 2 || names.iter().any(|name| name.len() > 60) {
        return None;
    }
    let columns: Vec<Column> = names.iter().map(|name| column(name)).collect();
    let known = columns.iter().filter(|column| **column != Column::Other).count();
    let subject = columns.iter().any(|column| matches!(column, Column::Source | Column::Url | Column::Host));
    // A head has names and no values.
    let values = trimmed.contains("://") || names.iter().any(|name| crate::extract::ip::parse(name).is_some());
    let enough = match separator {
        // Tabs and bars are no accident: one known name will do.
        Separator::Char('\t' | '|') => known >= 1,
        Separator::Char(_) | Separator::Wide => known >= 2,
        // `attacker IP source:` is a heading and no table.
        Separator::Blanks => {
            known >= 2 && known * 2 >= columns.len() && kinds(&columns) >= 2 && !trimmed.ends_with(':')
        }
    };
    (enough && subject && !values).then_some(Head { separator, columns })
}

/// How many different sorts of known columns there are.
fn kinds(columns: &[Column]) -> usize {
    let mut seen: Vec<Column> = Vec::new();
    for column in columns.iter().filter(|column| **column != Column::Other) {
        if !seen.contains(column) {
            seen.push(*column);
        }
    }
    seen.len()
}

impl Head {
    /// The cells of a row.
    pub(crate) fn cells<'l>(&self, line: &'l str) -> Vec<Cow<'l, str>> {
        cells(self.separator, line.trim().trim_start_matches(['>', ' ']))
    }

    /// Whether `line` can be a row of this table.
    pub(crate) fn fits(&self, cells: &[Cow<'_, str>]) -> bool {
        let wanted = self.columns.len();
        match self.separator {
            Separator::Char(_) => cells.len() + 2 >= wanted && cells.len() <= wanted + 2,
            Separator::Blanks | Separator::Wide => cells.len() >= 2,
        }
    }

    /// Whether rows are held together by a separator, so that cells can be trusted by their number.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self.separator, Separator::Char(_))
    }
}

/// How many rows under heads in `text` have as many cells as their head.
pub(crate) fn whole_rows(text: &str) -> usize {
    let mut rows = 0;
    let mut table: Option<Head> = None;
    for line in text.lines().take(MAX_PROBED).map(str::trim_end).filter(|line| !line.is_empty()) {
        if let Some(head) = table.as_ref().filter(|head| head.cells(line).len() == head.columns.len()) {
            rows += usize::from(head.is_exact());
        } else {
            table = head(line).or(table);
        }
    }
    rows
}

/// Most lines in which whole rows are counted.
const MAX_PROBED: usize = 1_000;
/// Most columns of a row.
const MAX_COLUMNS: usize = 200;

fn cells(separator: Separator, line: &str) -> Vec<Cow<'_, str>> {
    match separator {
        Separator::Wide => line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .take(MAX_COLUMNS)
            .map(Cow::Borrowed)
            .collect(),
        Separator::Blanks => line.split_whitespace().take(MAX_COLUMNS).map(Cow::Borrowed).collect(),
        Separator::Char('|') => {
            line.trim_matches('|').split('|').take(MAX_COLUMNS).map(|cell| Cow::Borrowed(cell.trim())).collect()
        }
        Separator::Char(c) if !line.contains('"') => {
            line.split(c).take(MAX_COLUMNS).map(|cell| Cow::Borrowed(cell.trim())).collect()
        }
        Separator::Char(c) => quoted(line, c),
    }
}

/// RFC 4180: cells in quotes may hold the separator; a doubled quote is a quote.
fn quoted(line: &str, separator: char) -> Vec<Cow<'_, str>> {
    let mut out = Vec::new();
    let mut rest = line;
    while out.len() < MAX_COLUMNS {
        let trimmed = rest.trim_start_matches(' ');
        if let Some(inside) = trimmed.strip_prefix('"') {
            let mut end = 0;
            let bytes = inside.as_bytes();
            while end < bytes.len() && !(bytes[end] == b'"' && bytes.get(end + 1) != Some(&b'"')) {
                end += if bytes[end] == b'"' { 2 } else { 1 };
            }
            let end = end.min(inside.len());
            let cell = inside.get(..end).unwrap_or(inside);
            out.push(if cell.contains("\"\"") { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) });
            let behind = inside.get(end + 1..).unwrap_or("");
            match behind.split_once(separator) {
                Some((_, next)) => rest = next,
                None => break,
            }
        } else if let Some((cell, next)) = rest.split_once(separator) {
            out.push(Cow::Borrowed(cell.trim()));
            rest = next;
        } else {
            out.push(Cow::Borrowed(rest.trim()));
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_rows() {
        let head = head("\"timestamp\",\"ip\",\"port\",\"hostname\",\"tag\"").unwrap();
        assert_eq!(head.columns, [Column::Time, Column::Source, Column::SourcePort, Column::Host, Column::Other]);
        let cells = head.cells("\"2024-05-01 00:00:00\",192.0.2.1,80,\"a,b\",\"say \"\"x\"\"\"");
        assert_eq!(cells, ["2024-05-01 00:00:00", "192.0.2.1", "80", "a,b", "say \"x\""]);
        assert!(head.fits(&cells));
        assert!(super::head("Date\tSourceip\tport\tdestips").is_some());
        assert!(super::head("| IP | Time |").is_some());
        assert!(
            super::head("{\"src_ip\":\"192.0.2.1\",\"dst_port\":22,\"timestamp\":\"2024-05-01T00:00:00Z\"}").is_none()
        );
        assert!(super::head("Dear Sir, the source of this attack").is_none());
        assert!(super::head("192.0.2.1, 192.0.2.2").is_none());
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
