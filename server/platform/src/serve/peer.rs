//! Who sent a request: the other end of the connection, or whom a trusted proxy names.
//!
//! One header is read, the one that the proxies are configured to write. Reading a second one would let a client put its own
//! word into the header that its proxy passes on untouched.

use http::{HeaderMap, HeaderName, header::FORWARDED};
use serde::Deserialize;
use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

/// The address of whoever sent a request, in the extensions of every request. The port is nought when a proxy named the
/// client, for it knows the address alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// A network: an address and how many of its leading bits count. Written `10.0.0.0/8`; an address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Cidr {
    bits: u128,
    /// In the IPv6 space, where IPv4 is `::ffff:0:0/96`.
    prefix: u8,
}

/// The text is not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a network is an address, or an address, a slash and a number of bits")]
pub struct CidrError;

impl Cidr {
    /// The network around an address. `v4` and `v6` are the leading bits that count.
    #[must_use]
    pub fn around(address: IpAddr, v4: u8, v6: u8) -> Self {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() { 96 + v4.min(32) } else { v6.min(128) };
        Self { bits: wide(address) & mask(prefix), prefix }
    }

    /// Whether the address is in it. An IPv4 address that is written as IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        wide(address) & mask(self.prefix) == self.bits
    }
}

fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

const fn mask(prefix: u8) -> u128 {
    match prefix {
        0 => 0,
        prefix => u128::MAX << (128 - prefix),
    }
}

impl FromStr for Cidr {
    type Err = CidrError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| CidrError)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), |prefix| prefix.parse().map_err(|_| CidrError))?;
        if prefix > most {
            return Err(CidrError);
        }
        let prefix = if address.is_ipv4() { prefix + 96 } else { prefix };
        Ok(Self { bits: wide(address) & mask(prefix), prefix })
    }
}

impl TryFrom<String> for Cidr {
    type Error = CidrError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Ipv6Addr::from_bits(self.bits).to_canonical() {
            IpAddr::V4(v4) if self.prefix >= 96 => write!(f, "{v4}/{}", self.prefix - 96),
            _ => write!(f, "{}/{}", Ipv6Addr::from_bits(self.bits), self.prefix),
        }
    }
}

/// The header in which the proxies name the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

/// The text is neither header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the header is x-forwarded-for or forwarded")]
pub struct ForwardedHeaderError;

impl FromStr for ForwardedHeader {
    type Err = ForwardedHeaderError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err(ForwardedHeaderError),
        }
    }
}

impl TryFrom<String> for ForwardedHeader {
    type Error = ForwardedHeaderError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The client behind a connection: walking back from the nearest proxy, the first address that is not a trusted proxy's.
/// Where the chain cannot be read, the last proxy that it was read to.
pub(super) fn client(socket: SocketAddr, headers: &HeaderMap, trusted: &[Cidr], header: ForwardedHeader) -> Peer {
    const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
    let socket = SocketAddr::new(socket.ip().to_canonical(), socket.port());
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(socket.ip()) {
        return Peer(socket);
    }
    let (name, named): (HeaderName, fn(&str) -> Option<IpAddr>) = match header {
        ForwardedHeader::XForwardedFor => (X_FORWARDED_FOR, node),
        ForwardedHeader::Forwarded => (FORWARDED, forwarded_for),
    };
    let mut client = socket;
    for value in headers.get_all(name).iter().rev() {
        for hop in value.to_str().unwrap_or_default().rsplit(',') {
            let Some(address) = named(hop) else { return Peer(client) };
            client = SocketAddr::new(address, 0);
            if !is_trusted(address) {
                return Peer(client);
            }
        }
    }
    Peer(client)
}

/// `for=` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| node(value.trim().trim_matches('"'))).flatten()
    })
}

/// An address with or without a port, `[…]` around IPv6.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address: Option<IpAddr> = bare.parse().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(socket: &str, header: ForwardedHeader, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        client(socket.parse().unwrap(), &headers, &trusted, header).0.ip().to_string()
    }

    #[test]
    fn a_network_reads_back_and_holds_its_own() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.7/32", "2001:db8::/32", "::/0", "::1/128"] {
            assert_eq!(text.parse::<Cidr>().unwrap().to_string(), text);
        }
        let ten: Cidr = "10.1.2.3/8".parse().unwrap();
        assert!(ten.contains("10.255.0.1".parse().unwrap()) && ten.contains("::ffff:10.0.0.1".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()) && !ten.contains("::1".parse().unwrap()));
        assert!(!"0.0.0.0/0".parse::<Cidr>().unwrap().contains("::1".parse().unwrap()));
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "bank.example", "10.0.0.0/-1"] {
            assert_eq!(text.parse::<Cidr>(), Err(CidrError), "{text:?}");
        }
    }

    #[test]
    fn neighbours_are_of_one_network() {
        let around = |address: &str| Cidr::around(address.parse().unwrap(), 24, 64);
        assert_eq!(around("192.0.2.1"), around("::ffff:192.0.2.200"));
        assert_eq!(around("2001:db8::1"), around("2001:db8::ffff:1"));
        assert_ne!(around("192.0.2.1"), around("192.0.3.1"));
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let claim = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")];
        assert_eq!(who("203.0.113.9:1", ForwardedHeader::XForwardedFor, &claim), "203.0.113.9");
        assert_eq!(who("203.0.113.9:1", ForwardedHeader::Forwarded, &claim), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_and_what_the_client_claims_before_it_does_not_count() {
        let x = ForwardedHeader::XForwardedFor;
        assert_eq!(who("10.0.0.1:1", x, &[("x-forwarded-for", "6.6.6.6, 192.0.2.1, 10.0.0.2")]), "192.0.2.1");
        assert_eq!(
            who("10.0.0.1:1", x, &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "192.0.2.1")]),
            "192.0.2.1"
        );
        assert_eq!(who("[::ffff:10.0.0.1]:1", x, &[("x-forwarded-for", "[2001:db8::7]:443")]), "2001:db8::7");
        assert_eq!(who("10.0.0.1:1", x, &[("x-forwarded-for", "192.0.2.1, who?, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(who("10.0.0.1:1", x, &[("forwarded", "for=192.0.2.1")]), "10.0.0.1");
        assert_eq!(who("10.0.0.1:1", x, &[]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_when_the_proxies_write_it() {
        let standard = ForwardedHeader::Forwarded;
        let chain = "for=6.6.6.6, proto=https; For=\"[2001:db8:cafe::17]:4711\"";
        assert_eq!(who("[fd00::1]:1", standard, &[("forwarded", chain)]), "2001:db8:cafe::17");
        assert_eq!(who("10.0.0.1:1", standard, &[("forwarded", "for=unknown")]), "10.0.0.1");
        assert_eq!(who("10.0.0.1:1", standard, &[("x-forwarded-for", "192.0.2.1")]), "10.0.0.1");
    }
}
