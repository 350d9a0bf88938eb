//! Where a request comes from: the peer's address, or what a proxy that is believed says.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Finds the client's address. Each proxy adds whom it heard to the end of `X-Forwarded-For`: from there on, as
/// long as whoever says it is believed.
pub(super) fn of_client(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let mut client = peer?.to_canonical();
    let named = headers.get_all("x-forwarded-for").into_iter();
    let named: Vec<_> = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .collect();
    for hop in named.into_iter().rev() {
        if !proxies.iter().any(|net| net.contains(&client)) {
            break;
        }
        let Some(before) = read(hop.trim()) else { break };
        client = before.to_canonical();
    }
    Some(client)
}

/// Reads an address, with a port or without.
fn read(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip()).ok();
    text.trim_matches(['[', ']']).parse().ok().or_else(with_port)
}

/// Reads whom to believe: an address, or a network such as `10.0.0.0/8`.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().map(IpNet::from).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for one in forwarded {
            headers.append("x-forwarded-for", one.parse().unwrap());
        }
        let proxies: Vec<_> = proxies.iter().map(|text| network(text).unwrap()).collect();
        of_client(peer.parse().ok(), &headers, &proxies).unwrap().to_string()
    }

    #[test]
    fn nobody_is_believed_unless_the_settings_say_so() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"]), "192.0.2.1");
        assert_eq!(of_client(None, &HeaderMap::new(), &[]), None);
    }

    #[test]
    fn a_proxy_says_who_is_behind_it_and_a_client_can_not() {
        let proxies = ["10.0.0.0/8", "2001:db8::1"];
        assert_eq!(client("10.0.0.1", &["198.51.100.7"], &proxies), "198.51.100.7");
        assert_eq!(
            client("::ffff:10.0.0.1", &["198.51.100.7:4711"], &proxies),
            "198.51.100.7"
        );
        let invented = ["203.0.113.9, 198.51.100.7", "10.1.1.1"];
        assert_eq!(
            client("10.0.0.1", &invented, &proxies),
            "198.51.100.7",
            "through two proxies"
        );
        assert_eq!(client("10.0.0.1", &["nonsense"], &proxies), "10.0.0.1");
        assert_eq!(client("2001:db8::1", &["[2001:db8:1::2]"], &proxies), "2001:db8:1::2");
    }
}
