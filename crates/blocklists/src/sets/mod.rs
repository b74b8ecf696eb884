//! Sets of addresses as sorted ranges that neither overlap nor touch, generic over the width: `u32` is IPv4, `u128` IPv6.

mod algebra;
mod cover;
mod gallop;
mod range;
mod width;

pub use cover::{Prefix, Prefixes};
pub use range::{Range, Ranges};
pub use width::{Count, Tagged, Width};

#[cfg(test)]
mod tests;
