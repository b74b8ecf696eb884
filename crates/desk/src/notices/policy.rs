//! Whether a reporter may and should get a mail that the desk writes by itself.
//!
//! People are told that their report arrived; machines only when they ask (B28) and at most once a day. Nothing that a
//! machine sent as such is answered (RFC 3834, section 2), so that two machines can never talk to each other.

use std::ops::ControlFlow;

use store::notices::ReportFacts;

use super::address::Signer;

/// Headers of one mail that are looked at, bytes.
const MAX_HEAD: usize = 64 * 1024;
/// Received lines from which a mail goes in circles (RFC 5321, 6.3 asks for at least 100; real ways have under 15).
const MAX_HOPS: usize = 30;

/// Why no mail is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nobody to write to.
    NoAddress,
    /// The mail says that a machine sent it.
    Automatic,
    /// It came from the null sender.
    NullSender,
    /// The address is one of a machine: mailer-daemon, no-reply.
    MachineAddress,
    /// The address is our own.
    OwnAddress,
    /// It came through a mailing list.
    List,
    /// It has been here before.
    Loop,
    /// It is no report.
    Noise,
    /// A machine that did not ask.
    NotWanted,
    /// Too many mails to this address already.
    Enough,
    /// Nothing shows that the mail comes from whom it names.
    Unvouched,
}

/// Whom to write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted<'a> {
    /// The address.
    pub(super) to: &'a str,
    /// Whether it is a machine's: at most one answer a day.
    pub(super) robot: bool,
}

/// Decides from the stored facts of a report, its first bytes and our own addresses; `asks` where the mail is a question.
///
/// fail2ban writes for an administrator who has set it up: the head of its mails says so only where he wanted no answers,
/// and he is asked for what lacks, once a day (A50).
pub(super) fn may_answer<'a>(
    report: &'a ReportFacts,
    raw: &[u8],
    signer: &Signer,
    copy_to: &str,
    asks: bool,
) -> Result<Wanted<'a>, Silence> {
    let reporter = report.reporter.as_ref().ok_or(Silence::NoAddress)?;
    let to = reporter.address.trim();
    if to.parse::<lettre::Address>().is_err() {
        return Err(Silence::NoAddress);
    }
    if matches!(report.state.as_str(), "noise" | "reply" | "dismissed") {
        return Err(Silence::Noise);
    }
    if signer.is_own(to) || (!copy_to.is_empty() && to.eq_ignore_ascii_case(copy_to)) {
        return Err(Silence::OwnAddress);
    }
    if is_machine_address(to) {
        return Err(Silence::MachineAddress);
    }
    let set_up = asks && report.format.as_deref() == Some(model::Format::Fail2ban.name());
    if report.automatic && !set_up {
        return Err(Silence::Automatic);
    }
    if report.envelope_from.as_deref().is_some_and(|from| from.is_empty() || is_machine_address(from)) {
        return Err(Silence::NullSender);
    }
    silent_by_head(raw)?;
    let robot = is_robot(report) || set_up;
    if robot && !report.answer_wanted && !set_up {
        return Err(Silence::NotWanted);
    }
    Ok(Wanted { to, robot })
}

/// Whether a program reports here, as the desk sorted its reporters.
fn is_robot(report: &ReportFacts) -> bool {
    report.reporter.as_ref().is_some_and(|reporter| reporter.kind == "robot")
}

/// Addresses behind which nobody reads (RFC 3834, section 2: owner-…, …-request, MAILER-DAEMON).
pub(super) fn is_machine_address(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local).to_ascii_lowercase();
    let plain: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    let names =
        ["mailerdaemon", "noreply", "donotreply", "dontreply", "bounce", "bounces", "nobody", "null", "devnull"];
    names.contains(&plain.as_str())
        || plain.starts_with("noreply")
        || plain.ends_with("noreply")
        || plain.starts_with("donotreply")
        || local.starts_with("owner-")
        || local.starts_with("bounce")
        || ["-request", "-owner", "-bounces", "-bounce"].iter().any(|end| local.ends_with(end))
}

/// The head of a mail, as far as it is looked at.
pub(super) fn head(raw: &[u8]) -> &[u8] {
    let raw = &raw[..raw.len().min(MAX_HEAD)];
    let ends = |at: &usize| raw[at + 1..].starts_with(b"\n") || raw[at + 1..].starts_with(b"\r\n");
    let end = (0..raw.len()).filter(|at| raw[*at] == b'\n').find(ends);
    end.map_or(raw, |end| &raw[..=end])
}

