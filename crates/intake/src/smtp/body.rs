//! A message while it is being received: bounded by itself and by what all connections together may hold.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The unit in which memory is granted.
const UNIT: usize = 64 << 10;
/// Up to this size a message of unannounced size is given memory little by little; beyond it, enough for the largest.
const SMALL: usize = 1 << 20;
/// How long a message waits for memory.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many Received fields mean that the mail goes round in circles. RFC 5321, section 6.3 suggests 100; Postfix in front
/// refuses at 50 (`hopcount_limit`), and so do we.
const HOPS: usize = 50;

/// Memory for messages, shared by the connections of a listener.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    units: Arc<Semaphore>,
    patience: Duration,
}

impl Memory {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { units: Arc::new(Semaphore::new(bytes.div_ceil(UNIT).max(1))), patience: PATIENCE }
    }

    /// Bytes that are free.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.units.available_permits() * UNIT
    }
}

/// Why a message is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Larger than allowed.
    TooBig,
    /// The memory of all messages is used up.
    NoMemory,
}

/// The content so far.
#[derive(Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    granted: Option<OwnedSemaphorePermit>,
    limit: usize,
    announced: usize,
    received: usize,
    fault: Option<Fault>,
}

impl Body {
    /// A message of at most `limit` bytes, of which `announced` were named beforehand (0: none).
    pub(crate) fn new(limit: usize, announced: usize) -> Self {
        Self { bytes: Vec::new(), granted: None, limit, announced, received: 0, fault: None }
    }

    /// Bytes received, kept or not.
    pub(crate) fn received(&self) -> usize {
        self.received
    }

    /// What is wrong with the message.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Adds content; after a fault it is only counted.
    pub(crate) async fn push(&mut self, piece: &[u8], memory: &Memory) {
        self.received = self.received.saturating_add(piece.len());
        if self.fault.is_some() {
            return;
        }
        if self.received > self.limit {
            self.fail(Fault::TooBig);
        } else if !self.make_room(piece.len(), memory).await {
            self.fail(Fault::NoMemory);
        } else {
            self.bytes.extend_from_slice(piece);
        }
    }

    /// Gives the memory back at once.
    fn fail(&mut self, fault: Fault) {
        self.fault = Some(fault);
        self.bytes = Vec::new();
        self.granted = None;
    }

    async fn make_room(&mut self, more: usize, memory: &Memory) -> bool {
        let have = self.granted.as_ref().map_or(0, |granted| granted.num_permits() * UNIT);
        let need = self.bytes.len() + more;
        if need <= have {
            return true;
        }
        // All at once as soon as possible: many large messages that each held a part and waited for the rest would hold
        // up each other until all fail.
        let target = match () {
            () if need <= self.announced => self.announced,
            () if need <= SMALL => need.max(have * 2),
            () => self.limit,
        };
        let target = target.min(self.limit);
        let units = u32::try_from((target - have).div_ceil(UNIT)).unwrap_or(u32::MAX);
        let Ok(Ok(granted)) = timeout(memory.patience, Arc::clone(&memory.units).acquire_many_owned(units)).await
        else {
            return false;
        };
        match &mut self.granted {
            Some(all) => all.merge(granted),
            none => *none = Some(granted),
        }
        self.bytes.reserve_exact(target - self.bytes.len());
        true
    }

    /// The message, and the memory that must be held until it is stored.
    pub(crate) fn finish(self) -> (Vec<u8>, Option<OwnedSemaphorePermit>) {
        (self.bytes, self.granted)
    }
}

/// Whether the header of `message` shows that it goes round in circles.
pub(crate) fn is_looping(message: &[u8]) -> bool {
    message
        .split(|byte| *byte == b'\n')
        .take_while(|line| !matches!(*line, [] | [b'\r']))
        .filter(|line| line.get(..9).is_some_and(|name| name.eq_ignore_ascii_case(b"received:")))
        .take(HOPS)
        .count()
        == HOPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_is_granted_once_and_given_back() {
        let memory = Memory::new(4 * UNIT);
        let mut body = Body::new(10 * UNIT, 0);
        body.push(&vec![1; 3 * UNIT], &memory).await;
        assert_eq!((body.fault(), memory.free()), (None, UNIT));
        let (bytes, held) = body.finish();
        assert_eq!((bytes.len(), memory.free()), (3 * UNIT, UNIT));
        drop(held);
        assert_eq!(memory.free(), 4 * UNIT);
    }

    #[tokio::test]
    async fn an_announced_size_is_granted_at_once() {
        let memory = Memory::new(8 * UNIT);
        let mut body = Body::new(10 * UNIT, 3 * UNIT);
        body.push(b"x", &memory).await;
        assert_eq!(memory.free(), 5 * UNIT);
        body.push(&vec![0; 3 * UNIT], &memory).await;
        assert_eq!((body.fault(), memory.free()), (None, 2 * UNIT), "more than announced is granted as it comes");
    }

    #[tokio::test]
    async fn too_big_and_no_memory_are_different_faults_and_free_what_they_held() {
        let memory = Memory { patience: Duration::from_millis(20), ..Memory::new(4 * UNIT) };
        let mut big = Body::new(UNIT, 0);
        big.push(&vec![0; UNIT], &memory).await;
        big.push(&[0; 1], &memory).await;
        assert_eq!((big.fault(), big.received(), memory.free()), (Some(Fault::TooBig), UNIT + 1, 4 * UNIT));

        let mut first = Body::new(10 * UNIT, 0);
        first.push(&vec![0; 3 * UNIT], &memory).await;
        let mut second = Body::new(10 * UNIT, 0);
        second.push(&vec![0; 2 * UNIT], &memory).await;
        assert_eq!((second.fault(), memory.free()), (Some(Fault::NoMemory), UNIT));
    }

    #[test]
    fn only_the_header_is_searched_for_loops() {
        let hops = |count: usize| format!("{}Subject: x\r\n\r\n", "RECEIVED: by a\r\n\tfolded\r\n".repeat(count));
        assert!(!is_looping(hops(49).as_bytes()));
        assert!(is_looping(hops(50).as_bytes()));
        assert!(!is_looping(format!("Subject: x\r\n\r\n{}", hops(60)).as_bytes()));
        assert!(!is_looping(b""));
    }
}
