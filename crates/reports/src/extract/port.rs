//! Ports and transports beside an address: whose a port is decides who is asked about it, so only what is written as the
//! address's own is taken.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use model::Transport;

/// The port of the address that ends at byte `end` of `line`, as programs put it there: `192.0.2.1:443`,
/// `[2001:db8::1]:443`, `192.0.2.1#443`, `192.0.2.1.443 >` (tcpdump), `192.0.2.1/443` (Cisco ASA), `192.0.2.1(443) ->`
/// (Cisco IOS), `192.0.2.1 198.51.100.2 443 22` (packet filters that list both addresses, then both ports).
pub fn after(line: &str, end: usize) -> Option<u16> {
    let rest = line.get(end..)?;
    let rest = rest.strip_prefix(']').unwrap_or(rest);
    let first = rest.chars().next()?;
    match first {
        ':' | '#' => {
            let (port, behind) = leading(&rest[1..])?;
            let goes_on = behind.starts_with(|c: char| c.is_ascii_alphabetic());
            // `192.0.2.1:12:30:05` is a time behind an address.
            let of_time = behind.strip_prefix(':').is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
            (!goes_on && !of_time).then_some(port)
        }
        '.' => leading(&rest[1..]).filter(|(_, behind)| points_on(behind)).map(|(port, _)| port),
        // Below stands the length of a prefix.
        '/' => leading(&rest[1..])
            .filter(|(port, behind)| {
                *port > 128 && !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
            })
            .map(|(port, _)| port),
        '(' => {
            let (port, behind) = leading(&rest[1..])?;
            points_on(behind.strip_prefix(')')?).then_some(port)
        }
        // `192.0.2.1 : 443`
        ' ' if rest.starts_with(" : ") => {
            leading(&rest[3..]).filter(|(_, behind)| !behind.starts_with([':', '.'])).map(|(port, _)| port)
        }
        ' ' | '\t' | ',' => listed(rest, first),
        _ => None,
    }
}

/// The number that `text` begins with, if it can be a port, and what is behind it.
fn leading(text: &str) -> Option<(u16, &str)> {
    let digits = text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    Some((number(text.get(..digits)?)?, &text[digits..]))
}

/// Whether an arrow to the other side follows.
fn points_on(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    ["->", "=>", "→", "> ", ">", "--"].iter().any(|arrow| text.starts_with(arrow))
}

/// `, 198.51.100.2, 443, 22` and ` 443 -> `: the numbers of a packet filter behind the source address.
fn listed(rest: &str, separator: char) -> Option<u16> {
    let mut cells = rest.split(separator).map(str::trim).filter(|cell| !cell.is_empty());
    let (first, second, third) = (cells.next()?, cells.next()?, cells.next());
    if super::ip::parse(first).is_some() {
        let whole = |text: &str| leading(text).filter(|(_, behind)| behind.is_empty()).map(|(port, _)| port);
        return whole(second).filter(|_| third.is_some_and(|text| whole(text).is_some()));
    }
    leading(first).filter(|(_, behind)| behind.is_empty() && points_on(second)).map(|(port, _)| port)
}

/// A port as a whole field: `443`, `80.0`, `443/tcp`, `22 (ssh)`; zero means unknown.
pub fn number(text: &str) -> Option<u16> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text[digits..].trim_start();
    if !(rest.is_empty() || rest.starts_with(['/', '(', '.', ' ']) || rest == ".0") {
        return None;
    }
    text[..digits].parse().ok().filter(|port| *port != 0)
}

/// A port named right behind an address: `port 4242`, `, source port: 4242`, `、送信元ポート番号 4242`; and whether it is
/// named as the source's own. One that is only called a port may be the attacked one.
pub fn labelled(after: &str) -> Option<(u16, bool)> {
    let blank = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | '(' | ';' | '、' | '，' | '（' | '・' | '/' | ')' | '）' | 'の' | '【' | '】' | '[' | ']'
            )
    };
    let rest = after.trim_start_matches(blank);
    let own = ["source ", "src ", "送信元", "接続元", "発信元", "アクセス元"];
    let (rest, own) = own.iter().find_map(|word| rest.strip_prefix(word)).map_or((rest, false), |rest| (rest, true));
    let rest = rest.strip_prefix("port").or_else(|| rest.strip_prefix("ポート"))?;
    value(rest).map(|port| (port, own))
}

