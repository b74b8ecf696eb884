//! The watcher: asks lists when they are due, one at a time, takes their versions, and closes what a list no longer has.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};
use blocklists::History;
use blocklists::guard;
use blocklists::sources::Registry;
use blocklists::sources::forms::{Form, misp, stix};
use blocklists::sources::registry::Known;
use desk::Desk;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::blocklists::{self as table, Watched};
use tokio_util::sync::CancellationToken;

use super::fetch::{Answer, Fetcher, Patience, Question, Trouble};
use super::ground::{self, Ground};
use super::version::{ACTOR, Taken, Version, take};
use super::{Settings, archive, plan};

/// Pause when nothing is due.
const IDLE: Duration = Duration::from_secs(5);
/// A node that dies while it asks is followed by another after so long.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// How old what is known of the inventory may be.
const GROUND: SignedDuration = SignedDuration::from_mins(5);
/// Bad answers in a row after which the journal hears of it.
const ALARM: i64 = 5;
/// Events of a MISP feed and pages of a TAXII collection that are asked for.
const MOST_PARTS: usize = 50;
/// Entries of histories that are kept in memory.
const CACHE: usize = 4_000_000;

/// The watcher of one node.
pub(crate) struct ListWatcher {
    desk: Desk,
    settings: Settings,
    folder: PathBuf,
    fetcher: Fetcher,
    registry: Registry,
    registry_of: Option<SystemTime>,
    ground: Ground,
    ground_at: Timestamp,
    histories: HashMap<String, History>,
}

/// What asking a list brought.
enum Brought {
    Unchanged,
    Parts(Vec<Vec<u8>>, Option<String>, Option<String>),
}

impl ListWatcher {
    /// A watcher, if a folder for histories is configured.
    pub(crate) fn new(desk: Desk, settings: &Settings, patience: Patience) -> Result<Option<Self>> {
        let Some(folder) = settings.folder.clone() else { return Ok(None) };
        std::fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        ground::check_keys(&settings.keys)?;
        let agent = settings.agent.as_deref().unwrap_or(concat!("mimawari/", env!("CARGO_PKG_VERSION")));
        Ok(Some(Self {
            fetcher: Fetcher::new(agent, patience)?,
            registry: settings.registry()?,
            registry_of: modified(settings),
            settings: settings.clone(),
            desk,
            folder,
            ground: Ground::default(),
            ground_at: Timestamp::UNIX_EPOCH,
            histories: HashMap::new(),
        }))
    }

    /// Watches until it is told to stop.
    pub(crate) async fn run(&mut self, stop: &CancellationToken) -> Result<()> {
        while !stop.is_cancelled() {
            if self.step().await? {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(IDLE) => {}
                () = stop.cancelled() => {}
            }
        }
        Ok(())
    }

    /// Does what is to be done next; false if nothing is.
    pub(crate) async fn step(&mut self) -> Result<bool> {
        let now = self.desk.clock.now();
        let settled = self.close_ended().await?;
        let until = now.saturating_add(LEASE).unwrap_or(now);
        let Some(watched) = self.desk.store.claim_list(now, until).await? else { return Ok(settled) };
        self.refresh(now).await?;
        self.ask(watched, now).await?;
        Ok(true)
    }

    /// Looks whether the operator's file or the inventory changed.
    async fn refresh(&mut self, now: Timestamp) -> Result<()> {
        let of = modified(&self.settings);
        if of != self.registry_of {
            self.registry_of = of;
            match self.settings.registry() {
                Ok(registry) => self.registry = registry,
                // The last good one stays in force.
                Err(error) => tracing::error!(error = %format_args!("{error:#}"), "the file with lists is not taken"),
            }
        }
        if now.duration_since(self.ground_at) > GROUND {
            self.ground = Ground::load(&self.desk.store, &self.settings.protect, now).await?;
            self.ground_at = now;
        }
        Ok(())
    }

    async fn ask(&mut self, mut watched: Watched, now: Timestamp) -> Result<()> {
        let registry = self.registry.clone();
        let before = watched.asked.trouble.clone();
        let asked = &mut watched.asked;
        asked.checked_at = Some(now);
        let known = registry.find(&watched.name).filter(|known| known.source.form.is_file());
        let Some(known) = known else {
            asked.due_at = now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(now);
            asked.trouble = Some("unknown: no list of the register that is fetched has this name".to_owned());
            return self.note(&watched, before, now).await;
        };
        match self.fetch(&known, &watched, now).await {
            Ok((Brought::Unchanged, mirror)) => {
                watched.asked.mirror = mirror;
                self.as_before(&known, &mut watched, now);
            }
            Ok((Brought::Parts(parts, etag, modified), mirror)) => {
                watched.asked.mirror = mirror;
                let taken = self.version(&known, &watched, &parts, now).await;
                Self::taken(&known, &mut watched, taken, (etag, modified), now);
            }
            Err(trouble) => {
                let asked = &mut watched.asked;
                asked.failures += 1;
                asked.due_at = plan::after_trouble(known.source, now, asked.failures, &trouble);
                asked.trouble = Some(trouble.to_string());
            }
        }
        self.note(&watched, before, now).await
    }

