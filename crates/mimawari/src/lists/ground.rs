//! What is ours and what no believable list has, from the inventory and the configuration.

use anyhow::{Context as _, Result};
use blocklists::guard::Protected;
use blocklists::sources::Own;
use blocklists::{Limits, List, Range};
use ipnet::IpNet;
use jiff::Timestamp;
use store::{Store, blocklists as table, inventory};

/// What versions are held against.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ground {
    pub(crate) own: Own,
    pub(crate) protected: Protected,
}

impl Ground {
    /// Reads the inventory as it is at `now`.
    pub(crate) async fn load(store: &Store, protect: &[String], now: Timestamp) -> Result<Self> {
        let mut query = store;
        let (mut v4, mut v6, mut own) = (Vec::new(), Vec::new(), Own::default());
        for (prefix, system) in inventory::read::own_prefixes(&mut query).await? {
            match prefix {
                IpNet::V4(net) => v4.push(Range::prefix(net.addr().into(), net.prefix_len())),
                IpNet::V6(net) => v6.push(Range::prefix(net.addr().into(), net.prefix_len())),
            }
            own.systems.extend(system.and_then(|number| u32::try_from(number).ok()));
        }
        own.v4 = v4.into_iter().collect();
        own.v6 = v6.into_iter().collect();
        own.domains = table::held_domains(&mut query, now).await?.into_iter().map(Into::into).collect();
        let never = List::parse(protect.join("\n").as_bytes(), &Limits::default())?;
        if let Some((_, text)) = never.junk.first.first() {
            anyhow::bail!("`protect` in [blocklists]: `{text}` is no address or prefix");
        }
        Ok(Self { own, protected: Protected { v4: never.v4, v6: never.v6 } })
    }
}

/// The header with the key for a maintainer's lists, of `keys` in the configuration (`abuse-ch Auth-Key: 0123`).
pub(crate) fn key<'a>(keys: &'a [String], maintainer: &str) -> Option<(&'a str, &'a str)> {
    let header = keys.iter().find_map(|line| line.strip_prefix(maintainer)?.strip_prefix(' '))?;
    let (name, value) = header.split_once(':')?;
    Some((name.trim(), value.trim()))
}

/// Refuses keys that cannot be used.
pub(crate) fn check_keys(keys: &[String]) -> Result<()> {
    for line in keys {
        let maintainer = line.split_once(' ').map(|(maintainer, _)| maintainer);
        maintainer.and_then(|maintainer| key(keys, maintainer)).with_context(
            || "`keys` in [blocklists]: write MAINTAINER HEADER: VALUE, such as `abuse-ch Auth-Key: 0123`",
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_maintainer() {
        let keys = ["abuse-ch Auth-Key: a:b".to_owned(), "otx X-OTX-API-KEY:c".to_owned()];
        assert_eq!(key(&keys, "abuse-ch"), Some(("Auth-Key", "a:b")));
        assert_eq!(key(&keys, "otx"), Some(("X-OTX-API-KEY", "c")));
        assert_eq!(key(&keys, "abuse"), None);
        assert!(check_keys(&keys).is_ok());
        assert!(check_keys(&["abuse-ch".to_owned()]).is_err());
    }
}
