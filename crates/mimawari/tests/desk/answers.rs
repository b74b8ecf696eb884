//! What comes back: customers answer, machines answer, addresses are dead, strangers pretend.

use std::time::Duration;

use anyhow::{Context, ensure};
use desk::{Actor, Desk};
use model::{CaseId, CaseState, MailId, Role};
use store::mails::MailRow;
use store::messages::{self, MessageKind, MessageRow};
use store::{Store, args, cases};
use testkit::{SinkMail, TestPostfix};

use crate::mails::{self, Letter};
use crate::storm::{self, Around};

const ANSWERS: usize = 50;
const MACHINES: usize = 10;
const BOUNCES: usize = 5;

/// The desk and the mail servers around it.
pub(crate) struct Correspondence<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) front: &'a TestPostfix,
    pub(crate) around: &'a Around<'a>,
}

/// A notice that a customer holds in hands.
struct Notice {
    case: CaseId,
    row: MailRow,
    received: SinkMail,
}

/// What must not change when customers answer.
#[derive(Debug, PartialEq, Eq)]
struct Untouched {
    cases: i64,
    mails: i64,
    observations: i64,
}

impl Correspondence<'_> {
    pub(crate) async fn all(&self) -> anyhow::Result<()> {
        let mut notices = self.notices().await?;
        ensure!(notices.len() > ANSWERS + MACHINES, "only {} notices to answer", notices.len());
        let stranger = notices.pop().context("no notice")?;
        let machines = notices.split_off(notices.len() - MACHINES);
        notices.truncate(ANSWERS);
        let before = untouched(&self.desk.store).await?;
        self.customers_answer(&notices).await?;
        self.machines_answer(&machines).await?;
        let after = untouched(&self.desk.store).await?;
        ensure!(before == after, "answers opened or wrote something: {before:?}, then {after:?}");
        self.a_stranger_pretends(&stranger).await?;
        // He may get a receipt for himself; nothing else comes of it.
        let last = untouched(&self.desk.store).await?;
        ensure!(last.cases == after.cases && last.observations == after.observations, "{after:?}, then {last:?}");
        ensure!(last.mails <= after.mails + 1, "{after:?}, then {last:?}");
        self.addresses_are_dead().await
    }

    /// One notice of each case that waits for its customer.
    async fn notices(&self) -> anyhow::Result<Vec<Notice>> {
        let arrived = self.around.sink.mails();
        let sql = "SELECT MAX(mail.id) AS id FROM mail JOIN cases ON cases.id = mail.case_id \
                   WHERE cases.state = 'waiting' AND mail.state = 'sent' AND mail.audience IN ('customer', 'reseller') \
                   GROUP BY mail.case_id ORDER BY 1 LIMIT 200";
        let mut notices = Vec::new();
        for row in self.desk.store.fetch(sql, args![]).await? {
            let row = store::mails::mail(&mut &self.desk.store, MailId(row.int("id")?)).await?;
            let id = format!("<{}>", row.message_id);
            let received = arrived.iter().find(|mail| mails::field(&mail.raw, "Message-ID").as_ref() == Some(&id));
            let received = received.context("a mail that was sent and is not in the sink")?.clone();
            notices.push(Notice { case: row.case.context("a notice without case")?, row, received });
        }
        Ok(notices)
    }

    /// By the address in Reply-To, by In-Reply-To alone, or by both: each finds its case, and nothing else happens.
    async fn customers_answer(&self, notices: &[Notice]) -> anyhow::Result<()> {
        let mut letters = Vec::new();
        for (number, notice) in notices.iter().enumerate() {
            let (by_address, by_reference) = (number % 3 != 1, number % 3 != 0);
            letters.push(notice.answer(
                by_address,
                by_reference,
                "",
                "ご連絡ありがとうございます。対応しました。\r\nWe have cleaned it up.",
            )?);
        }
        self.exchange(&letters).await?;
        for notice in notices {
            let state = cases::case(&mut &self.desk.store, notice.case).await?.state;
            ensure!(state == CaseState::Answered, "case {} is {state} after its customer answered", notice.case);
            let message = self.only_message(notice.case).await?;
            ensure!(message.kind == MessageKind::Customer && !message.automatic, "{message:?}");
            ensure!(message.text.contains("対応しました"), "{}", message.text);
        }
        Ok(())
    }

    /// Who is out of office has not answered.
    async fn machines_answer(&self, notices: &[Notice]) -> anyhow::Result<()> {
        let head = "Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n";
        let letters: Vec<Letter> = notices
            .iter()
            .map(|notice| {
                let mut letter = notice.answer(true, true, head, "ただいま不在にしております。I am out of office.")?;
                letter.from.clear();
                Ok(letter)
            })
            .collect::<anyhow::Result<_>>()?;
        self.exchange(&letters).await?;
        for notice in notices {
            let state = cases::case(&mut &self.desk.store, notice.case).await?.state;
            ensure!(state == CaseState::Waiting, "a machine's reply made case {} {state}", notice.case);
            let message = self.only_message(notice.case).await?;
            ensure!(message.automatic, "{message:?}");
        }
        Ok(())
    }

    /// A number in a subject is no key.
    async fn a_stranger_pretends(&self, notice: &Notice) -> anyhow::Result<()> {
        let before = cases::case(&mut &self.desk.store, notice.case).await?;
        let to = "abuse@provider.example";
        let raw = format!(
            "From: Stranger <stranger@example.org>\r\nTo: {to}\r\nSubject: Re: [{}] fixed\r\n\
             Message-ID: <pretend@example.org>\r\n\r\nWe have fixed it, please close case {}.\r\n",
            before.number, before.number
        );
        let from = "stranger@example.org".to_owned();
        self.exchange(&[Letter { from, to: to.to_owned(), raw: raw.into_bytes() }]).await?;
        let after = cases::case(&mut &self.desk.store, notice.case).await?;
        ensure!(after == before, "a stranger changed case {}", before.number);
        ensure!(messages::messages_of(&mut &self.desk.store, notice.case).await?.is_empty());
        Ok(())
    }

    /// Drafts that a person releases to addresses that exist no longer: Postfix brings them back, and the case shows it.
    async fn addresses_are_dead(&self) -> anyhow::Result<()> {
        let sql = "SELECT MIN(mail.id) AS id FROM mail JOIN cases ON cases.id = mail.case_id \
                   WHERE mail.state = 'draft' AND mail.audience IN ('customer', 'reseller') AND cases.state = 'open' \
                   GROUP BY mail.to_addr ORDER BY 1";
        let rows = self.desk.store.fetch(sql, args![]).await?;
        ensure!(rows.len() >= BOUNCES, "only {} drafts to release", rows.len());
        let person = Actor::new("user:test", Role::Operator);
        let mut released = Vec::new();
        for row in rows.iter().take(BOUNCES) {
            let mail = store::mails::mail(&mut &self.desk.store, MailId(row.int("id")?)).await?;
            self.around.sink.refuse(&mail.to, "550 5.1.1 no such user");
            released.push(self.desk.send_now(&person, mail.id).await?);
        }
        self.settle().await?;
        for mail in released {
            let case = mail.case.context("a notice without case")?;
            let now = store::mails::mail(&mut &self.desk.store, mail.id).await?;
            ensure!(now.state == store::mails::MailState::Bounced, "mail {} is {}", mail.id, now.state);
            ensure!(now.last_error.as_deref().is_some_and(|why| why.contains("5.1.1")), "{:?}", now.last_error);
            let row = cases::case(&mut &self.desk.store, case).await?;
            ensure!(
                row.state == CaseState::Open && row.unread,
                "case {} is {} after the bounce",
                row.number,
                row.state
            );
            let messages = messages::messages_of(&mut &self.desk.store, case).await?;
            ensure!(messages.iter().any(|message| message.kind == MessageKind::Bounce), "{messages:?}");
        }
        Ok(())
    }

    async fn exchange(&self, letters: &[Letter]) -> anyhow::Result<()> {
        tokio::task::block_in_place(|| mails::send(self.front.address(), letters, Duration::ZERO))?;
        self.settle().await
    }

    async fn settle(&self) -> anyhow::Result<()> {
        // What was handed over this moment may be on its way between two processes, where nobody counts it.
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(700)).await;
            storm::settle(self.desk, self.around, Duration::from_mins(4)).await?;
        }
        Ok(())
    }

    async fn only_message(&self, case: CaseId) -> anyhow::Result<MessageRow> {
        let mut messages = messages::messages_of(&mut &self.desk.store, case).await?;
        ensure!(messages.len() == 1, "case {case} has {} messages", messages.len());
        messages.pop().context("no message")
    }
}