/// The number behind a label, with the signs that may stand between.
fn value(rest: &str) -> Option<u16> {
    let rest = rest.strip_prefix("番号").or_else(|| rest.strip_prefix(" number")).unwrap_or(rest);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("udp ").or_else(|| rest.strip_prefix("tcp ")).unwrap_or(rest);
    let sign =
        |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '#' | 'は' | '"' | '\'' | '「' | '[' | ']' | '】' | '>');
    leading(rest.trim_start_matches(sign))
        .filter(|(_, behind)| !behind.starts_with(|c: char| c.is_ascii_alphanumeric()))
        .map(|(port, _)| port)
}

/// How programs and people name the port of the source, lower case.
const SOURCE: &[&str] = &[
    "spt",
    "sport",
    "srcport",
    "src_port",
    "src-port",
    "src port",
    "sourceport",
    "source_port",
    "source-port",
    "source port",
    "remote_port",
    "remote port",
    "client_port",
    "rport",
    "送信元ポート",
    "接続元ポート",
    "発信元ポート",
    "攻撃元ポート",
    "投稿元ポート",
    "通信元ポート",
    "アクセス元ポート",
    "ログイン元ポート",
    "ソースポート",
    "ソース ポート",
    "投稿時ポート",
];

/// The same in the neighbours' languages.
const SOURCE_ABROAD: &[&str] = &[
    "quellport",
    "quell-port",
    "port source",
    "puerto origen",
    "puerto de origen",
    "porta de origem",
    "porta origem",
    "porta sorgente",
    "bronpoort",
    "port źródłowy",
    "исходный порт",
    "порт источника",
    "порт отправителя",
    "源端口",
    "來源埠",
    "来源端口",
    "출발지 포트",
    "출발지포트",
    "소스 포트",
];

/// In this order the library looks for all of them at once with vector instructions.
static LABELS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(SOURCE).ok());
static LABELS_ABROAD: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(SOURCE_ABROAD).ok());

/// Whether a line, lower case, ends with the name of a port that is not the attacked one's: its number may stand in the next.
pub fn is_open(lower: &str) -> bool {
    let text = lower.trim_end_matches([' ', '\u{3000}', ':', '：', '(', '（', '\r']);
    let text = text.strip_suffix("番号").unwrap_or(text);
    let Some(before) = text.strip_suffix("port").or_else(|| text.strip_suffix("ポート")) else { return false };
    !["宛先", "接続先", "送信先", "攻撃先", "dst ", "dest ", "destination ", "target ", "サ", "レ", "sup", "re"]
        .iter()
        .any(|word| before.ends_with(word))
}

/// The number at the start of a line behind one that [`is_open`].
pub fn continued(line: &str) -> Option<u16> {
    let rest = line.trim_start_matches([' ', '\t', '\u{3000}', '>', ':', '：', '番', '号', 'は']);
    leading(rest)
        .filter(|(_, behind)| !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || ".:-/".contains(c)))
        .map(|(port, _)| port)
}

/// Whether a line may name a port of the source, in whichever case: every name of one has `port`, `spt` or `ポート` in it.
pub fn may_name_source(line: &str) -> bool {
    let bytes = line.as_bytes();
    let named = |at: usize| {
        bytes.get(at + 1..at + 4).is_some_and(|rest| rest.eq_ignore_ascii_case(b"ort"))
            || at > 0 && bytes.get(at - 1..at + 2).is_some_and(|word| word.eq_ignore_ascii_case(b"spt"))
    };
    memchr::memchr2_iter(b'p', b'P', bytes).any(named) || memchr::memmem::find(bytes, "ポート".as_bytes()).is_some()
}

/// The port that a line, lower case, names as the source's wherever it stands: `SPT=4242`, `srcport=4242`,
/// `"src_port":4242`, `送信元ポート番号：4242`.
pub fn of_source(lower: &str) -> Option<u16> {
    labelled_in(LABELS.as_ref().filter(|_| may_name_source(lower))?, lower)
}

/// The same in a text in another language: `Quellport: 4242`, `源端口4242`.
pub fn of_source_abroad(lower: &str) -> Option<u16> {
    labelled_in(LABELS_ABROAD.as_ref()?, lower)
}

fn labelled_in(labels: &AhoCorasick, lower: &str) -> Option<u16> {
    labels.find_iter(lower).find_map(|found| {
        let glued = found.start() > 0
            && lower.as_bytes()[found.start() - 1].is_ascii_alphanumeric()
            && lower.as_bytes()[found.start()].is_ascii();
        // `sport4`, `srcportname=`: a Latin word has to end here.
        let latin = lower.as_bytes()[found.end() - 1].is_ascii();
        let goes_on = |rest: &str| latin && rest.starts_with(|c: char| c.is_ascii_digit());
        let rest = lower.get(found.end()..).filter(|rest| !glued && !goes_on(rest))?;
        value(rest)
    })
}