    /// The server says that nothing changed: good, unless the list never changes any more.
    fn as_before(&mut self, known: &Known<'_>, watched: &mut Watched, now: Timestamp) {
        let frozen = match self.history(&known.source.name) {
            Ok(history) => guard::stands_still(history, now).map(|since| format!("frozen: since {since}")),
            Err(error) => Some(format!("damaged: {error:#}")),
        };
        let asked = &mut watched.asked;
        (asked.failures, asked.answered_at) = (0, Some(now));
        asked.due_at = plan::after_answer(known.source, now);
        asked.trouble = frozen;
    }

    async fn version(
        &mut self,
        known: &Known<'_>,
        watched: &Watched,
        parts: &[Vec<u8>],
        at: Timestamp,
    ) -> Result<Taken> {
        let second_hand = self.registry.is_second_hand(known);
        let version = Version { known: *known, acts: watched.state == "rated", second_hand, at, parts };
        let (store, ground) = (self.desk.store.clone(), self.ground.clone());
        let path = archive::path(&self.folder, &known.source.name);
        let history = self.history(&known.source.name)?;
        let taken = take(&store, &ground, history, &version).await?;
        if taken.kept {
            archive::keep(&path, &history.to_bytes())?;
        }
        Ok(taken)
    }

    fn taken(
        known: &Known<'_>,
        watched: &mut Watched,
        taken: Result<Taken>,
        (etag, modified): (Option<String>, Option<String>),
        now: Timestamp,
    ) {
        let asked = &mut watched.asked;
        match taken {
            Ok(taken) if taken.kept => {
                (asked.failures, asked.answered_at) = (0, Some(now));
                (asked.etag, asked.modified) = (etag, modified);
                asked.entries = i64::try_from(taken.entries).ok();
                asked.changed_at = if taken.changed { Some(now) } else { asked.changed_at };
                asked.due_at = plan::after_answer(known.source, now);
                asked.trouble = taken.muted().map(|fault| format!("{}: {fault:?}", fault.code()));
                let Taken { entries, new, gone, still, reports, .. } = taken;
                tracing::info!(list = %watched.name, entries, new, gone, still, reports, "a version was taken");
            }
            Ok(taken) => {
                // The last good version stays, and the server is not told that we have this one.
                let fault = taken.faults.first().map(|fault| format!("{}: {fault:?}", fault.code()));
                let trouble = Trouble { word: "refused", detail: String::new(), wait: None };
                asked.failures += 1;
                asked.due_at = plan::after_trouble(known.source, now, asked.failures, &trouble);
                asked.trouble = fault;
            }
            Err(error) => {
                let trouble = Trouble { word: "refused", detail: format!("{error:#}"), wait: None };
                asked.failures += 1;
                asked.due_at = plan::after_trouble(known.source, now, asked.failures, &trouble);
                asked.trouble = Some(trouble.to_string());
            }
        }
    }

    /// Writes down how it went; what begins to be wrong stands in the journal.
    async fn note(&self, watched: &Watched, before: Option<String>, now: Timestamp) -> Result<()> {
        let word = |text: &Option<String>| text.as_deref().and_then(|text| text.split(':').next()).map(str::to_owned);
        let asked = &watched.asked;
        let mut tx = self.desk.store.begin().await?;
        tx.note_asked(&watched.name, asked).await?;
        // A server that hiccups is no news; a version that is refused is, and a list that stays away.
        let news =
            word(&asked.trouble) != word(&before) && (asked.failures <= 1 && !is_hiccup(asked.trouble.as_deref()));
        if let Some(trouble) = asked.trouble.as_ref().filter(|_| news || asked.failures == ALARM) {
            tracing::warn!(list = %watched.name, %trouble, failures = asked.failures, "a list is in trouble");
            let detail = json!({ "list": watched.name, "trouble": trouble, "failures": asked.failures });
            tx.journal_at_commit(now, ACTOR, "blocklist.trouble", None, detail);
        }
        Ok(tx.commit().await?)
    }

    /// The history of a list, from memory or from its file.
    fn history(&mut self, list: &str) -> Result<&mut History> {
        if !self.histories.contains_key(list) {
            let held: usize = self.histories.values().filter_map(|history| history.sizes().last()).sum();
            if held > CACHE {
                self.histories.clear();
            }
            let history = archive::open_or_new(&archive::path(&self.folder, list))?;
            self.histories.insert(list.to_owned(), history);
        }
        self.histories.get_mut(list).context("a history that was just read")
    }

    /// Tells the desk of stays that ended; false if there were none.
    async fn close_ended(&self) -> Result<bool> {
        let ended = table::unsettled_listings(&mut &self.desk.store, 100).await?;
        for listing in &ended {
            let gone = listing.gone_at.map(|at| at.to_string()).unwrap_or_default();
            let note = format!("{} is no longer in the list {} since {gone}.", listing.subject, listing.list);
            for case in table::cases_of_listing(&mut &self.desk.store, listing).await? {
                if let Err(error) = self.desk.close_delisted(case, &note).await {
                    // Somebody works on it at this moment: then it is his to end.
                    tracing::warn!(%error, case = case.0, "a case whose listing ended stays open");
                }
            }
            let mut tx = self.desk.store.begin().await?;
            tx.settle_listing(listing.id).await?;
            tx.commit().await?;
        }
        Ok(!ended.is_empty())
    }
}

