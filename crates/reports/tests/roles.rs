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

#[test]
fn what_a_subject_shortens_the_text_spells_out() {
    accuses(
        "Illegal copies on http://films.example.net",
        "Please remove the pages behind these links:\nhttps://films.example.net/17-the-film.html\n",
        &["https://films.example.net/17-the-film.html"],
    );
    // The text may name the site alone and leave it to the subject to say where.
    accuses(
        "Phishing at http://bank.example.net/login.php",
        "A phishing site is hosted on bank.example.net. Please act.\n",
        &["http://bank.example.net/login.php"],
    );
}

#[test]
fn who_disguises_one_link_accuses_no_other() {
    accuses(
        "Shutdown request",
        "We have identified you as the provider of the following resource: shop.example[.]net\n\n\
         The site sells counterfeit goods. Sites of this kind are on the list of the authority (at this link \
         https://www.authority.example.org/list-of-unlawful-shops.pdf).\n",
        &["shop.example.net"],
    );
}

#[test]
fn the_name_that_is_set_off_is_meant_and_not_one_told_beside() {
    accuses(
        "Shutdown request",
        "We have identified you as the provider of the following resource: shop.example[.]net\n\n\
         They have made other fraudulent websites, offline by now; an example of that is old.example[.]jp of last year.\n",
        &["shop.example.net"],
    );
}

#[test]
fn pages_are_meant_where_they_are_listed_and_not_the_whole_site() {
    accuses(
        "Notice of copyright infringement",
        "Title of the reporter: notice about the infringing site https://www.example.net\n\nReported URLs:\n\n\
         \thttps://www.example.net/user/17\n",
        &["https://www.example.net/user/17"],
    );
    // A site in the list is meant itself.
    accuses(
        "Phishing",
        "Phishing URLs:\nhttps://www.example.net/\nhttps://www.example.net/user/17\n",
        &["https://www.example.net/", "https://www.example.net/user/17"],
    );
}

#[test]
fn a_link_is_one_however_its_signs_are_escaped() {
    accuses(
        "Malware",
        "Malicious URLs:\nhttp://example.net/a?e%5B%5D=1&to=x%40example.org\n\nThe URL of the fraudulent site:\n\
         http://example.net/a?e[]=1&to=x@example.org\n",
        &["http://example.net/a?e%5B%5D=1&to=x%40example.org"],
    );
}

#[test]
fn who_passes_words_on_knows_the_address_himself() {
    accuses(
        "Report about one of your customers",
        "The actual host for shop.example.net has the following IP address: 192.0.2.10.\n\n\
         Below is the report we received:\n\nReported URLs:\n\thttps://shop.example.net/fake\n\n\
         We found a phishing page.\nIP Address: 203.0.113.7\n",
        &["192.0.2.10", "https://shop.example.net/fake"],
    );
}

#[test]
fn the_end_of_a_long_sentence_announces_the_list() {
    let long = "As the registries say, your company serves this site, which offers copies of the goods of our house \
                and does so in spite of all the letters that we have written to its owner since last year, who never \
                replied to any of them, although we have registered our name in every country of the world and have \
                told him so again and again in all languages that he might be able to read or to have read to him. \
                The site also violates your own terms of use. Please refer to the following URL(s) for the specific \
                location of the infringing page(s):";
    assert!(long.len() > 500);
    accuses("Notice", &format!("{long}\n\nhttps://www.example.net/tag/name\n"), &["https://www.example.net/tag/name"]);
}

#[test]
fn papers_are_no_places_of_the_crime() {
    accuses(
        "Copyright",
        "We hold the rights by a contract that can be read under the following link: https://disk.yandex.com/i/abc.\n\
         Please remove the infringing pages:\nhttps://films.example.net/17\n",
        &["https://films.example.net/17"],
    );
    // A file that is shared there may be what is accused.
    accuses(
        "Copyright",
        "Please remove the infringing copies:\nhttps://disk.yandex.com/i/abc\nhttps://films.example.net/17\n",
        &["https://disk.yandex.com/i/abc", "https://films.example.net/17"],
    );
}

#[test]
fn the_attacked_system_is_named_with_all_its_addresses() {
    accuses(
        "Abuse report about 192.0.2.10",
        "One of your clients using the IP: 192.0.2.10 has attacked one of our servers:\n\
         gate.victim.example.org - IPv4: 198.51.100.25 / IPv6: 2001:db8::25\n\nService: ssh\n",
        &["192.0.2.10"],
    );
}

#[test]
fn the_attacked_system_that_answers_is_no_source() {
    accuses(
        "Attacks",
        "The address 192.0.2.10 has attacked us. The flows:\n\ntime,src_ip,dst_name,bytes\n\
         2024-05-01T12:00:00Z,192.0.2.10,www.example.org.(198.51.100.9),100\n\
         2024-05-01T12:00:01Z,198.51.100.9,host.example.net.(192.0.2.10),4000\n",
        &["192.0.2.10"],
    );
}

