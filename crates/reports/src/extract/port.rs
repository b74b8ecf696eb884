//! Ports and transports beside an address.

use model::Transport;

/// A port written right behind an address: `192.0.2.1:443`, `[2001:db8::1]:443`, `192.0.2.1#443`.
pub fn after(line: &str, end: usize) -> Option<u16> {
    let rest = line.get(end..)?;
    let rest = rest.strip_prefix(']').unwrap_or(rest);
    let rest = rest.strip_prefix([':', '#'])?;
    let digits = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
    if digits == 0 || rest[digits..].starts_with(|c: char| c.is_ascii_alphabetic() || c == ':') {
        return None;
    }
    number(&rest[..digits])
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

/// A port named right behind an address: `port 4242`, `, source port: 4242`, `、送信元ポート番号 4242`.
pub fn labelled(after: &str) -> Option<u16> {
    let blank = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ';' | '、' | '，' | '（' | '・' | '/');
    let rest = after.trim_start_matches(blank);
    let own = ["source ", "src ", "送信元", "接続元", "発信元"];
    let rest = own.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    let rest = rest.strip_prefix("port").or_else(|| rest.strip_prefix("ポート"))?;
    let rest = rest.strip_prefix("番号").unwrap_or(rest);
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '=' | '#' | 'は'));
    let digits = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
    number(rest.get(..digits)?)
}

/// `SPT=4242` in a line of a packet filter, lower case, whose `SRC=` the address is.
pub fn of_packet(lower: &str) -> Option<u16> {
    let rest = lower.split_once("spt=")?.1;
    let digits = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
    number(rest.get(..digits)?)
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
    fn ports_beside_and_alone() {
        assert_eq!(after("192.0.2.1:443 x", 9), Some(443));
        assert_eq!(after("[2001:db8::1]:22", 12), Some(22));
        assert_eq!(after("192.0.2.1: denied", 9), None);
        assert_eq!(after("192.0.2.1:99999", 9), None);
        assert_eq!(number("80.0"), Some(80));
        assert_eq!(number("22 (ssh)"), Some(22));
        assert_eq!(number("443/tcp"), Some(443));
        assert_eq!(number("0"), None);
        assert_eq!(number("12:30"), None);
        assert_eq!(transport("TCP (SYN)"), Some(Transport::Tcp));
        assert_eq!(transport("http"), None);
        assert_eq!(labelled(" port 4242)"), Some(4242));
        assert_eq!(labelled("（送信元ポート番号 4242）"), Some(4242));
        assert_eq!(labelled("、ポートは不明"), None);
        assert_eq!(labelled(" 宛先ポート 22"), None);
        assert_eq!(of_packet("src=192.0.2.1 dst=198.51.100.1 proto=tcp spt=4242 dpt=22"), Some(4242));
    }
}