impl Notice {
    /// An answer as mail programs write it, the notice quoted below.
    fn answer(&self, by_address: bool, by_reference: bool, head: &str, text: &str) -> anyhow::Result<Letter> {
        let field = |name: &str| mails::field(&self.received.raw, name);
        let id = field("Message-ID").context("a notice without Message-ID")?;
        let reply_to = field("Reply-To").context("a notice without Reply-To")?;
        let to = if by_address { reply_to.as_str() } else { "abuse@provider.example" };
        let references =
            if by_reference { format!("In-Reply-To: {id}\r\nReferences: {id}\r\n") } else { String::new() };
        let from = &self.row.to;
        let quoted: Vec<String> = self.row.body.lines().map(|line| format!("> {line}")).collect();
        let raw = format!(
            "From: <{from}>\r\nTo: <{to}>\r\nSubject: Re: about your notice\r\nMessage-ID: <answer.{}@example.org>\r\n\
             {references}{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n\r\n{}\r\n",
            self.row.id,
            quoted.join("\r\n")
        );
        Ok(Letter { from: from.clone(), to: to.to_owned(), raw: raw.into_bytes() })
    }
}

async fn untouched(store: &Store) -> anyhow::Result<Untouched> {
    let sql = "SELECT (SELECT COUNT(*) FROM cases) AS cases, (SELECT COUNT(*) FROM mail) AS mails, \
               (SELECT COUNT(*) FROM observation) AS observations";
    let row = store.fetch_one(sql, args![]).await?;
    Ok(Untouched { cases: row.int("cases")?, mails: row.int("mails")?, observations: row.int("observations")? })
}