#[test]
fn a_name_that_is_forged_is_not_accused() {
    accuses(
        "Spoofing",
        "We have learnt of an address in your network that is being used to spoof\nwidgets.example.com mails, as the \
         DMARC reports say.\n\n<source_ip>192.0.2.10</source_ip>\n",
        &["192.0.2.10"],
    );
}

#[test]
fn the_client_behind_a_script_sent_the_mail() {
    accuses(
        "FW: your parcel",
        "This is SPAM. I did not sign up for this!\n\nReturn-Path: <news@site.example.net>\n\
         Received: from web.example.net ([198.51.100.53])\n\tby mx.example.org with esmtps id 1;\n\
         \tTue, 30 Apr 2024 12:05:36 +0100\nX-PHP-Script: site.example.net/mailer.php for 192.0.2.46\nSubject: your parcel\n",
        &["192.0.2.46"],
    );
}

#[test]
fn a_bounce_that_a_trap_got_is_its_report() {
    let bounce = |trap: &str| {
        let raw = format!(
            "From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nTo: trap@example.org\nSubject: Mail delivery failed\n\
             Auto-Submitted: auto-replied\n{trap}\nYour message could not be delivered.\n"
        );
        Reader.read(raw.as_bytes(), "2024-05-02T03:00:00Z".parse().unwrap())
    };
    assert_eq!(bounce("").noise, Some(model::Noise::Bounce));
    let reading = bounce("X-Trap-ConnectIP: 192.0.2.33\n");
    assert_eq!((reading.noise, accused(&reading)), (None, BTreeSet::from(["192.0.2.33".to_owned()])));
}

#[test]
fn lines_that_flow_are_one_line() {
    let raw = "From: a@reporter.example.org\nTo: abuse@example.com\nSubject: Attack\nMIME-Version: 1.0\n\
               Content-Type: text/plain; charset=utf-8; format=flowed\n\n\
               The scans of our network of this Wednesday came all from the address \n192.0.2.10, and not from \
               the neighbours of it as we have written to you yesterday.\n";
    let reading = Reader.read(raw.as_bytes(), "2024-05-02T03:00:00Z".parse().unwrap());
    assert_eq!(accused(&reading), BTreeSet::from(["192.0.2.10".to_owned()]));
    assert!(reading.text.contains("from the address 192.0.2.10, and"));
}

#[test]
fn names_of_one_address_stand_in_a_row() {
    accuses(
        "Phishing",
        "These phishing sites are in your area:\n\
         ['192.0.2.10'] A 3 2024-05-01 21:21:21 2024-05-02 10:10:19 one.example.net ['192.0.2.10'] A 1 2024-05-01 \
         21:20:31 2024-05-01 21:20:31 two.example.net ['192.0.2.10'] A 14 2024-05-01 21:20:31 2024-05-01 17:33:44 three.example.net\n",
        &["192.0.2.10", "one.example.net", "two.example.net", "three.example.net"],
    );
}

#[test]
fn a_line_that_announces_a_list_says_nothing_of_it_by_its_own_address() {
    accuses(
        "DDoS attack from your network",
        "One of our customers' servers (198.51.100.10) received a DDoS attack in which the following IPs under your control \
         participated:\n\n  192.0.2.10\n  192.0.2.11\n\nAttack type: UDP flood\n",
        &["192.0.2.10", "192.0.2.11"],
    );
}

#[test]
fn a_heading_begins_with_those_who_act() {
    accuses(
        "Aggressive crawling",
        "The following addresses ignore robots.txt and hammer our website shop.victim.example.org with requests:\n\n\
         192.0.2.10 (12034 requests)\n192.0.2.11 (8001 requests)\n",
        &["192.0.2.10", "192.0.2.11"],
    );
    accuses(
        "Attack from 192.0.2.10",
        "192.0.2.10 attacked us. The following addresses were scanned in our network:\n\n198.51.100.4\n198.51.100.5\n",
        &["192.0.2.10"],
    );
}

#[test]
fn a_server_in_a_report_of_an_attack_may_be_the_attacked_one() {
    accuses(
        "Brute force from 192.0.2.10",
        "The IP 192.0.2.10 has made 120 attempts to log in to our blog.\n\nServer IP: 198.51.100.7\n",
        &["192.0.2.10"],
    );
    accuses(
        "Phishing site",
        "A phishing site is live: https://bank.example.net/a\nServer IP: 192.0.2.10\n",
        &["192.0.2.10", "https://bank.example.net/a"],
    );
}

