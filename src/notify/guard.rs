//! The address guard: which addresses a webhook may reach.
//!
//! An endpoint is typed in by an enterprise, and we connect to it from inside a government
//! network; without a guard, anybody with an account could make us speak to our own neighbours
//! (server-side request forgery). So only globally reachable addresses are allowed, after the
//! special-purpose registries of IANA (RFC 6890 and its updates), unless the configuration opens a
//! network by name.
//!
//! The guard judges *addresses*, at the moment of connecting: [`GuardedResolver`] answers with the
//! permitted addresses only, and the connection is made to that very answer. A name that resolves
//! to something else the next time (DNS rebinding) is judged again. An address written as the host
//! never reaches a resolver and is judged by [`Guard::permits`] before the request.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::Network;

/// The networks open beside the public ones.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allowed: Arc<[Network]>,
}

impl Guard {
    /// A guard that permits every public address, and those of the given networks.
    pub fn new(allowed: &[Network]) -> Self {
        Self {
            allowed: allowed.into(),
        }
    }

    /// Whether we may connect to an address.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|network| network.contains(address)) || is_public(address)
    }
}

/// IPv4 blocks that are not globally reachable (IANA IPv4 Special-Purpose Address Registry), and
/// multicast.
const NOT_PUBLIC_V4: [Network; 15] = [
    Network::v4(0, 0, 0, 0, 8),       // this network, RFC 791
    Network::v4(10, 0, 0, 0, 8),      // private, RFC 1918
    Network::v4(100, 64, 0, 0, 10),   // carrier-grade NAT, RFC 6598
    Network::v4(127, 0, 0, 0, 8),     // loopback, RFC 1122
    Network::v4(169, 254, 0, 0, 16),  // link-local and cloud metadata, RFC 3927
    Network::v4(172, 16, 0, 0, 12),   // private, RFC 1918
    Network::v4(192, 0, 0, 0, 24),    // protocol assignments, RFC 6890
    Network::v4(192, 0, 2, 0, 24),    // documentation, RFC 5737
    Network::v4(192, 88, 99, 0, 24),  // 6to4 relays, RFC 7526
    Network::v4(192, 168, 0, 0, 16),  // private, RFC 1918
    Network::v4(198, 18, 0, 0, 15),   // benchmarking, RFC 2544
    Network::v4(198, 51, 100, 0, 24), // documentation, RFC 5737
    Network::v4(203, 0, 113, 0, 24),  // documentation, RFC 5737
    Network::v4(224, 0, 0, 0, 4),     // multicast, RFC 5771
    Network::v4(240, 0, 0, 0, 4),     // reserved and broadcast, RFC 1112
];

/// The one block from which global unicast addresses are given out (RFC 4291, IANA). Loopback,
/// unique local, link-local, multicast and the NAT64 prefixes all lie outside.
const GLOBAL_V6: Network = Network::v6(0x2000, 0, 3);

/// Blocks inside [`GLOBAL_V6`] that are not globally reachable or hide another address.
const NOT_PUBLIC_V6: [Network; 4] = [
    Network::v6(0x2001, 0, 23), // protocol assignments and Teredo, RFC 2928, RFC 4380
    Network::v6(0x2001, 0xdb8, 32), // documentation, RFC 3849
    Network::v6(0x2002, 0, 16), // 6to4, an IPv4 address in disguise, RFC 3056
    Network::v6(0x3fff, 0, 20), // documentation, RFC 9637
];

fn is_public(address: IpAddr) -> bool {
    let within = |blocks: &[Network]| blocks.iter().any(|block| block.contains(address));
    match address {
        IpAddr::V4(_) => !within(&NOT_PUBLIC_V4),
        IpAddr::V6(_) => GLOBAL_V6.contains(address) && !within(&NOT_PUBLIC_V6),
    }
}

/// Every address of a name is closed to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address of the endpoint is not public and not allowed")
    }
}

