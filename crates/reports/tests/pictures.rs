//! Reports of what came by SMS or in a chat (E06): the text, a QR code in an attached picture, a screen without any; and
//! pictures that are made to hurt.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::time::{Duration, Instant};

use base64::Engine as _;
use model::{Category, Observation, Reading, ReportReader as _};
use qrcode::{Color, QrCode};
use reports::Reader;

fn read(raw: &[u8]) -> Reading {
    Reader.read(raw, "2026-04-22T03:00:00Z".parse().unwrap())
}

/// A picture in shades of grey.
#[derive(Clone)]
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    fn blank(width: usize, height: usize, shade: u8) -> Self {
        Self { width, height, pixels: vec![shade; width * height] }
    }

    /// A screen with a code on it, `module` pixels to a square.
    fn screen(text: &str, module: usize) -> Self {
        let code = QrCode::new(text).unwrap();
        let side = code.width();
        let mut screen = Self::blank((side + 16) * module, (side + 40) * module, 240);
        for y in 0..(side + 8) * module {
            for x in 0..(side + 8) * module {
                let (column, row) = ((x / module).wrapping_sub(4), (y / module).wrapping_sub(4));
                let dark = column < side && row < side && code[(column, row)] == Color::Dark;
                screen.pixels[(y + 20 * module) * screen.width + x + 4 * module] = if dark { 20 } else { 250 };
            }
        }
        screen
    }

    fn inverted(mut self) -> Self {
        self.pixels.iter_mut().for_each(|shade| *shade = !*shade);
        self
    }

    /// Turned by a quarter, with a little noise as a camera makes it.
    fn photographed(&self) -> Self {
        let mut turned = Self::blank(self.height, self.width, 0);
        let mut dice = reports::fuzz::Dice(7);
        for y in 0..self.height {
            for x in 0..self.width {
                let shade = i32::from(self.pixels[y * self.width + x]) + i32::try_from(dice.roll(30)).unwrap() - 15;
                turned.pixels[x * turned.width + self.height - 1 - y] = u8::try_from(shade.clamp(0, 255)).unwrap();
            }
        }
        turned
    }

    fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (width, height) = (u32::try_from(self.width).unwrap(), u32::try_from(self.height).unwrap());
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.write_header().unwrap().write_image_data(&self.pixels).unwrap();
        bytes
    }

    fn jpeg(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, 75);
        let (width, height) = (u16::try_from(self.width).unwrap(), u16::try_from(self.height).unwrap());
        encoder.encode(&self.pixels, width, height, jpeg_encoder::ColorType::Luma).unwrap();
        bytes
    }
}

/// A mail with a picture.
fn mail(subject: &str, text: &str, kind: &str, name: &str, picture: &[u8]) -> Vec<u8> {
    let data = base64::engine::general_purpose::STANDARD.encode(picture);
    format!(
        "From: Hanako <hanako@reporter.example.org>\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b\nContent-Type: {kind}; name=\"{name}\"\n\
         Content-Disposition: attachment; filename=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{data}\n--b--\n"
    )
    .into_bytes()
}

fn urls(reading: &Reading) -> Vec<&str> {
    reading.observations.iter().filter_map(|seen| seen.url.as_deref()).collect()
}

