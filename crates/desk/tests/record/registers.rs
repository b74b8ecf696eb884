//! Registers on both databases: looks need a ground, nothing is disclosed on the telephone, a report to another operator
//! needs every field and comes back out of it whole.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::ground::{self, Ground, acting, operator};
use anyhow::{bail, ensure};
use desk::channels::{Channel, Outcome, Sending};
use desk::notices::Outgoing;
use desk::registers::{
    AccessGrant, Communications, ConnectionForm, Data, FormLack, InstrumentAnswer, Look, NewInstrument, NewOutbound,
    OUTBOUND_CATEGORIES, Personal,
};
use desk::{Actor, DeskError};
use jiff::Timestamp;
use model::measure::Lack;
use model::{Category, Clock as _, Lang, LegalBasis, ReportReader as _, Role, Transport};
use store::registers::{self, InstrumentKind, InstrumentRow, InstrumentState};
use testkit::each_store;

/// Empties one field of a form; the form then lacks this.
type Spoil = (fn(&mut ConnectionForm), FormLack);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn look(ground: &Ground, basis: Option<LegalBasis>) -> Look {
    Look {
        case: ground.case,
        basis,
        reference: None,
        purpose: "find the stolen account".to_owned(),
        fields: vec!["auth-time".to_owned(), "auth-ip".to_owned()],
    }
}

async fn grant<D: Data>(ground: &Ground, look: &Look) -> Result<AccessGrant<D>, DeskError> {
    ground.desk.record_access(look, &operator("taro")).await
}