impl std::error::Error for Refused {}

/// Resolves names as the system does, and answers with the permitted addresses only.
#[derive(Clone, Debug)]
pub(super) struct GuardedResolver(pub(super) Guard);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let permitted = permitted(&guard, found)?;
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

fn permitted(
    guard: &Guard,
    found: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, Refused> {
    let permitted: Vec<_> = found.filter(|found| guard.permits(found.ip())).collect();
    if permitted.is_empty() {
        return Err(Refused);
    }
    Ok(permitted)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::this_network("0.0.0.0")]
    #[case::private_10("10.0.0.1")]
    #[case::private_172("172.31.255.255")]
    #[case::private_192("192.168.1.1")]
    #[case::carrier_grade_nat("100.64.0.1")]
    #[case::loopback("127.8.8.8")]
    #[case::cloud_metadata("169.254.169.254")]
    #[case::documentation("203.0.113.9")]
    #[case::benchmarking("198.19.0.1")]
    #[case::multicast("239.255.255.250")]
    #[case::broadcast("255.255.255.255")]
    #[case::loopback_v6("::1")]
    #[case::unspecified_v6("::")]
    #[case::mapped_loopback("::ffff:127.0.0.1")]
    #[case::mapped_private("::ffff:10.0.0.1")]
    #[case::compatible_loopback("::127.0.0.1")]
    #[case::unique_local("fd12:3456::1")]
    #[case::link_local_v6("fe80::1")]
    #[case::multicast_v6("ff02::1")]
    #[case::nat64("64:ff9b::10.0.0.1")]
    #[case::six_to_four("2002:0a00:0001::1")]
    #[case::teredo("2001::1")]
    #[case::documentation_v6("2001:db8::1")]
    fn an_address_that_is_not_public_is_refused(#[case] address: &str) {
        assert!(!Guard::default().permits(address.parse().unwrap()));
    }

    #[rstest]
    #[case::dns_v4("223.5.5.5")]
    #[case::just_below_10("9.255.255.255")]
    #[case::just_above_172("172.32.0.0")]
    #[case::just_below_cgnat("100.63.255.255")]
    #[case::just_above_cgnat("100.128.0.0")]
    #[case::dns_v6("2400:3200::1")]
    #[case::mapped_public("::ffff:223.5.5.5")]
    fn a_public_address_is_permitted(#[case] address: &str) {
        assert!(Guard::default().permits(address.parse().unwrap()));
    }

    #[rstest]
    #[case::inside("10.20.0.0/16", "10.20.255.1", true)]
    #[case::mapped_inside("10.20.0.0/16", "::ffff:10.20.0.1", true)]
    #[case::outside("10.20.0.0/16", "10.21.0.0", false)]
    #[case::one_address("10.20.0.7", "10.20.0.7", true)]
    #[case::the_address_after_it("10.20.0.7", "10.20.0.8", false)]
    #[case::inside_v6("fd00:1::/32", "fd00:1::9", true)]
    #[case::outside_v6("fd00:1::/32", "fd00:2::9", false)]
    #[case::everything_of_one_family("0.0.0.0/0", "::1", false)]
    fn an_allowed_network_opens_exactly_itself(
        #[case] network: &str,
        #[case] address: &str,
        #[case] open: bool,
    ) {
        let guard = Guard::new(&[network.parse().unwrap()]);
        assert_eq!(guard.permits(address.parse().unwrap()), open);
    }

    #[test]
    fn a_name_is_reached_at_its_permitted_addresses_only() {
        let found = ["127.0.0.1:0", "223.5.5.5:0"].map(|text| text.parse().unwrap());
        assert_eq!(
            permitted(&Guard::default(), found.into_iter()),
            Ok(vec![found[1]])
        );
        assert_eq!(
            permitted(&Guard::default(), found.into_iter().take(1)),
            Err(Refused)
        );
    }
}
