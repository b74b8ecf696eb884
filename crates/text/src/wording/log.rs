//! One line of a log in plain words: when, from where, to where, which service (D50).

use jiff::tz::TimeZone;
use model::{Lang, Observation, Transport};

use crate::catalogue::{t, ta};

/// What usually answers on a port, by the name that administrators use; `None` for ports without a well-known service.
pub const fn service_name(port: u16) -> Option<&'static str> {
    Some(match port {
        20 | 21 => "FTP",
        22 => "SSH",
        23 | 2323 => "Telnet",
        25 => "SMTP",
        53 => "DNS",
        69 => "TFTP",
        80 | 8000 | 8080 => "HTTP",
        110 => "POP3",
        111 => "RPC portmapper",
        123 => "NTP",
        137..=139 => "NetBIOS",
        143 => "IMAP",
        161 => "SNMP",
        389 => "LDAP",
        443 | 8443 => "HTTPS",
        445 => "SMB",
        465 | 587 => "SMTP submission",
        993 => "IMAPS",
        995 => "POP3S",
        1080 => "SOCKS",
        1433 => "Microsoft SQL Server",
        1900 => "SSDP",
        2375 | 2376 => "Docker",
        3128 => "HTTP proxy",
        3306 => "MySQL",
        3389 => "RDP",
        5060 | 5061 => "SIP",
        5353 => "mDNS",
        5432 => "PostgreSQL",
        5555 => "Android ADB",
        5900 => "VNC",
        6379 => "Redis",
        9200 => "Elasticsearch",
        11211 => "memcached",
        27017 => "MongoDB",
        _ => return None,
    })
}

/// The observation in one sentence, polite form. What the report does not say is said to be missing or left out, never
/// guessed. The attacked address belongs to the reporter's side: it is named only `with_target`.
pub fn explain(lang: Lang, seen: &Observation, zone: &TimeZone, with_target: bool) -> String {
    let when = match &seen.at {
        Some(time) => ta(lang, "log-when", &[("at", super::stamp_mail_seconds(lang, time.at, zone).into())]),
        None => t(lang, "log-when-unknown"),
    };
    let from = seen.address().map(|ip| {
        let end = endpoint(lang, Some(ip.to_string()), seen.port, false);
        ta(lang, "log-from", &[("end", end.into())])
    });
    let target = seen.target_ip.filter(|_| with_target).map(|ip| ip.to_string());
    let to = (target.is_some() || seen.target_port.is_some()).then(|| {
        let end = endpoint(lang, target, seen.target_port, true);
        ta(lang, "log-to", &[("end", end.into())])
    });
    let how = match seen.transport {
        Some(Transport::Tcp) => "TCP",
        Some(Transport::Udp) => "UDP",
        Some(Transport::Icmp) => "ICMP",
        None => "none",
    };
    let sentence = ta(
        lang,
        "log-line",
        &[
            ("when", when.into()),
            ("from", from.unwrap_or_default().into()),
            ("to", to.unwrap_or_default().into()),
            ("how", how.into()),
        ],
    );
    match seen.count.filter(|count| *count > 1) {
        Some(count) => sentence + &ta(lang, "log-count", &[("n", count.into())]),
        None => sentence,
    }
}

/// `192.0.2.1のポート22（SSH）`, `port 22 (SSH) of 192.0.2.1`, as far as known.
fn endpoint(lang: Lang, address: Option<String>, port: Option<u16>, name_service: bool) -> String {
    let Some(port) = port else {
        return address.unwrap_or_default();
    };
    let service = service_name(port).filter(|_| name_service);
    let key = match (&address, service) {
        (Some(_), Some(_)) => "log-end-full",
        (Some(_), None) => "log-end-port",
        (None, Some(_)) => "log-end-service",
        (None, None) => "log-end-port-only",
    };
    ta(
        lang,
        key,
        &[
            ("ip", address.unwrap_or_default().into()),
            ("port", port.to_string().into()),
            ("service", service.unwrap_or_default().into()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use model::{Category, EventTime};

    use super::*;

    fn ssh() -> Observation {
        let at = "2002-07-05T23:05:23+09:00".parse().unwrap();
        Observation {
            ip: Some("192.0.2.91".parse().unwrap()),
            port: Some(22),
            target_ip: Some("198.51.100.69".parse().unwrap()),
            target_port: Some(22),
            transport: Some(Transport::Tcp),
            at: Some(EventTime::zoned(at, "JST", "2002/07/05 23:05:23 JST")),
            ..Observation::new(Category::PortScan, 1.0)
        }
    }

    #[test]
    fn the_line_is_told_in_both_languages() {
        let zone = crate::wording::tokyo();
        assert_eq!(
            explain(Lang::Ja, &ssh(), &zone, true),
            "2002年7月5日（金）23時05分23秒（日本時間）に、192.0.2.91のポート22から、\
             198.51.100.69のポート22（SSH）へ、TCPの通信がありました。"
        );
        assert_eq!(
            explain(Lang::En, &ssh(), &zone, true),
            "On 5 July 2002, 23:05:23 JST (UTC+9), TCP traffic was seen from port 22 of 192.0.2.91 to port 22 (SSH) of \
             198.51.100.69."
        );
    }

    #[test]
    fn what_is_not_known_is_not_invented_and_the_target_stays_hidden() {
        let zone = crate::wording::tokyo();
        let bare = Observation {
            count: Some(1_200),
            ip: ssh().ip,
            target_ip: ssh().target_ip,
            target_port: Some(4),
            ..Observation::new(Category::PortScan, 1.0)
        };
        assert_eq!(
            explain(Lang::Ja, &bare, &zone, false),
            "（日時の記載なし）192.0.2.91から、ポート4へ、通信がありました。（1,200回）"
        );
        assert_eq!(
            explain(Lang::En, &bare, &zone, false),
            "At a time that was not stated, traffic was seen from 192.0.2.91 to port 4. (1,200 times)"
        );
    }
}
