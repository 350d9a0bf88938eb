//! Where a webhook may go: never into the network that we stand in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Where webhooks may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WebhookTargets {
    /// To public addresses.
    #[default]
    PublicOnly,
    /// To this machine too. For development.
    LoopbackToo,
}

/// Why a webhook may not go somewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not a URL.
    #[error("it is not a URL: write one such as https://shop.example.com/recarga")]
    NotUrl,
    /// Neither of the two schemes.
    #[error("only http and https are spoken")]
    Scheme,
    /// A user or a password in it would be sent in the clear and logged.
    #[error("it must not have a user or a password in it: our requests are signed")]
    Credentials,
    /// A port that no web server has.
    #[error("port {0} is no web server's: use 80, 443 or one from 1024 on")]
    Port(u16),
    /// A name that means this machine.
    #[error("{0} is this machine")]
    Host(String),
    /// An address that is not public.
    #[error("{0} is not a public address")]
    Address(IpAddr),
}

/// Ports below this belong to other services than the web's.
const FIRST_FREE_PORT: u16 = 1_024;

/// IPv4 networks that are not public, as IANA's registry of special-purpose addresses has them, and
/// the address at which Azure tells its machines their secrets.
const PRIVATE_V4: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The one block of IPv6 that public addresses are given out from.
const PUBLIC_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What of it is not public, or leads to IPv4 addresses that may not be.
const PRIVATE_V6: [(Ipv6Addr, u32); 4] = [
    // Protocol assignments, Teredo among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

impl WebhookTargets {
    /// Reads a URL that a webhook may go to, as far as the URL itself tells.
    pub fn check(self, text: &str) -> Result<Url, Refusal> {
        let url = Url::parse(text).map_err(|_| Refusal::NotUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        if let Some(port) = url
            .port()
            .filter(|port| !matches!(port, 80 | 443) && *port < FIRST_FREE_PORT)
        {
            return Err(Refusal::Port(port));
        }
        match url.host() {
            None => return Err(Refusal::NotUrl),
            Some(Host::Ipv4(address)) => self.check_address(address.into())?,
            Some(Host::Ipv6(address)) => self.check_address(address.into())?,
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                let local = name == "localhost" || name.ends_with(".localhost");
                if local && self == Self::PublicOnly {
                    return Err(Refusal::Host(name.to_owned()));
                }
            }
        }
        Ok(url)
    }

    fn check_address(self, address: IpAddr) -> Result<(), Refusal> {
        if self.allow(address) {
            Ok(())
        } else {
            Err(Refusal::Address(address))
        }
    }

    /// Whether a webhook may go to an address.
    pub fn allow(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || (self == Self::LoopbackToo && address.is_loopback())
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !PRIVATE_V4.iter().any(|network| holds_v4(*network, address)),
        IpAddr::V6(address) => {
            holds_v6(PUBLIC_V6, address) && !PRIVATE_V6.iter().any(|network| holds_v6(*network, address))
        }
    }
}

fn holds_v4((network, length): (Ipv4Addr, u32), address: Ipv4Addr) -> bool {
    (network.to_bits() ^ address.to_bits()) >> (u32::BITS - length) == 0
}

fn holds_v6((network, length): (Ipv6Addr, u32), address: Ipv6Addr) -> bool {
    (network.to_bits() ^ address.to_bits()) >> (u128::BITS - length) == 0
}

#[cfg(test)]
mod tests {
    use reqwest::dns::Resolve;

    use super::*;
    use crate::webhooks::post::Resolver;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused_after_it_was_resolved() {
        let resolve = async |targets| {
            let found = Resolver(targets).resolve("localhost".parse().unwrap()).await;
            found.map(Iterator::count).map_err(|error| error.to_string())
        };
        let refused = resolve(WebhookTargets::PublicOnly).await.unwrap_err();
        assert!(refused.ends_with("is not a public address"), "{refused}");
        assert!(resolve(WebhookTargets::LoopbackToo).await.unwrap() > 0);
    }

    #[test]
    fn what_is_not_public_is_refused_however_it_is_written() {
        for host in [
            "127.0.0.1",
            "127.9.9.9",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.1",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::a00:1]",
            "[2002:7f00:1::]",
            "[2001:0:4136:e378::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[fec0::1]",
            "[100::1]",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
        ] {
            let url = format!("http://{host}/hook");
            assert!(WebhookTargets::PublicOnly.check(&url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_public_is_taken() {
        for host in [
            "shop.example.com",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "[2606:4700::1111]",
            "shop.example:8080",
        ] {
            let url = format!("https://{host}/hook?token=1");
            assert!(WebhookTargets::PublicOnly.check(&url).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_setting_opens_loopback_and_nothing_else() {
        for host in [
            "localhost:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::ffff:127.0.0.1]:3000",
        ] {
            assert!(
                WebhookTargets::LoopbackToo.check(&format!("http://{host}/")).is_ok(),
                "{host}"
            );
        }
        for host in ["10.0.0.1", "169.254.169.254", "[fe80::1]", "0.0.0.0"] {
            assert!(
                WebhookTargets::LoopbackToo.check(&format!("http://{host}/")).is_err(),
                "{host}"
            );
        }
    }

    #[test]
    fn other_schemes_users_and_ports_are_refused() {
        let check = |url| WebhookTargets::PublicOnly.check(url).map(|_| ());
        assert_eq!(check("ftp://example.com/"), Err(Refusal::Scheme));
        assert_eq!(check("file:///etc/passwd"), Err(Refusal::Scheme));
        assert_eq!(check("https://user:secret@example.com/"), Err(Refusal::Credentials));
        assert_eq!(check("https://example.com:25/"), Err(Refusal::Port(25)));
        for wrong in [
            "",
            "example.com",
            "/hook",
            "https://",
            "http://[::1",
            "http://exa mple.com/",
        ] {
            assert_eq!(check(wrong), Err(Refusal::NotUrl), "{wrong:?}");
        }
    }
}
