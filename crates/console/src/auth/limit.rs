//! Rate limits per client address: guesses of passwords, posts to the public form.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::Settings;

/// Logins a minute that one address may try.
const LOGINS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// One limiter per kind of request.
pub(crate) struct Limits {
    pub(crate) login: DefaultKeyedRateLimiter<IpAddr>,
    pub(crate) form: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let form = NonZeroU32::new(settings.form_per_hour).unwrap_or(NonZeroU32::MIN);
        Self {
            login: RateLimiter::keyed(Quota::per_minute(LOGINS_PER_MINUTE)),
            form: RateLimiter::keyed(Quota::per_hour(form)),
        }
    }

    /// Forgets addresses that are no longer limited; called now and then so that the maps stay small.
    pub(crate) fn tidy(&self) {
        for limiter in [&self.login, &self.form] {
            limiter.retain_recent();
        }
    }
}

/// The key under which an address is limited: IPv6 by its /64, which one customer holds whole.
pub(crate) fn key(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::from((u128::from(ip) & (u128::MAX << 64)).to_be_bytes()),
        v4 @ IpAddr::V4(_) => v4,
    }
}
