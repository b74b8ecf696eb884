//! A morning's reports: in both languages, with and without what is needed, one of them hostile.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The subject with which a stranger tries the console.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>";

fn ago(now: Timestamp, minutes: i64) -> Timestamp {
    now.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(now)
}

fn mail(from: &str, subject: &str, at: Timestamp, body: &str) -> String {
    let date = at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let id = store::raw::content_hash(format!("{from}{subject}{at}{body}").as_bytes());
    format!(
        "From: {from}\r\nTo: abuse@provider.example\r\nSubject: {subject}\r\nDate: {date}\r\n\
         Message-ID: <{}@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        &id[..20],
        body.replace('\n', "\r\n")
    )
}

fn log_line(at: Timestamp, text: &str) -> String {
    format!("{} {text}", at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
}

fn logins(now: Timestamp, minutes: i64, ip: &str, port: Option<u16>) -> String {
    let port = port.map(|port| format!(" port {port}")).unwrap_or_default();
    let lines: Vec<String> = (0..6)
        .map(|n| log_line(ago(now, minutes - n), &format!("sshd[811]: Failed password for root from {ip}{port} ssh2")))
        .collect();
    format!(
        "Hello,\n\nthe address {ip} tries passwords on our servers. Times are UTC.\n\n{}\n\nPlease stop it.\n",
        lines.join("\n")
    )
}

fn phishing(now: Timestamp, minutes: i64, url: &str) -> String {
    phishing_at(now, minutes, url, "192.0.2.1")
}

/// A page at an address: of another contract than the name, nobody can say surely whose it is.
fn phishing_at(now: Timestamp, minutes: i64, url: &str, ip: &str) -> String {
    let at = ago(now, minutes).to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    format!("Phishing page against customers of a bank.\n\nURL: {url}\nSeen: {at}\nIP: {ip}\n\nPlease take it down.\n")
}

/// The reports, oldest first, each with the minutes since it came in.
#[expect(clippy::too_many_lines, reason = "a table of mails, one after the other")]
pub(crate) fn morning(now: Timestamp) -> Vec<(i64, String)> {
    let soc = "SOC <soc@example.org>";
    let cert = "CERT <cert@cert.example.jp>";
    let shield = "Shield <report@shield.example.net>";
    let mut all = vec![
        (
            400 - 2,
            mail(
                soc,
                "Phishing on shop.example.com",
                ago(now, 400),
                &phishing(now, 410, "https://shop.example.com/bank/login.php"),
            ),
        ),
        (
            390 - 2,
            mail(
                shield,
                "SSH brute force from 192.0.2.21",
                ago(now, 390),
                &logins(now, 395, "192.0.2.21", Some(40122)),
            ),
        ),
        (
            380 - 2,
            mail(
                cert,
                "=?UTF-8?B?44OV44Kj44OD44K344Oz44Kw44K144Kk44OI44Gu44GK55+l44KJ44Gb?=",
                ago(now, 380),
                "ご担当者様\n\n下記のURLでフィッシングサイトが公開されています。停止をお願いいたします。\n\nhttps://minato.example.jp/wp-content/login/\n\nCERT 担当\n",
            ),
        ),
        (
            370 - 2,
            mail(
                soc,
                HOSTILE,
                ago(now, 370),
                &phishing(now, 371, "https://komorebi.example.org/verify/?q=%3Cscript%3E"),
            ),
        ),
        (
            360 - 2,
            mail(shield, "Login attempts from 203.0.113.5", ago(now, 360), &logins(now, 365, "203.0.113.5", None)),
        ),
        (350 - 2, mail(soc, "Attack from 192.0.2.1", ago(now, 350), &logins(now, 355, "192.0.2.1", Some(51000)))),
        (
            340 - 2,
            mail(
                shield,
                "SSH brute force from 192.0.2.22",
                ago(now, 340),
                &logins(now, 345, "192.0.2.22", Some(40500)),
            ),
        ),
        (
            330 - 2,
            mail(
                shield,
                "SSH brute force from 192.0.2.31",
                ago(now, 330),
                &logins(now, 333, "192.0.2.31", Some(40777)),
            ),
        ),
        (
            320 - 2,
            mail("Taro <citizen@example.com>", "help", ago(now, 320), "I get so much spam, please do something.\n"),
        ),
        (
            200 - 2,
            mail(
                cert,
                "Phishing again",
                ago(now, 200),
                &phishing(now, 205, "https://shop.example.com/bank/confirm.php"),
            ),
        ),
        (180 - 2, mail(soc, "Port scan from 192.0.2.40", ago(now, 180), &logins(now, 185, "192.0.2.40", Some(61000)))),
    ];
    for (minutes, site, ip) in [(300, "garden.example.org", "192.0.2.22"), (280, "blog.example.net", "192.0.2.31")] {
        let text = phishing_at(now, minutes + 4, &format!("https://{site}/account/update.php"), ip);
        all.push((minutes - 2, mail(cert, &format!("Phishing on {site}"), ago(now, minutes), &text)));
    }
    all.extend((0..3).map(|n| {
        let at = 150 - n * 20;
        (
            at - 2,
            mail(
                soc,
                &format!("More from 192.0.2.21 ({n})"),
                ago(now, at),
                &logins(now, at + 6, "192.0.2.21", Some(41000)),
            ),
        )
    }));
    all
}
