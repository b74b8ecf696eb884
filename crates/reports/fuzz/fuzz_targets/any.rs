//! Every target of the readers; the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reports::fuzz::TARGETS;

fuzz_target!(|data: &[u8]| {
    if let Some((which, data)) = data.split_first() {
        (TARGETS[usize::from(*which) % TARGETS.len()].1)(data);
    }
});
