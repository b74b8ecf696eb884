//! Two nodes on one PostgreSQL: nothing happens twice, and each takes over what the other one leaves when it is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use model::{Clock, SystemClock};
use store::{Store, args};
use testkit::{Postgres, Sink, SmtpClient, TestPostfix, steady_port};

use crate::mails::Letter;
use crate::site::{Node, Site};
use crate::storm::{self, Around, random};
use crate::week;
use crate::{truth, world};

const CONTRACTS: usize = 1_000;
const REPORTS: usize = 400;
const KILLS: usize = 12;

/// Gives each letter to one of the doors, and to the other one if that is closed, until it is taken.
fn deliver(doors: [SocketAddr; 2], letters: &[Letter]) -> anyhow::Result<()> {
    let mut connection: Option<SmtpClient> = None;
    for (number, letter) in letters.iter().enumerate() {
        let until = Instant::now() + Duration::from_mins(1);
        let mut door = doors[number % 2];
        while !offer(&mut connection, door, letter) {
            ensure!(Instant::now() < until, "no door takes the mail");
            thread::sleep(Duration::from_millis(20));
            door = doors[usize::from(random(2) == 1)];
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn offer(connection: &mut Option<SmtpClient>, door: SocketAddr, letter: &Letter) -> bool {
    let open =
        connection.take().map_or_else(|| SmtpClient::connect(door).and_then(|mut open| open.lhlo().map(|()| open)), Ok);
    let Ok(mut open) = open else { return false };
    let taken = open.mail(&letter.from, &[&letter.to], &letter.raw, 1);
    let taken = taken.is_ok_and(|answers| answers.iter().all(|answer| answer.starts_with("250")));
    if taken {
        *connection = Some(open);
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn system_two_nodes_on_one_postgresql() -> anyhow::Result<()> {
    if !TestPostfix::wanted()? {
        return Ok(());
    }
    let sink = Sink::start()?;
    let doors = [steady_port()?, steady_port()?];
    let relay = week::relay(&sink, doors[0])?;
    let url = Postgres::shared()?.create_database()?;
    let sites = [Site::new(Some(&url), doors[0], relay.smtp_port)?, Site::new(Some(&url), doors[1], relay.smtp_port)?];
    let provider = world::provider(CONTRACTS, SystemClock.now());
    let store = sites[0].store().await?;
    world::import(&store, &provider).await?;
    let reports = world::reports(&provider, REPORTS, 20, SystemClock.now());
    let letters = world::letters(&reports);

    let (mut nodes, pids) = tokio::task::block_in_place(|| kill_in_turns(&sites, doors, &letters))?;
    let around = Around { front: None, relay: &relay, sink: &sink };
    storm::settle(&sites[0].desk(store.clone())?, &around, Duration::from_mins(5)).await?;
    nodes.iter_mut().try_for_each(Node::still_runs)?;

    let outcomes = truth::outcomes(&store).await?;
    ensure!(outcomes.len() == letters.len(), "{} of {} mails are stored", outcomes.len(), letters.len());
    storm::nothing_set_aside(&store).await?;
    week::each_mail_arrived_once(&store, &sink.mails()).await?;
    truth::no_case_of_two(&store).await?;
    let cases = truth::numbers_are_gapless(&store).await?;
    let table = truth::Table::new(&reports, &outcomes)?;
    ensure!(table.wrong.is_empty(), "{}", table.wrong.join("\n"));
    let done = work_of(&store, &pids).await?;
    eprintln!("{cases} cases, {} mails; reports read by each node: {done:?}", sink.mails().len());
    ensure!(done.iter().all(|count| count * 10 >= letters.len()), "one node hardly worked: {done:?}");
    nodes.into_iter().try_for_each(Node::stop)?;
    store.close().await;
    let [first, _] = &sites;
    let export = first.command(&["journal", "export"])?;
    let entries = String::from_utf8(export.stdout)?;
    store::journal::verify(entries.lines().map(str::to_owned)).context("the journal of both nodes")?;
    Ok(())
}

type Running = (Vec<Node>, [BTreeSet<u32>; 2]);

/// Two nodes work while mails come in; one of them is killed and started again, then the other. Returns the nodes that run
/// in the end and the process numbers that each has had.
fn kill_in_turns(sites: &[Site; 2], doors: [SocketAddr; 2], letters: &[Letter]) -> anyhow::Result<Running> {
    let mut pids = [BTreeSet::new(), BTreeSet::new()];
    let mut start = |which: usize| -> anyhow::Result<Node> {
        let node = sites[which].start()?;
        pids[which].insert(node.pid());
        Ok(node)
    };
    let mut nodes = vec![start(0)?, start(1)?];
    nodes.iter_mut().try_for_each(Node::wait_until_open)?;
    thread::scope(|scope| {
        let sender = scope.spawn(|| deliver(doors, letters));
        for number in 0..KILLS {
            thread::sleep(Duration::from_millis(800 + random(1_500)));
            let node = nodes.remove(0);
            node.kill()?;
            // The killed one comes back at the end of the row: the other one is next.
            nodes.push(start(number % 2)?);
        }
        sender.join().map_err(|_| anyhow::anyhow!("the sender panicked"))?
    })?;
    Ok((nodes, pids))
}

/// How many reports each of the nodes has read.
async fn work_of(store: &Store, pids: &[BTreeSet<u32>; 2]) -> anyhow::Result<[usize; 2]> {
    let mut by_process: BTreeMap<u32, usize> = BTreeMap::new();
    for row in store.fetch("SELECT lease_owner FROM job WHERE state = 'done'", args![]).await? {
        let owner = row.text("lease_owner")?;
        let pid = owner.split(':').next().unwrap_or_default().parse()?;
        *by_process.entry(pid).or_default() += 1;
    }
    let sum = |pids: &BTreeSet<u32>| pids.iter().filter_map(|pid| by_process.get(pid)).sum();
    Ok([sum(&pids[0]), sum(&pids[1])])
}