/// Looks at the head of a mail itself; a bare JSON report has none and passes.
fn silent_by_head(raw: &[u8]) -> Result<(), Silence> {
    let mut hops = 0;
    let found = super::delivery::each_field(&raw[..raw.len().min(MAX_HEAD)], |name, value| {
        let value = value.trim().to_ascii_lowercase();
        let silence = match name {
            "received" => {
                hops += 1;
                (hops > MAX_HOPS).then_some(Silence::Loop)
            }
            "x-mimawari-loop" => Some(Silence::Loop),
            "auto-submitted" => (!value.starts_with("no")).then_some(Silence::Automatic),
            "x-auto-response-suppress" | "x-autoreply" | "x-autorespond" => Some(Silence::Automatic),
            "precedence" => ["bulk", "junk", "list"].contains(&value.as_str()).then_some(Silence::List),
            "list-id" | "list-unsubscribe" | "list-post" => Some(Silence::List),
            "return-path" => (value == "<>").then_some(Silence::NullSender),
            _ => None,
        };
        silence.map_or(ControlFlow::Continue(()), ControlFlow::Break)
    });
    match found {
        ControlFlow::Break(silence) => Err(silence),
        ControlFlow::Continue(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use jiff::Timestamp;
    use model::{ReportId, ReporterId};
    use store::notices::ReporterFacts;

    use super::*;

    fn report(address: &str) -> ReportFacts {
        ReportFacts {
            id: ReportId(1),
            raw_hash: String::new(),
            door: "smtp".to_owned(),
            received_at: Timestamp::UNIX_EPOCH,
            envelope_from: Some(address.to_owned()),
            envelope_to: None,
            state: "read".to_owned(),
            format: Some("generic".to_owned()),
            subject: None,
            message_id: None,
            key: None,
            lang: None,
            request: None,
            answer_wanted: false,
            automatic: false,
            category: None,
            case: None,
            reporter: Some(ReporterFacts {
                id: ReporterId(1),
                address: address.to_owned(),
                name: None,
                domain: None,
                kind: "person".to_owned(),
                share_identity: false,
            }),
        }
    }

    fn ask(report: &ReportFacts, raw: &str) -> Result<bool, Silence> {
        let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([1; 32]);
        let signer = Signer::new(&key, "abuse@example.jp", true).unwrap();
        may_answer(report, raw.as_bytes(), &signer, "copies@example.jp", false).map(|wanted| wanted.robot)
    }

    #[test]
    fn whoever_set_fail2ban_up_is_asked_unless_his_mails_say_that_they_are_a_machines() {
        let mut report = report("root@example.net");
        (report.automatic, report.format) = (true, Some("fail2ban".to_owned()));
        let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([1; 32]);
        let signer = Signer::new(&key, "abuse@example.jp", true).unwrap();
        let ask = |report: &ReportFacts, raw: &[u8], asks| {
            may_answer(report, raw, &signer, "", asks).map(|wanted| wanted.robot)
        };
        assert_eq!(ask(&report, b"Subject: x\n\n", true), Ok(true), "once a day, as a robot");
        assert_eq!(ask(&report, b"Subject: x\n\n", false), Err(Silence::Automatic), "no receipt");
        assert_eq!(ask(&report, b"Auto-Submitted: auto-generated\n\n", true), Err(Silence::Automatic));
        report.format = Some("arf".to_owned());
        assert_eq!(ask(&report, b"Subject: x\n\n", true), Err(Silence::Automatic));
    }

    #[test]
    fn people_are_answered_and_machines_only_when_they_ask() {
        assert_eq!(ask(&report("taro@example.com"), "Subject: x\n\nhello"), Ok(false));
        let mut robot = report("reports@example.net");
        robot.reporter.as_mut().unwrap().kind = "robot".to_owned();
        assert_eq!(ask(&robot, "Subject: x\n\n"), Err(Silence::NotWanted));
        robot.answer_wanted = true;
        assert_eq!(ask(&robot, "Subject: x\n\n"), Ok(true));
    }

    #[test]
    fn nothing_that_could_go_in_circles_is_answered() {
        let good = report("taro@example.com");
        for (head, why) in [
            ("Auto-Submitted: auto-replied", Silence::Automatic),
            ("auto-submitted:\n auto-generated; x=y", Silence::Automatic),
            ("Precedence: BULK", Silence::List),
            ("List-Id: <x.example.com>", Silence::List),
            ("Return-Path: <>", Silence::NullSender),
            ("X-Mimawari-Loop: abuse@example.com", Silence::Loop),
            (&"Received: by x\n".repeat(31), Silence::Loop),
        ] {
            assert_eq!(ask(&good, &format!("Subject: x\n{}\n\nbody", head.trim_end())), Err(why), "{head}");
        }
        // In the body the same words mean nothing.
        assert_eq!(ask(&good, "Subject: x\nAuto-Submitted: no\n\nPrecedence: bulk\nList-Id: x\n"), Ok(false));
        for address in [
            "MAILER-DAEMON@example.com",
            "no-reply@example.com",
            "security-noreply@example.com",
            "list-request@example.com",
            "owner-list@example.com",
            "bounces+12@example.com",
        ] {
            assert_eq!(ask(&report(address), ""), Err(Silence::MachineAddress), "{address}");
        }
        for address in ["abuse@example.jp", "ABUSE+x@example.jp", "copies@example.jp"] {
            assert_eq!(ask(&report(address), ""), Err(Silence::OwnAddress), "{address}");
        }
        let mut null = good.clone();
        null.envelope_from = Some(String::new());
        assert_eq!(ask(&null, ""), Err(Silence::NullSender));
        let mut automatic = good.clone();
        automatic.automatic = true;
        assert_eq!(ask(&automatic, ""), Err(Silence::Automatic));
        let mut noise = good.clone();
        noise.state = "noise".to_owned();
        assert_eq!(ask(&noise, ""), Err(Silence::Noise));
        assert_eq!(ask(&report("not an address"), ""), Err(Silence::NoAddress));
    }
}