async fn enter(ground: &Ground, kind: InstrumentKind) -> Result<InstrumentRow, DeskError> {
    let new = NewInstrument {
        kind,
        case: Some(ground.case),
        received_at: at(ground::NOW),
        from_body: "Example Police Station".to_owned(),
        reference: "No. 12".to_owned(),
        asked: "who held the site".to_owned(),
        deadline_at: Some(at("2026-06-10T09:00:00Z")),
    };
    ground.desk.enter_instrument(new, &operator("taro")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_look_without_a_ground_that_carries_it() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let lacks = |result: Result<AccessGrant<Communications>, DeskError>| match result {
            Err(DeskError::NoBasis(lacks)) => lacks,
            _ => Vec::new(),
        };
        ensure!(lacks(grant(&ground, &look(&ground, None)).await) == [Lack::Basis]);
        for basis in LegalBasis::ALL {
            let result = grant::<Communications>(&ground, &look(&ground, Some(*basis))).await;
            match basis {
                LegalBasis::ThirdPartyFact | LegalBasis::Contract => {
                    ensure!(lacks(result) == [Lack::CommunicationsData], "{basis}");
                }
                LegalBasis::Instrument => ensure!(lacks(result) == [Lack::Reference], "{basis}"),
                _ => ensure!(result.is_ok(), "{basis}"),
            }
        }
        let lawful = look(&ground, Some(LegalBasis::LawfulBusiness));
        ensure!(lacks(grant(&ground, &Look { purpose: " ".to_owned(), ..lawful.clone() }).await) == [Lack::Purpose]);
        ensure!(grant::<Communications>(&ground, &Look { fields: Vec::new(), ..lawful.clone() }).await.is_err());
        let auditor = Actor::new("user:kansa", Role::Auditor);
        ensure!(ground.desk.record_access::<Personal>(&lawful, &auditor).await.is_err());
        // A police inquiry does not lift the secrecy of communications; a warrant does.
        let with =
            |row: InstrumentRow| Look { reference: Some(row.number), ..look(&ground, Some(LegalBasis::Instrument)) };
        let inquiry = with(enter(&ground, InstrumentKind::Inquiry).await?);
        ensure!(lacks(grant(&ground, &inquiry).await) == [Lack::CommunicationsData]);
        ensure!(grant::<Personal>(&ground, &inquiry).await.is_ok());
        let call = with(enter(&ground, InstrumentKind::Phone).await?);
        ensure!(grant::<Personal>(&ground, &call).await.is_err());
        ensure!(grant::<Communications>(&ground, &with(enter(&ground, InstrumentKind::Warrant).await?)).await.is_ok());
        ensure!(ground.case().await?.own_data_read);

        let rows = registers::accesses(&mut &store, Some(ground.case), 100).await?;
        ensure!(rows.len() == 7 && rows.iter().all(|row| !row.fields.is_empty() && !row.purpose.is_empty()));
        let kinds = ground.kinds().await?;
        let count = |kind: &str| kinds.iter().filter(|known| *known == kind).count();
        ensure!((count("access.granted"), count("access.denied")) == (7, 9), "{kinds:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_shows_what_it_names_and_no_more() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let only_name = Look { fields: vec!["name".to_owned()], ..look(&ground, Some(LegalBasis::Contract)) };
        let seen = ground.desk.customer_unmasked(&grant(&ground, &only_name).await?).await?;
        let Some(customer) = seen else { bail!("no customer") };
        ensure!(customer.name == "山田 太郎");
        ensure!(customer.mail.is_some_and(|mail| mail != "taro@example.com" && mail.contains('@')));
        ensure!(!ground.case().await?.own_data_read, "a name is no communications data");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn instruments_are_numbered_answered_once_and_never_mails() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let desk = &ground.desk;
        let mut rows = Vec::new();
        for kind in InstrumentKind::ALL {
            rows.push(enter(&ground, *kind).await?);
        }
        let numbers: Vec<_> = rows.iter().map(|row| row.number.as_str()).collect();
        ensure!(numbers == ["J-2026-0001", "J-2026-0002", "J-2026-0003", "J-2026-0004", "J-2026-0005"]);
        ensure!(registers::instruments_of(&mut &store, ground.case).await? == rows);
        ensure!(desk.year_report(2026, Lang::En).await?.total == 0, "not counted as mail");

        let both = Look {
            fields: vec!["name".to_owned(), "address".to_owned()],
            ..look(&ground, Some(LegalBasis::Instrument))
        };
        let both = Look { reference: Some(rows[3].number.clone()), ..both };
        let granted: AccessGrant<Personal> = grant(&ground, &both).await?;
        let disclose = |fields: &[&str], grant| InstrumentAnswer {
            refused: false,
            text: "answered on paper".to_owned(),
            disclosed: fields.iter().map(|field| (*field).to_owned()).collect(),
            grant,
        };
        let taro = operator("taro");
        for row in &rows {
            // Without a look nothing goes out; on the telephone and to a letter nothing goes out even with one.
            ensure!(desk.answer_instrument(row.id, disclose(&["name"], None), &taro).await.is_err(), "{}", row.kind);
            let result = desk.answer_instrument(row.id, disclose(&["name"], Some(&granted)), &taro).await;
            ensure!(result.is_ok() == row.kind.allows_disclosure(), "{} {result:?}", row.kind);
        }
        let phone = &rows[1];
        ensure!(phone.kind == InstrumentKind::Phone);
        let polite = desk.answer_instrument(phone.id, disclose(&[], None), &taro).await?;
        ensure!(polite.state == InstrumentState::Answered && polite.answered_by.as_deref() == Some("user:taro"));
        let again = desk.answer_instrument(phone.id, disclose(&[], None), &taro).await;
        ensure!(matches!(again, Err(DeskError::State(_))), "once");
        let listed = registers::instruments(&mut &store, None, 10).await?;
        ensure!(listed[0].state == InstrumentState::Open && listed[0].deadline_at.is_some(), "open ones first");
        // A look for one case is no ground for disclosing about another.
        let other = ground::new_case(&store, "site:other.example.com", Some("WEB"), |_| {}).await?;
        let inquiry = enter(&ground, InstrumentKind::Inquiry).await?;
        desk.link_instrument(inquiry.id, other, &taro).await?;
        ensure!(desk.answer_instrument(inquiry.id, disclose(&["name"], Some(&granted)), &taro).await.is_err());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_incident_form_takes_its_six_answers_and_no_other() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let answer = |question: &str| BTreeMap::from([(question.to_owned(), "はい".to_owned())]);
        for question in desk::cases::INCIDENT_QUESTIONS {
            ground.desk.write_incident(ground.case, &answer(question), &operator("taro")).await?;
        }
        let form = store::cases::incident(&mut &store, ground.case).await?.unwrap_or_default();
        ensure!(form.as_object().is_some_and(|form| form.len() == 6), "{form}");
        ensure!(ground.desk.write_incident(ground.case, &answer("mood"), &operator("taro")).await.is_err());
        let answers = BTreeMap::from([("ongoing".to_owned(), "いいえ、止めました".to_owned())]);
        let read = ground.desk.write_answers(ground.case, &answers, &operator("taro")).await?;
        ensure!(read.len() == 1 && read["ongoing"].yes == Some(false), "{read:?}");
        // Later answers join earlier ones; an empty one takes its answer back, and saying it again changes nothing.
        let more = BTreeMap::from([("ongoing".to_owned(), String::new()), ("up".to_owned(), "はい".to_owned())]);
        let read = ground.desk.write_answers(ground.case, &more, &operator("taro")).await?;
        ensure!(read.len() == 1 && read["up"].yes == Some(true), "{read:?}");
        let before = ground.kinds().await?.len();
        ground.desk.write_answers(ground.case, &more, &operator("taro")).await?;
        ground.desk.write_incident(ground.case, &answer("log"), &operator("taro")).await?;
        ensure!(ground.kinds().await?.len() == before && ground.desk.answers(ground.case).await? == read);
        Ok(())
    })
    .await
}