#[test]
fn what_an_address_does_stands_behind_it() {
    accuses(
        "abuse",
        "Somebody using 192.0.2.10 keeps posting spam on our board, and yesterday the same person came back from \
         192.0.2.77. Our own server is 198.51.100.1.\n",
        &["192.0.2.10", "192.0.2.77"],
    );
}

#[test]
fn what_a_link_is_stands_behind_it() {
    accuses(
        "Phishing",
        "This is a phishing link: https://short.example.org/3xYz\n\
         It redirects to https://fee.post.example.net/pay which is hosted at 192.0.2.10 in your network.\n",
        &["192.0.2.10", "https://short.example.org/3xYz", "https://fee.post.example.net/pay"],
    );
    accuses(
        "Personal data",
        "Data of our staff was leaked to http://dump.example.net/staff.7z . We ask you to remove the file under the law, see \
         https://law.example.org/article-17/.\n",
        &["http://dump.example.net/staff.7z"],
    );
}

#[test]
fn a_list_may_mix_names_with_links() {
    accuses(
        "Fake shops",
        "We have found the following fake shops on your servers:\n\n- www.cheap.example.net\n- outlet.example.jp\n\
         - https://sofa.example.net/\n\nOur site: https://watch.example.org/about\n",
        &["www.cheap.example.net", "outlet.example.jp", "https://sofa.example.net/"],
    );
    accuses(
        "Online pharmacy",
        "The domain names listed below sell medicine that is illegal:\n\npills.example.net     192.0.2.10\n\
         meds-24.example.jp          192.0.2.10\n",
        &["192.0.2.10", "pills.example.net", "meds-24.example.jp"],
    );
}

#[test]
fn disguised_names_are_accused_in_any_report() {
    accuses(
        "Command and control server 192.0.2.10",
        "A botnet controller runs in your network.\n\nIP address: 192[.]0[.]2[.]10\nDomain: updates[.]example[.]net\n",
        &["192.0.2.10", "updates.example.net"],
    );
}

#[test]
fn the_languages_of_the_neighbours_are_read() {
    accuses(
        "Жалоба",
        "На вашем хостинге фишинговый сайт:\n\nhttp://bank-lk.example.net/login\n\nIP-адрес: 192.0.2.10\n\
         Официальный сайт банка: https://bank.example.org\n",
        &["192.0.2.10", "http://bank-lk.example.net/login"],
    );
    accuses(
        "Zgłoszenie",
        "informujemy o stronie wyłudzającej dane:\n\nhttps://parcel.example.net/pay\nAdres IP: 192.0.2.10\n",
        &["192.0.2.10", "https://parcel.example.net/pay"],
    );
    accuses("침해사고", "공격 IP : 192.0.2.10\n피해 IP : 198.51.100.1\n", &["192.0.2.10"]);
    accuses(
        "仿冒网站投诉",
        "钓鱼网址：http://bank-cn.example.net/login\nIP地址：192.0.2.10\n官方网站：https://bank.example.org\n",
        &["192.0.2.10", "http://bank-cn.example.net/login"],
    );
}

#[test]
fn links_with_a_blank_in_the_name_are_links() {
    accuses(
        "Safe browsing report",
        "We detected 2 social engineering URLs (space inserted to prevent accidental clicking):\n\n\
         http://shop .example.com.au/ (192.0.2.10)\nhttp://shop .example.com.au/cgi/a.cgi (192.0.2.11)\n",
        &["192.0.2.10", "192.0.2.11", "http://shop.example.com.au/", "http://shop.example.com.au/cgi/a.cgi"],
    );
}

#[test]
fn a_notice_may_go_to_the_owner_of_the_site_as_well() {
    let raw = "From: Rights <rights@brand.example.org>\nTo: info@shop.example.net, abuse@example.com\nSubject: DMCA notice\n\n\
               The original material is at the following URL:\n\nhttps://www.brand.example.org/\n\n\
               The infringing material is located at the following URL:\n\nhttps://www.shop.example.net/copy/\n";
    let reading = Reader.read(raw.as_bytes(), "2024-05-02T03:00:00Z".parse().unwrap());
    assert_eq!(accused(&reading), BTreeSet::from(["https://www.shop.example.net/copy/".to_owned()]));
}

#[test]
fn papers_prove_what_the_subject_accuses() {
    accuses(
        "[Notice] gadget-shop.example.net (192.0.2.10) - counterfeit goods",
        "The site gadget-shop.example.net sells counterfeit goods. Our rights in the infringed marks:\n\n\
         https://rights.example.jp/files/mark-1.pdf\nhttps://rights.example.jp/files/power.pdf\n",
        &["192.0.2.10", "gadget-shop.example.net"],
    );
}
