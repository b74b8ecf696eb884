//! A year of mail logs with planted hijacks and the noise of real life, as lines of Postfix, Dovecot and a web mail's JSON.
//!
//! Ten thousand people log in at home, at work and on the way; some travel, some use a VPN, some share an account, some send
//! newsletters. A few accounts fall into strange hands, in eight ways. The truth stands beside the lines.

mod crime;
mod life;
mod lines;
mod space;

use jiff::Timestamp;

use crate::mmdb::mmdb;
use crate::rng::{Rng, Stream};
use lines::Writer;

pub use crime::HijackKind;
pub use life::LifeKind;

/// What is made.
#[derive(Debug, Clone, Copy)]
pub struct MailSettings {
    /// Everything follows from it.
    pub seed: u64,
    /// Accounts.
    pub accounts: usize,
    /// Of these, so many fall into strange hands once.
    pub hijacks: usize,
    /// Days.
    pub days: usize,
    /// Midnight of the first day in Japan.
    pub start: Timestamp,
}

/// An account in strange hands.
#[derive(Debug, Clone)]
pub struct Hijack {
    /// The account.
    pub account: String,
    /// In which way.
    pub kind: HijackKind,
    /// Number of the first day.
    pub from: usize,
    /// Number of the last day.
    pub to: usize,
}

/// The year.
#[derive(Debug, Clone)]
pub struct MailYear {
    settings: MailSettings,
    lives: Vec<life::Life>,
    hijacks: Vec<(usize, Hijack)>,
}

impl MailYear {
    /// Draws the people and what happens to them.
    pub fn generate(settings: MailSettings) -> Self {
        let lives =
            (0..settings.accounts).map(|account| life::Life::draw(settings.seed, account, settings.days)).collect();
        let mut rng = Rng::new(settings.seed, Stream::MailHijack, 0);
        let mut order: Vec<usize> = (0..settings.accounts).collect();
        rng.shuffle(&mut order);
        // The first weeks are quiet: a guard that knows nobody yet cannot tell strange from usual.
        let quiet = (settings.days / 6).min(30);
        let hijacks = (0..settings.hijacks.min(order.len()))
            .map(|number| {
                let kind = HijackKind::ALL[number % HijackKind::ALL.len()];
                let room = settings.days.saturating_sub(quiet + kind.days()).max(1);
                let from = quiet + rng.below(room);
                let (account, to) = (order[number], from + kind.days() - 1);
                (account, Hijack { account: life::name(account), kind, from, to })
            })
            .collect();
        Self { settings, lives, hijacks }
    }

    /// The planted hijacks.
    pub fn hijacks(&self) -> impl Iterator<Item = &Hijack> {
        self.hijacks.iter().map(|(_, hijack)| hijack)
    }

    /// How an account lives.
    pub fn life(&self, account: &str) -> Option<LifeKind> {
        let number = account.strip_prefix('u')?.split('@').next()?.parse::<usize>().ok()?;
        self.lives.get(number).map(|life| life.kind)
    }

    /// The lines of a day, in order; each ends with a line feed.
    pub fn day(&self, day: usize) -> Vec<String> {
        let midnight = self.settings.start.as_second() + 86_400 * i64::try_from(day).unwrap_or(0);
        let mut writer = Writer::new(midnight);
        for (account, life) in self.lives.iter().enumerate() {
            let mut rng = Rng::new(self.settings.seed, Stream::MailDay, account * 1_000 + day);
            life.live(account, day, &mut rng, &mut writer);
        }
        for (number, (account, hijack)) in self.hijacks.iter().enumerate() {
            if (hijack.from..=hijack.to).contains(&day) {
                let mut rng = Rng::new(self.settings.seed, Stream::MailHijack, 1_000 + number * 1_000 + day);
                let victim = crime::Victim { number: *account, home: self.lives[*account].home() };
                crime::commit(hijack.kind, &victim, day - hijack.from, number, &mut rng, &mut writer);
            }
        }
        crime::tries(self.settings.accounts, &mut Rng::new(self.settings.seed, Stream::MailHijack, day), &mut writer);
        writer.finish()
    }

    /// A database with the countries of the addresses.
    pub fn country_mmdb() -> Vec<u8> {
        mmdb(&space::countries())
    }

    /// A database with their networks.
    pub fn network_mmdb() -> Vec<u8> {
        mmdb(&space::networks())
    }
}
