//! To whom an account ever wrote, as hashes: exactly for the hundred of a person, in 2 KiB of bits for whoever has more.

/// So many recipients are kept one by one.
const EACH: usize = 128;
/// Words of the bits: three for each recipient; some two thousand are told apart well.
const WORDS: usize = 512;

/// A memory of recipients; at most 2 KiB.
#[derive(Debug, Default)]
pub(crate) struct Recipients {
    /// Hashes, or bits if there are [`WORDS`] of them.
    words: Vec<u32>,
}

impl Recipients {
    /// Remembers a recipient; returns whether it was there before. Of thousands, a few new ones are taken for known.
    pub(crate) fn insert(&mut self, hash: u64) -> bool {
        let hash = u32::try_from(hash >> 32).unwrap_or(0);
        if self.words.len() == WORDS {
            return self.mark(hash);
        }
        if self.words.contains(&hash) {
            return true;
        }
        if self.words.len() < EACH {
            if self.words.len() == self.words.capacity() {
                self.words.reserve_exact(8);
            }
            self.words.push(hash);
        } else {
            let each = std::mem::replace(&mut self.words, vec![0; WORDS]);
            for hash in each {
                self.mark(hash);
            }
            self.mark(hash);
        }
        false
    }

    fn mark(&mut self, hash: u32) -> bool {
        let spread = u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut known = true;
        for part in [spread >> 50, spread >> 36, spread >> 22] {
            let bit = usize::try_from(part).unwrap_or(0) % (WORDS * 32);
            known &= self.words[bit / 32] >> (bit % 32) & 1 == 1;
            self.words[bit / 32] |= 1 << (bit % 32);
        }
        known
    }

    /// Bytes behind it.
    pub(crate) fn size(&self) -> usize {
        self.words.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> u64 {
        std::hash::BuildHasher::hash_one(&foldhash(), number)
    }

    fn foldhash() -> hashbrown::DefaultHashBuilder {
        static HASHER: std::sync::OnceLock<hashbrown::DefaultHashBuilder> = std::sync::OnceLock::new();
        HASHER.get_or_init(Default::default).clone()
    }

    #[test]
    fn a_person_is_remembered_exactly_and_a_list_nearly() {
        let mut written = Recipients::default();
        assert_eq!((0..100).filter(|number| written.insert(hash(*number))).count(), 0);
        assert_eq!((0..100).filter(|number| written.insert(hash(*number))).count(), 100);
        assert!(written.size() <= 512, "{}", written.size());
        let taken_for_known = (100..2000).filter(|number| written.insert(hash(*number))).count();
        assert!(taken_for_known < 60, "{taken_for_known}");
        assert_eq!((0..2000).filter(|number| written.insert(hash(*number))).count(), 2000);
        assert!(written.size() <= 2048);
    }
}
