//! Where a page is.

use std::fmt;
use std::str::FromStr;

/// The usual port of a page.
const PORT: u16 = 8080;

/// Host and port of a page: `host:port`, `host`, a port of this machine, or a URL that begins with `http://`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// A name or an address; one of IPv6 in brackets.
    host: String,
    port: u16,
}

/// What is no address of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongAddress {
    /// Pages are not served that way.
    #[error("a page is served as http://, not as https://")]
    Https,
    /// Neither a name nor an address.
    #[error("expected HOST:PORT or http://HOST:PORT/, as 127.0.0.1:8080")]
    Shape,
}

impl ServerAddress {
    /// The page, for people.
    pub fn url(&self) -> String {
        format!("http://{self}/")
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl FromStr for ServerAddress {
    type Err = WrongAddress;

    fn from_str(text: &str) -> Result<Self, WrongAddress> {
        if text.starts_with("https://") {
            return Err(WrongAddress::Https);
        }
        let text = text.strip_prefix("http://").map_or(text, |url| url.split('/').next().unwrap_or_default());
        match text.parse() {
            Ok(port) => Ok(Self { host: "127.0.0.1".to_owned(), port }),
            Err(_) => Self::with_port(text, PORT),
        }
    }
}

impl ServerAddress {
    /// `host:port`, or `host`, which has the `usual` port.
    ///
    /// # Errors
    /// What is neither.
    pub fn with_port(text: &str, usual: u16) -> Result<Self, WrongAddress> {
        let is_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
        let (host, port) = match text.rsplit_once(':') {
            _ if is_v6 => (format!("[{text}]"), usual),
            Some((host, port)) if !port.contains(']') => {
                (host.to_owned(), port.parse().map_err(|_| WrongAddress::Shape)?)
            }
            _ => (text.to_owned(), usual),
        };
        let name = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_host = match name {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            }
        };
        if is_host { Ok(Self { host, port }) } else { Err(WrongAddress::Shape) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_people_write() {
        for (text, expected) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("9000", "http://127.0.0.1:9000/"),
            ("table.local", "http://table.local:8080/"),
            ("http://table:81", "http://table:81/"),
            ("http://table:81/nodes", "http://table:81/"),
            ("http://table/", "http://table:8080/"),
            ("[::1]:80", "http://[::1]:80/"),
            ("::1", "http://[::1]:8080/"),
            ("[::1]", "http://[::1]:8080/"),
        ] {
            assert_eq!(
                text.parse().map(|address: ServerAddress| address.url()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
        assert_eq!("https://table/".parse::<ServerAddress>(), Err(WrongAddress::Https));
        for wrong in ["", ":80", "table:70000", "table:", "a b", "http://", "[x]:1", "a\r\nb:1", "user@host"]
        {
            assert_eq!(wrong.parse::<ServerAddress>(), Err(WrongAddress::Shape), "{wrong:?}");
        }
    }
}