#[test]
fn the_text_of_an_sms_or_a_chat_accuses_its_page() {
    for (subject, text) in [
        (
            "=?utf-8?B?44OV44Kj44OD44K344Oz44KwU01T44Gu5aCx5ZGK?=",
            "フィッシングSMSが届きました。\n\n090-0000-0000\n2026年4月21日 10:15\nお荷物のお届けにあがりましたが不在の為持ち帰りました。下記よりご確認ください。\nhttp://parcel.example.net/a1\n",
        ),
        (
            "LINE phishing",
            "[LINE] チャット履歴 見本さんとのトーク\n保存日時：2026/04/21 10:20\n\n2026/04/21(火)\n10:15\t見本さん\tこのサイトでポイントがもらえるよ\n\
             10:16\t見本さん\thttp://parcel.example.net/a1\n10:17\tわたし\tこれはフィッシング詐欺ですね\n",
        ),
        (
            "WhatsApp phishing",
            "I got this phishing message on WhatsApp:\n\n[21/04/2026, 10:15:02] Mum new number: Hi mum, please log in here\n\
             [21/04/2026, 10:16:40] Mum new number: http://parcel.example.net/a1\n[21/04/2026, 10:17:00] Me: who is this?\n",
        ),
        (
            "Smishing report",
            "Text message received today from +81 90 0000 0000, it is phishing:\n\n\"Your parcel is held at customs. Pay the fee: hxxp://parcel[.]example[.]net/a1\"\n",
        ),
    ] {
        let raw = format!(
            "From: a@reporter.example.org\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}"
        );
        let reading = read(raw.as_bytes());
        assert_eq!(urls(&reading), ["http://parcel.example.net/a1"], "{text}\n{reading:#?}");
        assert_eq!(reading.observations[0].category, Category::Phishing, "{text}");
    }
}

#[test]
fn a_qr_code_in_a_picture_accuses_its_page_but_not_surely() {
    let link = "https://bank-login.example.net/qr?id=4711";
    let screen = Picture::screen(link, 6);
    let text = "フィッシングと思われるQRコードが届きました。画面の写しを添付します。";
    for (kind, name, picture) in [
        ("image/png", "screen.png", screen.png()),
        ("image/jpeg", "photo.jpg", screen.photographed().jpeg()),
        ("image/png", "dark.png", screen.clone().inverted().png()),
        ("application/octet-stream", "screen", screen.png()),
        ("image/png", "large.png", Picture::screen(link, 24).png()),
    ] {
        let reading = read(&mail("QR phishing", text, kind, name, &picture));
        assert_eq!(urls(&reading), [link], "{name}: {:#?}", reading.remarks);
        let seen = &reading.observations[0];
        assert_eq!(seen.category, Category::Phishing, "{name}");
        assert!(seen.confidence < Observation::SURE, "{name}");
        let place = seen.provenance.as_ref().unwrap();
        assert_eq!(place.part, format!("QR code in attachment {name}"));
        assert_eq!(seen.highlighted(), Some(("", link, "")));
        assert!(reading.remarks.is_empty(), "{:?}", reading.remarks);
    }
}

#[test]
fn what_no_program_reads_goes_to_a_person_by_name() {
    let reading = read(&mail(
        "Strange SMS",
        "怪しいSMSが届いたので、画面を添付します。",
        "image/png",
        "IMG_0042.png",
        &Picture::blank(600, 900, 230).png(),
    ));
    assert!(reading.report && reading.observations.is_empty(), "{reading:#?}");
    assert!(reading.remarks.iter().any(|remark| remark.contains("IMG_0042.png")), "{:?}", reading.remarks);
    // A code that is no link is said, not followed.
    let wifi = Picture::screen("WIFI:T:WPA;S:example;P:secret;;", 6).png();
    let reading = read(&mail("Strange code", "怪しいQRコードです。", "image/png", "code.png", &wifi));
    assert!(reading.observations.is_empty() && reading.remarks.iter().any(|remark| remark.contains("no link: WIFI:")));
}

#[test]
fn beside_an_accused_page_a_picture_is_searched_only_if_the_mail_speaks_of_a_code() {
    let code = Picture::screen("https://chat.example.com/me", 6).png();
    let text = "Phishing page: http://bank.example.net/login";
    let reading = read(&mail("Phishing", text, "image/png", "a.png", &code));
    assert_eq!(urls(&reading), ["http://bank.example.net/login"]);
    let reading = read(&mail("Phishing, see the ＱＲ code too", text, "image/png", "a.png", &code));
    assert_eq!(urls(&reading), ["http://bank.example.net/login", "https://chat.example.com/me"]);
}

