//! Log lines of the attacked machine, by category. The last line is the event; the ones before are seconds earlier.

use jiff::Timestamp;
use model::Category;

use crate::scene::Scene;
use crate::stamp;

const USERS: &[&str] = &["root", "admin", "oracle", "postgres", "test", "ubuntu", "git", "user1"];
const PROBES: &[&str] = &[
    "/wp-login.php",
    "/.env",
    "/phpmyadmin/index.php",
    "/xmlrpc.php",
    "/vendor/phpunit/eval-stdin.php",
    "/.git/config",
];
const INJECTIONS: &[&str] = &[
    "/item.php?id=1%27%20OR%201=1--",
    "/list.php?cat=2%20UNION%20SELECT%20null,version()",
    "/news?id=5;WAITFOR%20DELAY%200",
];
const PORTS: &[u16] = &[22, 23, 80, 443, 445, 1433, 3306, 3389, 5432, 8080];

/// Times of `count` lines that end with the event, at most a minute long.
fn moments(scene: &mut Scene<'_>, count: u32) -> Vec<Timestamp> {
    let step = scene.rng.between(1, 7);
    (0..count).rev().map(|back| stamp::before(scene.event, back * step)).collect()
}

/// The service that is attacked: (name, port).
pub(crate) const fn service(category: Category) -> (&'static str, u16) {
    match category {
        Category::LoginAttack => ("ssh", 22),
        Category::Spam | Category::BulkMessaging | Category::CompromisedAccount => ("smtp", 25),
        Category::Ddos => ("dns", 53),
        Category::VulnerabilityScan | Category::SqlInjection | Category::Scraping => ("http", 443),
        _ => ("tcp", 445),
    }
}

/// Lines as a server's log has them, syslog style where the server would write syslog.
pub(crate) fn syslog(scene: &mut Scene<'_>, count: u32) -> Vec<String> {
    let zone = scene.zone;
    let (ip, port) = (scene.ip(), scene.port());
    let host = scene.reporter.host.split('.').next().unwrap_or("srv").to_owned();
    let pid = scene.rng.between(900, 32_000);
    let first = scene.story.clone().below(USERS.len());
    moments(scene, count)
        .into_iter()
        .zip((0..).zip(0..))
        .map(|(at, (n, line)): (_, (usize, u32))| {
            let user = USERS[(n + first) % USERS.len()];
            format!(
                "{} {host} sshd[{}]: Failed password for invalid user {user} from {ip} port {port} ssh2",
                zone.syslog(at),
                pid + line,
            )
        })
        .collect()
}

/// Lines with full date and zone, of whatever the category attacks.
pub(crate) fn dated(scene: &mut Scene<'_>, count: u32) -> Vec<String> {
    match scene.category {
        Category::VulnerabilityScan | Category::Scraping => web(scene, count, PROBES),
        Category::SqlInjection => web(scene, count, INJECTIONS),
        Category::LoginAttack => logins(scene, count),
        _ => packets(scene, count),
    }
}

/// Access log lines in the common format: zone in each line, no source port.
fn web(scene: &mut Scene<'_>, count: u32, paths: &[&str]) -> Vec<String> {
    let (zone, ip) = (scene.zone, scene.ip());
    // The common format has no source port; this server logs it at the end, as RFC 6302 asks.
    let port = scene.port();
    moments(scene, count)
        .into_iter()
        .map(|at| {
            let path = scene.rng.pick(paths);
            let size = scene.rng.between(120, 5_000);
            format!(
                "{ip} - - [{}] \"GET {path} HTTP/1.1\" 404 {size} \"-\" \"Mozilla/5.0\" srcport={port}",
                zone.web_log(at)
            )
        })
        .collect()
}

fn logins(scene: &mut Scene<'_>, count: u32) -> Vec<String> {
    let (zone, ip, port) = (scene.zone, scene.ip(), scene.port());
    let victim = scene.reporter.ip;
    moments(scene, count)
        .into_iter()
        .map(|at| {
            let user = scene.rng.pick(USERS);
            format!("{} {ip}:{port} -> {victim}:22 ssh login failed user={user}", zone.iso(at))
        })
        .collect()
}

/// Firewall lines: `2002/07/05 23:05:23 JST 192.0.2.1:22(TCP) -> 198.51.100.1:22(TCP)`.
fn packets(scene: &mut Scene<'_>, count: u32) -> Vec<String> {
    let (zone, ip, port) = (scene.zone, scene.ip(), scene.port());
    let source = if ip.contains(':') { format!("[{ip}]") } else { ip };
    let victim = scene.reporter.ip;
    let protocol = if scene.category == Category::Ddos { "UDP" } else { "TCP" };
    moments(scene, count)
        .into_iter()
        .map(|at| {
            let to = match scene.category {
                Category::Ddos => 53,
                Category::Spam | Category::BulkMessaging => 25,
                _ => scene.rng.pick(PORTS),
            };
            format!("{} {source}:{port}({protocol}) -> {victim}:{to}({protocol})", zone.slashed(at))
        })
        .collect()
}

/// A spam mail as its receiver has it: headers down to the body, CRLF to be added.
pub(crate) fn spam_sample(scene: &mut Scene<'_>) -> String {
    let ip = scene.ip();
    let host = scene.reporter.host.clone();
    let domain = scene.reporter.domain.clone();
    let event = scene.zone.mail(scene.event);
    let id = scene.story.clone().next();
    let (from, extra) = match &scene.target.account {
        Some(account) => (account.clone(), format!("X-Authenticated-Sender: {account}\n")),
        None => (format!("win{}@lucky-news.example.com", id % 100), String::new()),
    };
    let (subject, body) = LURES[scene.story.clone().below(LURES.len())];
    let literal = if ip.contains(':') { format!("IPv6:{ip}") } else { ip };
    format!(
        "Return-Path: <{from}>\n\
         Received: from sender.invalid (unknown [{literal}])\n\tby {host} (Postfix) with ESMTP id {:08X}\n\t\
         for <redacted@{domain}>; {event}\n\
         {extra}From: <{from}>\nTo: <redacted@{domain}>\nSubject: {}\nDate: {event}\n\
         Message-ID: <{id:016x}@lucky-news.example.com>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n",
        id >> 32,
        crate::mime::encode_words(subject).replace("\r\n", "\n"),
    )
}

const LURES: &[(&str, &str)] = &[
    (
        "Your parcel could not be delivered",
        "Please confirm your address within 24 hours to avoid return of the parcel.",
    ),
    ("当選のお知らせ", "おめでとうございます。賞金の受け取り手続きは本日までです。ご返信ください。"),
    ("Cheap medicine, no questions", "Order today, discreet shipping everywhere. Reply for the price list."),
    ("アドレス変更しました", "ひさしぶり。アドレスを変えたので登録してね。写真も送るよ。"),
    ("Invoice overdue", "Find the invoice attached. Pay today or legal steps follow."),
    ("【重要】会員情報の更新", "お客様の会員情報の有効期限が切れます。お手続きをお願いいたします。"),
];
