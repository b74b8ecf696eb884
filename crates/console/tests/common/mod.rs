//! A desk with a small provider and a morning's reports, for the tests of the screens and the server of the browser test.

pub(crate) mod mails;
pub(crate) mod provider;

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use attribution::InventoryAttributor;
use attribution::import::{Kind, import};
use desk::{Actor, Desk, Settings};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Lang, Role, UserId};
use store::Store;
use store::people::{self, NewUser};
use store::reports::{NewReport, READ_REPORT};

/// The password of everybody in the tests.
pub(crate) const PASSWORD: &str = "a long enough sentence";

/// The people: login name, shown name, role, language.
pub(crate) const PEOPLE: &[(&str, &str, Role, Lang)] = &[
    ("sato", "佐藤 花子", Role::Operator, Lang::Ja),
    ("alex", "Alex Kim", Role::Operator, Lang::En),
    ("suzuki", "鈴木 一郎", Role::Lead, Lang::Ja),
    ("lee", "Lee Adams", Role::Lead, Lang::En),
    ("kanri", "管理 太郎", Role::Admin, Lang::Ja),
    ("root", "Robin Root", Role::Admin, Lang::En),
    ("kansa", "監査 次郎", Role::Auditor, Lang::Ja),
    ("audit", "Audrey Ditt", Role::Auditor, Lang::En),
];

/// A desk on `store` with its provider and people; no reports yet.
pub(crate) async fn desk(store: &Store, clock: Arc<dyn Clock>, settings: Settings) -> anyhow::Result<Desk> {
    let now = clock.now();
    for (kind, file) in [
        (Kind::Plans, provider::PLANS),
        (Kind::Customers, provider::CUSTOMERS),
        (Kind::Contracts, provider::CONTRACTS),
        (Kind::Holdings, provider::HOLDINGS),
        (Kind::Prefixes, provider::PREFIXES),
    ] {
        let report = import(store, kind, file.as_bytes(), "test.csv", "cli:test", now).await?;
        ensure!(report.refused.is_empty(), "{:?}", report.refused.first());
    }
    // One hash for all: making one is slow on purpose.
    let hash = console::auth::password::hash(PASSWORD).map_err(anyhow::Error::msg)?;
    let mut tx = store.begin().await?;
    for (name, display, role, lang) in PEOPLE {
        let new = NewUser { name, display, password: &hash, role: *role, lang: *lang };
        tx.add_user(new, now).await?;
    }
    tx.commit().await?;
    Ok(Desk {
        store: store.clone(),
        clock,
        reader: Arc::new(reports::Reader),
        tracer: Arc::new(reports::trace::Tracer::default()),
        checker: None,
        attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
        templates: Arc::new(text::mail::Templates::builtin()?),
        settings: Arc::new(settings),
    })
}

/// Accepts the morning's reports and works on them.
pub(crate) async fn morning(desk: &Desk) -> anyhow::Result<()> {
    let now = desk.clock.now();
    for (minutes, mail) in mails::morning(now) {
        accept(desk, mail.as_bytes(), now.checked_sub(SignedDuration::from_mins(minutes))?).await?;
    }
    work(desk).await
}

/// Accepts one report.
pub(crate) async fn accept(desk: &Desk, raw: &[u8], received: Timestamp) -> anyhow::Result<()> {
    let from = Some("soc@example.org");
    let new =
        NewReport { raw, door: "lmtp", envelope_from: from, envelope_to: Some("abuse@provider.example"), received };
    desk.store.accept_report(new).await?;
    Ok(())
}

/// Works on everything that is due.
pub(crate) async fn work(desk: &Desk) -> anyhow::Result<()> {
    for round in 0.. {
        let lease = SignedDuration::from_mins(5);
        let now = desk.clock.now();
        let jobs = desk.store.claim_jobs(&[READ_REPORT], 16, now, lease, &format!("test:{round}")).await?;
        if jobs.is_empty() {
            break;
        }
        for done in desk.process_batch(jobs).await? {
            ensure!(done.error.is_none(), "{done:?}");
        }
    }
    Ok(())
}

/// The number of a person.
pub(crate) async fn person(store: &Store, name: &str) -> anyhow::Result<UserId> {
    Ok(people::user_by_name(&mut &*store, name).await?.context("a person of the test")?.id)
}

/// A person as the desk knows him.
pub(crate) fn actor(name: &str) -> Actor {
    let role = PEOPLE.iter().find(|(known, ..)| *known == name).map_or(Role::Operator, |(_, _, role, _)| *role);
    Actor::new(format!("user:{name}"), role)
}

/// A little work has been done already: somebody has cases, one is closed, one waits for later.
pub(crate) async fn settle(desk: &Desk) -> anyhow::Result<()> {
    use desk::cases::{At, Closing};
    use store::cases::{self, Filter};
    let store = &desk.store;
    let found = cases::page(&mut &*store, &Filter::default(), None, 50, desk.clock.now()).await?.cases;
    let open: Vec<_> = found.into_iter().filter(|case| case.contract.is_some()).collect();
    let (sato, alex) = (person(store, "sato").await?, person(store, "alex").await?);
    for (case, who) in open.iter().zip([Some(sato), Some(alex), None, Some(sato)]) {
        desk.assign_case(&actor("suzuki"), At::from(case), who).await?;
    }
    if let Some(last) = open.last() {
        let at = At::from(&cases::case(&mut &*store, last.id).await?);
        let case = desk.note_case(&actor("sato"), at, "ログを確認した。再発なし。").await?;
        desk.close_case(&actor("sato"), At::from(&case), &Closing::new(model::Exit::InfoOnly)).await?;
    }
    Ok(())
}
