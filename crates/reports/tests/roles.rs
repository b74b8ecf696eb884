//! Who is accused, who complains, who passes on, and what is only a link for information: one small mail for each rule.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::collections::BTreeSet;

use model::{Observation, Reading, ReportReader as _};
use reports::Reader;

fn read(subject: &str, body: &str) -> Reading {
    let raw = format!("From: Desk <desk@reporter.example.org>\nTo: abuse@example.com\nSubject: {subject}\n\n{body}\n");
    Reader.read(raw.as_bytes(), "2024-05-02T03:00:00Z".parse().unwrap())
}

fn accused(reading: &Reading) -> BTreeSet<String> {
    let ips = reading.observations.iter().filter_map(|seen| seen.ip).map(|ip| ip.to_string());
    ips.chain(reading.observations.iter().filter_map(|seen| seen.url.clone())).collect()
}

#[track_caller]
fn accuses(subject: &str, body: &str, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|one| (*one).to_owned()).collect();
    assert_eq!(accused(&read(subject, body)), expected, "{subject} | {body}");
}

#[test]
fn what_the_writer_says_himself_comes_before_what_he_passes_on() {
    let inner = "---- Forwarded message ----\nWe have had hack attempts from IP address 192.0.2.77.\n\
                 Scripts against it: http://tools.example.net/clean-up-your-server\n";
    let body =
        format!("An attack came from the IP address 192.0.2.10, which belongs to your network.\n\nRegards\n\n{inner}");
    accuses("Fwd: attack", &body, &["192.0.2.10"]);
    // Who says nothing himself passes the whole claim on.
    accuses("Fwd: attack", &format!("See below.\n\n{inner}"), &["192.0.2.77"]);
}

#[test]
fn a_list_belongs_to_the_sentence_over_it() {
    accuses(
        "Trademarks",
        "The following URLs are using our client's trademarks without authorization and mislead\n\
         consumers by promises. There is one place only at which the prizes are real (official site\n\
         brand.example.org).\n\nhxxp://brand-gift[.]example[.]net/\nhxxp://brand-win[.]example[.]net/a\n",
        &["http://brand-gift.example.net/", "http://brand-win.example.net/a"],
    );
    accuses(
        "Phishing site",
        "Please close http://bank.example.net/login/ now.\n\nMore information about this sort of phishing can be found at the\n\
         following links:\nhttp://news.example.org/articles/phishing-with-lists-1138980\n",
        &["http://bank.example.net/login/"],
    );
}

#[test]
fn lines_of_one_log_have_the_accused_in_one_slot() {
    accuses(
        "Attack from 192.0.2.10",
        "Our server was attacked:\n\
         192.0.2.10 - - [01/May/2024:21:00:00 +0900] \"GET /a HTTP/1.1\" 404 1\n\
         192.0.2.11 - - [01/May/2024:21:00:01 +0900] \"GET /a HTTP/1.1\" 404 1\n\
         host: \"198.51.100.4:443\"\n",
        &["192.0.2.10", "192.0.2.11"],
    );
}

#[test]
fn an_address_in_place_of_a_name_is_accused_with_its_url() {
    accuses(
        "Phishing",
        "The phishing page is at http://192.0.2.80/login/ again.",
        &["192.0.2.80", "http://192.0.2.80/login/"],
    );
}

#[test]
fn the_attacked_site_is_not_accused_by_its_link() {
    accuses(
        "Abuse Report (192.0.2.10)",
        "Your IP address 192.0.2.10 is attacking our network: brute force.\n\nThe administrative URL for this site is:\n\
         https://shop.example.net/wp-admin/admin.php?page=login\n",
        &["192.0.2.10"],
    );
}

#[test]
fn what_a_trap_wrote_into_the_header_is_read_where_the_mail_says_nothing() {
    let raw = b"X-Trap-ConnectIP: 192.0.2.25\nFrom: x@example.org\nTo: x@example.org\nSubject: Mailbox full\n\nYour mailbox is full.\n";
    let reading = Reader.read(raw, "2024-05-02T03:00:00Z".parse().unwrap());
    assert_eq!(accused(&reading), BTreeSet::from(["192.0.2.25".to_owned()]));
    assert!(reading.observations.iter().all(|seen| seen.confidence < Observation::SURE));
}

#[test]
fn the_neighbours_are_understood() {
    for body in [
        "Angriffe von 192.0.2.10 auf unseren Server 198.51.100.4 (Ziel: 198.51.100.5)",
        "Des attaques proviennent depuis l'adresse IP 192.0.2.10 contre notre serveur 198.51.100.4",
        "Ataques desde la IP 192.0.2.10 contra nuestro servidor 198.51.100.4",
        "Ataques a partir do IP 192.0.2.10 contra nosso servidor 198.51.100.4",
        "Атака с адреса 192.0.2.10 на наш сервер 198.51.100.4",
    ] {
        accuses("Abuse", body, &["192.0.2.10"]);
    }
}

#[test]
fn a_table_that_only_the_html_version_kept_is_read_there() {
    let raw = "From: d@reporter.example.org\nTo: abuse@example.com\nSubject: Attacks\nMIME-Version: 1.0\n\
        Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
        See the attacks below.\ntime\nsrcip\nrule\nserver\n10:00\n192.0.2.10\n17\n198.51.100.4\n10:01\n192.0.2.11\n17\n198.51.100.4\n\
        --b\nContent-Type: text/html\n\n<p>See the attacks below.</p><table>\
        <tr><td>time</td><td>srcip</td><td>rule</td><td>server</td></tr>\
        <tr><td>10:00</td><td>192.0.2.10</td><td>17</td><td>198.51.100.4</td></tr>\
        <tr><td>10:01</td><td>192.0.2.11</td><td>17</td><td>198.51.100.4</td></tr></table>\n--b--\n";
    let reading = Reader.read(raw.as_bytes(), "2024-05-02T03:00:00Z".parse().unwrap());
    assert_eq!(accused(&reading), BTreeSet::from(["192.0.2.10".to_owned(), "192.0.2.11".to_owned()]));
    assert!(reading.observations.iter().all(|seen| seen.confidence >= Observation::SURE));
}

#[test]
fn each_value_is_shown_where_it_stands() {
    let reading = read("Abuse", "Hello,\n\n   the IP address 192.0.2.10 attacks us.\n");
    let seen = reading.observations.first().unwrap();
    assert_eq!(seen.highlighted(), Some(("the IP address ", "192.0.2.10", " attacks us.")));
    let far = format!("{} from 192.0.2.10 to us", "x ".repeat(300));
    let reading = read("Attack", &far);
    assert_eq!(reading.observations.first().unwrap().highlighted().unwrap().1, "192.0.2.10");
}