fn form(category: Category) -> ConnectionForm {
    ConnectionForm {
        category,
        at: Some(at("2026-05-31T14:05:23Z")),
        zone: Some("+09:00".to_owned()),
        source_ip: Some("198.51.100.77".parse().unwrap()),
        source_port: Some(50_122),
        target_ip: Some("192.0.2.10".parse().unwrap()),
        target_port: Some(22),
        transport: Some(Transport::Tcp),
        count: Some(40),
        log: vec![
            "2026/05/31 23:05:23 JST 198.51.100.77:50122(TCP) -> 192.0.2.10:22(TCP)".to_owned(),
            "May 31 23:05:24 gw sshd[77]: Failed password for root from 198.51.100.77 port 50122 ssh2".to_owned(),
            "  two spaces in front, 日本語も".to_owned(),
        ],
    }
}

#[test]
fn every_kind_of_outbound_report_is_strict_xarf_and_reads_back_whole() {
    let provider = desk::Provider::default();
    let now = at(ground::NOW);
    for category in OUTBOUND_CATEGORIES {
        let form = form(*category);
        let report = form.to_xarf(&provider, "6f1c1e7e-3a4b-4c5d-8e9f-0a1b2c3d4e5f", now).unwrap();
        let faults = reports::formats::xarf_v4::validate(&report, reports::formats::xarf_v4::Strictness::Tolerant);
        assert_eq!(faults, Vec::<String>::new(), "{category}");
        assert_eq!(ConnectionForm::from_xarf(&report), Some(form.clone()), "{category}");
        for spoil in [|form: &mut ConnectionForm| form.at = None, |form: &mut ConnectionForm| form.log.clear()] {
            let mut lacking = form.clone();
            spoil(&mut lacking);
            assert_eq!(lacking.to_xarf(&provider, "x", now), None);
        }
    }
}

/// Keeps what leaves.
#[derive(Default)]
struct Kept(Mutex<Vec<Vec<u8>>>);

impl Channel for Kept {
    fn name(&self) -> &'static str {
        "kept"
    }
    fn send<'a>(&'a self, mail: &'a Outgoing) -> Sending<'a> {
        self.0.lock().unwrap().push(mail.bytes.clone());
        Box::pin(async { Outcome::Taken("250".to_owned()) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbound_report_cannot_be_sent_without_its_fields_and_fills_the_form_of_the_other_side()
-> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let (desk, taro) = (&ground.desk, operator("taro"));
        let new = |form, lang| NewOutbound { form, to: "abuse@example.net".to_owned(), case: Some(ground.case), lang };
        let spoils: [Spoil; 8] = [
            (|form| form.at = None, FormLack::Time),
            (|form| form.zone = Some("JST".to_owned()), FormLack::Zone),
            (|form| form.source_port = None, FormLack::SourcePort),
            (|form| form.target_ip = None, FormLack::TargetIp),
            (|form| form.target_port = None, FormLack::TargetPort),
            (|form| form.transport = None, FormLack::Transport),
            (|form| form.log.clear(), FormLack::Log),
            (|form| form.log = vec!["a line about 203.0.113.9".to_owned()], FormLack::Log),
        ];
        for (spoil, lack) in spoils {
            let mut form = form(Category::LoginAttack);
            spoil(&mut form);
            ensure!(form.lacks() == [lack], "{:?}", form.lacks());
            let error = desk.send_outbound(new(form, Lang::En), &taro).await.unwrap_err();
            ensure!(error.to_string().contains(lack.name()), "{error}");
        }
        ensure!(desk.send_outbound(new(form(Category::Phishing), Lang::En), &taro).await.is_err());
        ensure!(registers::outbounds(&mut &store, 10).await?.is_empty());

        for (lang, number) in [(Lang::Ja, "O-2026-0001"), (Lang::En, "O-2026-0002")] {
            let sent = form(Category::LoginAttack);
            let row = desk.send_outbound(new(sent.clone(), lang), &taro).await?;
            ensure!(row.number == number && row.mail.is_some());
            let kept = Kept::default();
            desk.send_due(&kept).await?;
            let mails = kept.0.lock().unwrap().clone();
            ensure!(mails.len() == 1, "{}", mails.len());
            let reading = reports::Reader.read(&mails[0], ground.clock.now());
            ensure!(reading.observations.len() == 1, "{reading:?}");
            let filled = ConnectionForm::from_report(&reading.observations[0], &reading.text);
            ensure!(filled == sent, "{filled:#?}\n{}", String::from_utf8_lossy(&mails[0]));
        }
        Ok(())
    })
    .await
}
