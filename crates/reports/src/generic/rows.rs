//! The values of one table row, or of the labelled lines of a report.

use std::net::IpAddr;

use model::EventTime;

use super::candidates::Target;
use super::tables::{Column, Head};
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, port, url};

/// The values of a table row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) ip: Option<IpAddr>,
    pub(crate) port: Option<u16>,
    /// A port of which is not said whose it is.
    pub(crate) bare_port: Option<u16>,
    pub(crate) url: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) at: Option<EventTime>,
    pub(crate) target: Option<Target>,
    pub(crate) transport: Option<model::Transport>,
    pub(crate) count: Option<u64>,
}

impl Row {
    /// Takes the value of one cell.
    pub(crate) fn take(&mut self, column: Column, cell: &str, clock: &Clockwork) {
        match column {
            Column::Source if self.ip.is_none() => {
                let mut found = Vec::new();
                if ip::parse(cell).is_none() {
                    // `192.0.2.1:443`
                    ip::scan(cell, &mut found);
                }
                let first = found.first();
                self.ip = ip::parse(cell).or(first.map(|one| one.value)).filter(|ip| ip::is_public(*ip));
                self.port = self.port.or_else(|| port::after(cell, first?.end));
            }
            Column::SourcePort => self.port = self.port.or_else(|| port::number(cell)),
            Column::Port => self.bare_port = self.bare_port.or_else(|| port::number(cell)),
            Column::Target => self.target = Some((address(cell), self.target.and_then(|(_, port)| port))),
            Column::TargetPort => self.target = Some((self.target.and_then(|(ip, _)| ip), port::number(cell))),
            Column::Url if self.url.is_none() => self.url = link(cell),
            Column::Host if self.host.is_none() && url::is_host_name(cell) => self.host = Some(cell.to_lowercase()),
            Column::Time if self.at.is_none() => self.at = time::parse(cell, clock),
            Column::Transport => self.transport = port::transport(cell),
            Column::Count => self.count = cell.trim().parse().ok(),
            _ => {}
        }
    }

    /// Decides whose a port is that is only called one: below 1024 it is the service that an `attack` was on.
    pub(crate) fn settle_port(&mut self, attack: bool) {
        let Some(bare) = self.bare_port.take() else { return };
        let (ip, port) = self.target.unwrap_or_default();
        if attack && bare < 1024 {
            self.target = Some((ip, port.or(Some(bare))));
        } else {
            self.port = self.port.or(Some(bare));
        }
    }

    /// Date and time of day in columns of their own.
    pub(crate) fn join_times(&mut self, head: &Head, cells: &[std::borrow::Cow<'_, str>], clock: &Clockwork) {
        let mut times = head.columns.iter().zip(cells).filter(|(column, _)| **column == Column::Time);
        if let (Some((_, date)), Some((_, time))) = (times.next(), times.next()) {
            self.at = time::parse(&format!("{date} {time}"), clock).or(self.at.take());
        }
    }

    /// The time of a row whose head names no column of times.
    pub(crate) fn any_time(&mut self, line: &str, clock: &Clockwork) {
        if self.at.is_none() {
            let mut found = Vec::new();
            time::scan(line, &mut found);
            let full = found.iter().find(|one| one.value.time.is_some());
            self.at = full.and_then(|one| clock.event(&one.value, line.get(one.start..one.end)?));
        }
    }

    /// Cells that cannot be counted off: the first address of the line, if the table has a source column first.
    pub(crate) fn loose(&mut self, head: &Head, line: &str, clock: &Clockwork) {
        let source = head.columns.iter().position(|column| *column == Column::Source);
        let target = head.columns.iter().position(|column| *column == Column::Target);
        let Some(source) = source else {
            return;
        };
        let mut found = Vec::new();
        ip::scan(line, &mut found);
        let place = usize::from(target.is_some_and(|target| target < source));
        let found = found.get(place);
        self.ip = found.map(|one| one.value).filter(|ip| ip::is_public(*ip));
        self.port = self.port.or_else(|| port::after(line, found?.end));
        if self.at.is_none() {
            let mut times = Vec::new();
            time::scan(line, &mut times);
            self.at = times.first().and_then(|one| clock.event(&one.value, &line[one.start..one.end]));
        }
    }
}

/// The address of a cell, or the one in brackets behind its name.
fn address(cell: &str) -> Option<IpAddr> {
    ip::parse(cell).or_else(|| ip::parse(cell.rsplit_once('(')?.1))
}

/// The URL of a cell, or the name or address with a path that stands for one; a footnote mark in front does not matter.
fn link(cell: &str) -> Option<String> {
    let mut found = Vec::new();
    url::scan(cell, &mut found);
    let host = cell.split('/').next().unwrap_or("");
    let bare = || {
        (url::is_host_name(host) || (cell.len() > host.len() && ip::parse(host).is_some())).then(|| url::served(cell))
    };
    found.into_iter().next().map(|one| one.value).or_else(bare)
}
