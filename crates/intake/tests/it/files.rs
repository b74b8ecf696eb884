//! Files, folders, standard input and Maildirs: every message once, every failure named, nothing stops the rest.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::common::raw_mails;
use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use intake::{Counters, Import, Importer, IntakeError, MaildirSettings, Watcher};
use model::SystemClock;
use store::Store;
use store::acceptor::Acceptor;
use testkit::{TempStore, each_store};
use tokio_util::sync::CancellationToken;

const FROM: &str = "From r@example.org Mon Jan  5 10:11:12 2026\n";

fn importer(store: &Store) -> Importer {
    Importer::new(Acceptor::start(store.clone()), Arc::new(SystemClock), Arc::default())
}

fn import(paths: &[&Path]) -> Import {
    Import { paths: paths.iter().map(|path| path.to_path_buf()).collect(), max_message_bytes: 100_000 }
}

fn watcher(store: &Store, folder: &Path, counters: &Arc<Counters>) -> Result<Watcher, IntakeError> {
    let settings = MaildirSettings { folder: folder.to_owned(), every_s: 1, max_message_bytes: 1000 };
    Watcher::new(settings, Acceptor::start(store.clone()), Arc::new(SystemClock), Arc::clone(counters))
}

fn maildir() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part))?;
    }
    Ok(folder)
}

fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_everything_is_imported_and_the_bad_ones_are_named() -> anyhow::Result<()> {
    each_store(|store| async move {
        let root = tempfile::tempdir()?;
        let at = |name: &str| root.path().join(name);
        let messages: Vec<String> = (0..300).map(|n| format!("{FROM}Subject: {n}\n\n>From here\n\n")).collect();
        let mbox = messages.concat();
        fs::write(at("a.mbox"), &mbox)?;
        let mut packed = GzEncoder::new(fs::File::create(at("b.mbox.gz"))?, Compression::fast());
        packed.write_all(mbox.replace("Subject: ", "Subject: packed ").as_bytes())?;
        packed.finish()?;
        fs::create_dir(at("more"))?;
        fs::write(at("more/c.eml"), "Subject: single\r\n\r\nx\r\n")?;
        fs::write(at("more/d.json"), "{\"Version\": \"4\"}")?;
        fs::write(at("more/e-empty.eml"), "")?;
        fs::write(at("more/f-large.eml"), vec![b'x'; 100_001])?;
        fs::write(at("more/g-broken.gz"), b"\x1f\x8b\x08 not really")?;
        fs::write(at("more/h-again.eml"), "Subject: single\r\n\r\nx\r\n")?;

        let import = import(&[root.path(), &at("missing.eml")]);
        ensure!(import.size() > 100_000 + mbox.len() as u64);
        let (mut failures, mut calls) = (Vec::new(), 0);
        let tally = importer(&store)
            .run(import, |outcome| {
                calls += 1;
                if let Err(error) = &outcome.result {
                    failures.push((outcome.origin.file.clone(), error.code().0));
                }
            })
            .await;
        ensure!((tally.accepted, tally.duplicate, tally.skipped) == (602, 1, 4), "{tally:?} {failures:?}");
        ensure!(calls == 607);
        failures.sort();
        let expected = [
            (at("missing.eml"), "intake.read"),
            (at("more/e-empty.eml"), "intake.no-message"),
            (at("more/f-large.eml"), "intake.too-big"),
            (at("more/g-broken.gz"), "intake.read"),
        ];
        ensure!(failures == expected, "{failures:?}");
        let mails = raw_mails(&store).await?;
        ensure!(mails.contains(&b"Subject: packed 299\n\nFrom here\n".to_vec()));
        ensure!(mails.contains(&b"{\"Version\": \"4\"}".to_vec()));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_maildir_is_emptied_only_as_far_as_it_is_stored() -> anyhow::Result<()> {
    each_store(|store| async move {
        let folder = maildir()?;
        let new = folder.path().join("new");
        for n in 0..200 {
            fs::write(new.join(format!("17000{n:03}.M1.host")), format!("Subject: {n}\n\n"))?;
        }
        fs::write(new.join("1700900.large"), vec![b'x'; 1001])?;
        fs::write(folder.path().join("tmp/half"), "Subj")?;
        let counters = Arc::new(Counters::default());
        let mut one = watcher(&store, folder.path(), &counters)?;
        let tally = one.look(|_| {}).await;
        ensure!((tally.accepted, tally.skipped) == (200, 1), "{tally:?}");
        ensure!(names(&new)? == ["1700900.large"], "what cannot be taken stays");
        ensure!(names(&folder.path().join("cur"))?.iter().all(|name| name.ends_with(".M1.host:2,S")));
        ensure!(one.look(|_| {}).await == intake::Tally::default(), "it is named once, not at each look");

        // Killed between storing and moving: the files are back in `new`.
        for name in names(&folder.path().join("cur"))? {
            let back = new.join(name.trim_end_matches(":2,S"));
            fs::rename(folder.path().join("cur").join(name), back)?;
        }
        let tally = watcher(&store, folder.path(), &counters)?.look(|_| {}).await;
        ensure!((tally.accepted, tally.duplicate, tally.skipped) == (0, 200, 1), "{tally:?}");
        ensure!(raw_mails(&store).await?.len() == 200 && names(&new)?.len() == 1);
        let counts = counters.read();
        ensure!((counts.accepted, counts.duplicate, counts.refused) == (200, 200, 2), "{counts:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_maildir_waits_for_a_database_that_is_down() -> anyhow::Result<()> {
    let temp = TempStore::sqlite().await?;
    let folder = maildir()?;
    fs::write(folder.path().join("new/1"), "Subject: 1\n\n")?;
    let counters = Arc::new(Counters::default());
    let mut down = watcher(&temp.store, folder.path(), &counters)?;
    temp.store.close().await;
    for _ in 0..2 {
        let tally = down.look(|_| {}).await;
        ensure!(tally.skipped == 1 && names(&folder.path().join("new"))? == ["1"], "{tally:?}");
    }
    let store = Store::open(&temp.settings).await?;
    let stop = CancellationToken::new();
    let task = tokio::spawn(watcher(&store, folder.path(), &counters)?.serve(stop.clone()));
    for _ in 0..100 {
        if names(&folder.path().join("new"))?.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    task.await.context("the watcher panicked")?;
    ensure!(names(&folder.path().join("cur"))? == ["1:2,S"] && raw_mails(&store).await?.len() == 1);
    ensure!(matches!(watcher(&store, &folder.path().join("new"), &counters), Err(IntakeError::NotMaildir { .. })));
    Ok(())
}