/// The transport named in a word.
pub fn transport(text: &str) -> Option<Transport> {
    let text = text.trim();
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    match word.to_ascii_lowercase().as_str() {
        "tcp" | "tcp6" | "6" => Some(Transport::Tcp),
        "udp" | "udp6" | "17" => Some(Transport::Udp),
        "icmp" | "icmpv6" | "1" => Some(Transport::Icmp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_port_stands_behind_the_address() {
        for (rest, port) in [
            (":443 x", Some(443)),
            ("]:22", Some(22)),
            ("#4242 (example.jp): query", Some(4242)),
            (":4242: denied", Some(4242)),
            (": denied", None),
            (":99999", None),
            (":12:30:05", None),
            (".4242 > 198.51.100.2.22: Flags [S]", Some(4242)),
            (".4242 is a version", None),
            ("/4242 dst inside:198.51.100.2/22", Some(4242)),
            ("/4242->198.51.100.2/22", Some(4242)),
            ("/24", None),
            ("(4242) -> 198.51.100.2(22), 1 packet", Some(4242)),
            ("(4242)", None),
            (" 198.51.100.2 4242 22 48 S", Some(4242)),
            (",198.51.100.2,4242,22,0,S", Some(4242)),
            (" 198.51.100.2 22", None),
            (" 4242 -> 198.51.100.2 22", Some(4242)),
            (" 22 times", None),
            (" : 4242", Some(4242)),
            (" : 12:30", None),
            ("", None),
        ] {
            let line = format!("192.0.2.1{rest}");
            assert_eq!(after(&line, 9), port, "{line}");
        }
    }

    #[test]
    fn a_port_whose_number_stands_in_the_next_line() {
        for (line, next, port) in [
            ("投稿元:203.0.113.140（ポート", "　　　　4242）", Some(4242)),
            ("192.0.2.1, source port:", "  4242 tcp", Some(4242)),
            ("192.0.2.1 宛先ポート番号", "22", None),
            ("192.0.2.1 のサポート", "4242", None),
            ("192.0.2.1 port", "22:30:05 x", None),
        ] {
            assert_eq!(is_open(line).then(|| continued(next)).flatten(), port, "{line}");
        }
    }

    #[test]
    fn ports_as_whole_fields() {
        for (text, port) in
            [("80.0", Some(80)), ("22 (ssh)", Some(22)), ("443/tcp", Some(443)), ("0", None), ("12:30", None)]
        {
            assert_eq!(number(text), port, "{text}");
        }
        assert_eq!(transport("TCP (SYN)"), Some(Transport::Tcp));
        assert_eq!(transport("http"), None);
    }

    #[test]
    fn named_ports() {
        for (text, port) in [
            (" port 4242)", Some((4242, false))),
            ("（送信元ポート番号 4242）", Some((4242, true))),
            ("、ポートは不明", None),
            (" 宛先ポート 22", None),
            (" -> port 22", None),
            ("からポート22へ", None),
            ("の接続元ポートは4242です", Some((4242, true))),
            ("【ポート】4242【日時】", Some((4242, false))),
        ] {
            assert_eq!(labelled(text), port, "{text}");
        }
        for (line, port) in [
            ("src=192.0.2.1 dst=198.51.100.1 proto=tcp spt=4242 dpt=22", Some(4242)),
            ("srcip=192.0.2.1 srcport=4242 dstport=443", Some(4242)),
            ("{\"src_ip\":\"192.0.2.1\",\"src_port\":4242,\"dest_port\":22}", Some(4242)),
            ("source-address=\"192.0.2.1\" source-port=\"4242\" destination-port=\"22\"", Some(4242)),
            ("接続元ポート番号:4242", Some(4242)),
            ("送信元ポート4242番から", Some(4242)),
            ("203.0.113.5（源端口4242）", Some(4242)),
            ("indirizzo 192.0.2.1, porta sorgente udp 4242", Some(4242)),
            ("ソース ポート:      4242", Some(4242)),
            ("dport=22 dstport=22 destination port: 22 dpt=22", None),
            ("transport 4242", None),
        ] {
            assert_eq!(of_source(line).or_else(|| of_source_abroad(line)), port, "{line}");
        }
    }
}
