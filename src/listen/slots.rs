//! How many connections there may be, and how many of them one address may have: whoever opens
//! more than that finds them closed, and everybody else is served.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::proxies::TrustedProxies;

/// The part of an IPv6 address that one customer of a provider gets to fill as they like.
const IPV6_NETWORK: u128 = !(u64::MAX as u128);

/// Why a connection is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There are as many as there may be.
    Full,
    /// The address has as many as it may have.
    Greedy,
}

/// The slots; cheap to clone.
#[derive(Clone)]
pub struct Slots(Arc<Shared>);

struct Shared {
    max: usize,
    max_per_address: usize,
    trusted: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    /// No entry is 0, so there are never more entries than connections.
    by_address: HashMap<IpAddr, usize>,
}

impl Slots {
    pub fn new(max: usize, max_per_address: usize, trusted: TrustedProxies) -> Self {
        Self(Arc::new(Shared {
            max,
            max_per_address,
            trusted,
            taken: Mutex::default(),
        }))
    }

    /// A slot for a connection from `address`, given back when it is dropped.
    pub fn take(&self, address: IpAddr) -> Result<Slot, Refusal> {
        let counted = (!self.0.trusted.contains(address)).then(|| network_of(address));
        let mut taken = self.taken();
        if taken.total >= self.0.max {
            return Err(Refusal::Full);
        }
        if let Some(network) = counted {
            let count = taken.by_address.get(&network).copied().unwrap_or(0);
            if count >= self.0.max_per_address {
                return Err(Refusal::Greedy);
            }
            taken.by_address.insert(network, count + 1);
        }
        taken.total += 1;
        Ok(Slot {
            slots: self.clone(),
            counted,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is counted as one address.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & IPV6_NETWORK).into(),
        v4 => v4,
    }
}

/// The place of one connection.
pub struct Slot {
    slots: Slots,
    /// The address it counts for; `None` for a trusted proxy.
    counted: Option<IpAddr>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        taken.total -= 1;
        let Some(network) = self.counted else { return };
        if let Some(count) = taken.by_address.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(max: usize, max_per_address: usize) -> Slots {
        let proxy = TrustedProxies::parse_one("192.0.2.100").unwrap();
        Slots::new(max, max_per_address, TrustedProxies::new(vec![proxy]))
    }

    fn take(slots: &Slots, address: &str) -> Result<Slot, Refusal> {
        slots.take(address.parse().unwrap())
    }

    #[test]
    fn one_address_can_not_take_what_is_there_for_all() {
        let slots = slots(4, 2);
        let _held = [take(&slots, "192.0.2.1"), take(&slots, "192.0.2.1")];
        assert_eq!(take(&slots, "192.0.2.1").err(), Some(Refusal::Greedy));
        assert_eq!(
            take(&slots, "::ffff:192.0.2.1").err(),
            Some(Refusal::Greedy)
        );
        assert!(take(&slots, "192.0.2.2").is_ok());
    }

    #[test]
    fn all_addresses_of_one_ipv6_network_count_together() {
        let slots = slots(4, 1);
        let _held = take(&slots, "2001:db8::1").unwrap();
        assert_eq!(take(&slots, "2001:db8::2").err(), Some(Refusal::Greedy));
        assert!(take(&slots, "2001:db8:0:1::2").is_ok());
    }

    #[test]
    fn a_trusted_proxy_may_have_all_and_no_more() {
        let slots = slots(3, 1);
        let _held: Vec<_> = (0..3)
            .map(|_| take(&slots, "192.0.2.100").unwrap())
            .collect();
        assert_eq!(take(&slots, "192.0.2.100").err(), Some(Refusal::Full));
        assert_eq!(take(&slots, "192.0.2.1").err(), Some(Refusal::Full));
    }

    #[test]
    fn a_connection_that_ends_gives_its_slot_back_and_leaves_nothing() {
        let slots = slots(1, 1);
        for _ in 0..3 {
            assert!(take(&slots, "192.0.2.1").is_ok());
        }
        let taken = slots.taken();
        assert_eq!((taken.total, taken.by_address.len()), (0, 0));
    }
}
