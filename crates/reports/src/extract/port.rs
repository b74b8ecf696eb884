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
    }
}