/// Trouble that passes by itself.
fn is_hiccup(trouble: Option<&str>) -> bool {
    let word = trouble.and_then(|text| text.split(':').next());
    matches!(word, Some("no-answer" | "refused" | "broken" | "too-much-asked"))
}

fn modified(settings: &Settings) -> Option<SystemTime> {
    std::fs::metadata(settings.sources.as_ref()?).and_then(|meta| meta.modified()).ok()
}

/// How a list is asked.
impl ListWatcher {
    /// Asks for every part of a list; of each its addresses in turn, beginning with the one that answered last.
    async fn fetch(&self, known: &Known<'_>, watched: &Watched, now: Timestamp) -> Result<(Brought, i64), Trouble> {
        let source = known.source;
        let parts = plan::parts(source, &self.ground.own, now);
        let single = parts.len() == 1 && !matches!(source.form, Form::Misp | Form::Stix);
        let mut all = Vec::new();
        let (mut marks, mut mirror) = ((None, None), watched.asked.mirror);
        for mirrors in &parts {
            let marks_we_have = single.then_some(&watched.asked);
            let (answer, place) = self.part(known, mirrors, mirror, marks_we_have, now).await?;
            mirror = place;
            match answer {
                Answer::Unchanged => return Ok((Brought::Unchanged, mirror)),
                Answer::Version { bytes, etag, modified } => {
                    marks = (etag, modified);
                    let base = usize::try_from(place).ok().and_then(|place| mirrors.get(place));
                    self.more(known, base.map_or("", String::as_str), bytes, &mut all, now).await?;
                }
            }
        }
        if all.is_empty() {
            return Err(Trouble { word: "unknown", detail: "no AS of ours is known".to_owned(), wait: None });
        }
        let (etag, modified) = if single { marks } else { (None, None) };
        Ok((Brought::Parts(all, etag, modified), mirror))
    }

    /// One part, from whichever of its addresses answers.
    async fn part(
        &self,
        known: &Known<'_>,
        mirrors: &[String],
        first: i64,
        have: Option<&table::Asked>,
        now: Timestamp,
    ) -> Result<(Answer, i64), Trouble> {
        let mut last = Trouble { word: "unknown", detail: "it has no address".to_owned(), wait: None };
        let first = usize::try_from(first).unwrap_or(0);
        for turn in 0..mirrors.len() {
            let place = (first + turn) % mirrors.len();
            // What one server calls a version another does not know.
            let have = have.filter(|_| turn == 0);
            let question = Question {
                etag: have.and_then(|have| have.etag.as_deref()),
                modified: have.and_then(|have| have.modified.as_deref()),
                ..self.question(known, &mirrors[place])
            };
            match self.fetcher.ask(&question, now).await {
                Ok(answer) => return Ok((answer, i64::try_from(place).unwrap_or(0))),
                Err(trouble) => last = trouble,
            }
        }
        Err(last)
    }

    fn question<'a>(&'a self, known: &Known<'a>, url: &'a str) -> Question<'a> {
        Question {
            url,
            accept: (known.source.form == Form::Stix).then_some("application/taxii+json;version=2.1"),
            key: ground::key(&self.settings.keys, known.maintainer),
            limit: known.source.bytes,
            ..Question::default()
        }
    }

    /// What a first answer leads to: the events of a manifest, the further pages of a collection.
    async fn more(
        &self,
        known: &Known<'_>,
        base: &str,
        bytes: Vec<u8>,
        all: &mut Vec<Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        match &known.source.form {
            Form::Misp => {
                for event in misp::manifest(&bytes).into_iter().take(MOST_PARTS) {
                    let url = format!(
                        "{}/{}.json",
                        base.trim_end_matches("/manifest.json").trim_end_matches('/'),
                        event.uuid
                    );
                    all.push(self.page(known, &url, now).await?);
                }
            }
            Form::Stix => {
                let mut next = stix::next_page(&bytes);
                all.push(bytes);
                while let Some(page) = next.take().filter(|_| all.len() < MOST_PARTS) {
                    let sign = if base.contains('?') { '&' } else { '?' };
                    let bytes = self.page(known, &format!("{base}{sign}next={}", encoded(&page)), now).await?;
                    next = stix::next_page(&bytes);
                    all.push(bytes);
                }
            }
            _ => all.push(bytes),
        }
        Ok(())
    }

    async fn page(&self, known: &Known<'_>, url: &str, now: Timestamp) -> Result<Vec<u8>, Trouble> {
        match self.fetcher.ask(&self.question(known, url), now).await? {
            Answer::Version { bytes, .. } => Ok(bytes),
            Answer::Unchanged => Ok(Vec::new()),
        }
    }
}

/// Text for a query: everything but letters and digits by its number (RFC 3986, section 2.1).
fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

#[cfg(test)]
mod tests;