#[test]
fn a_code_in_a_signature_or_beside_an_attack_accuses_nobody() {
    let own = Picture::screen("https://www.reporter.example.org/contact", 6).png();
    let text = "Phishing page: http://bank.example.net/login\n\nHanako, reporter.example.org";
    for text in [text, &text.replace("page:", "page, reached by a QR code:")] {
        let reading = read(&mail("Phishing", text, "image/png", "logo.png", &own));
        assert_eq!(urls(&reading), ["http://bank.example.net/login"]);
    }
    let other = Picture::screen("https://chat.example.com/me", 6).png();
    let attack = "Our SSH server was attacked by 192.0.2.10:\n2026-04-21T10:15:00Z sshd[1]: Failed password for root from 192.0.2.10 port 4242\n";
    let reading = read(&mail("SSH brute force from 192.0.2.10", attack, "image/png", "sign.png", &other));
    assert!(urls(&reading).is_empty(), "{reading:#?}");
}

#[test]
fn the_form_takes_a_picture() {
    let data =
        base64::engine::general_purpose::STANDARD.encode(Picture::screen("https://bank.example.net/qr", 6).png());
    let form = format!(
        "{{\"mimawari_form\":1,\"kind\":\"phishing\",\"description\":\"QRコードの写真です\",\"picture\":{{\"name\":\"a.png\",\"data\":\"{data}\"}}}}"
    );
    let reading = read(form.as_bytes());
    assert_eq!(urls(&reading), ["https://bank.example.net/qr"]);
    assert_eq!(reading.observations[0].category, Category::Phishing);
}

/// A head that promises more than anybody has memory for.
fn giant(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Picture::blank(30, 30, 0).png();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

#[test]
fn pictures_that_are_made_to_hurt_cost_little() {
    // Corners of codes all over the place; lines; checks; a bomb of 13 million pixels in a few kilobytes.
    let corner = |x: usize, y: usize| {
        let (x, y) = (x % 9, y % 9);
        let ring = x.min(6_usize.saturating_sub(x)).min(y).min(6_usize.saturating_sub(y));
        x < 7 && y < 7 && ring != 1
    };
    let drawn = |side: usize, dark: &dyn Fn(usize, usize) -> bool| {
        let mut picture = Picture::blank(side, side, 255);
        for at in 0..picture.pixels.len() {
            if dark(at % side, at / side) {
                picture.pixels[at] = 0;
            }
        }
        picture.png()
    };
    let hostile: Vec<(&str, Vec<u8>)> = vec![
        ("corners", drawn(1_090, &corner)),
        ("large corners", drawn(1_090, &|x, y| corner(x / 4, y / 4))),
        ("lines", drawn(1_090, &|x, _| matches!(x % 8, 0 | 2 | 3 | 4 | 6))),
        ("checks", drawn(1_090, &|x, y| (x + y) % 2 == 0)),
        ("spiral", drawn(1_000, &|x, y| x.min(y).min(999 - x.max(y)) % 2 == 0 && x + 1 != y)),
        ("bomb", Picture::blank(3_600, 3_600, 0).png()),
        ("wide", giant(u32::MAX / 2, 1)),
        ("giant", giant(60_000, 60_000)),
        ("cut", Picture::screen("https://bank.example.net/", 6).png()[..300].to_vec()),
        ("jpeg head", b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01".to_vec()),
    ];
    for (name, bytes) in hostile {
        let start = Instant::now();
        let reading = read(&mail("QR phishing", "phishing", "image/png", "a.png", &bytes));
        assert!(urls(&reading).is_empty(), "{name}");
        // Without optimisation, on a busy machine.
        assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn mutated_pictures_never_stop_the_reader() {
    let screen = Picture::screen("https://bank.example.net/qr", 3);
    let seeds = vec![screen.png(), screen.jpeg(), screen.photographed().jpeg(), giant(40, 40)];
    let mut dice = reports::fuzz::Dice(0x00c0_ffee);
    let target = reports::fuzz::TARGETS.iter().find(|(name, _)| *name == "pictures").unwrap().1;
    for _ in 0..300 {
        target(&reports::fuzz::mutate(&seeds, &mut dice));
    }
}
