//! Which database, and where.

use crate::shell::watch::ServerAddress;
use std::str::FromStr;

/// The usual port of InfluxDB.
const PORT: u16 = 8086;

/// A database: `http://HOST:PORT/?db=NAME` (the API of version 1) or `http://HOST:PORT/?org=ORG&bucket=BUCKET` (that of
/// version 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfluxTarget {
    pub(super) server: ServerAddress,
    /// Path and query of writes.
    pub(super) path: String,
}

/// What names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongTarget {
    /// There is no TLS here.
    #[error("only http:// is spoken: put a proxy with TLS beside it, on this machine")]
    Https,
    /// Something else.
    #[error(
        "expected http://HOST:PORT/?db=NAME (version 1) or http://HOST:PORT/?org=ORG&bucket=BUCKET (version 2)"
    )]
    Shape,
}

impl FromStr for InfluxTarget {
    type Err = WrongTarget;

    fn from_str(text: &str) -> Result<Self, WrongTarget> {
        if text.starts_with("https://") {
            return Err(WrongTarget::Https);
        }
        let url = text.strip_prefix("http://").ok_or(WrongTarget::Shape)?;
        let (authority, query) = url.split_once('?').ok_or(WrongTarget::Shape)?;
        let (authority, base) = authority.split_once('/').unwrap_or((authority, ""));
        let server = ServerAddress::with_port(authority, PORT).map_err(|_| WrongTarget::Shape)?;
        let (mut db, mut org, mut bucket) = (None, None, None);
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let known = match &*key {
                "db" => &mut db,
                "org" => &mut org,
                "bucket" => &mut bucket,
                _ => return Err(WrongTarget::Shape),
            };
            *known = Some(value.into_owned()).filter(|value| !value.is_empty());
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        let api = match (db, org, bucket) {
            (Some(db), None, None) => {
                query.append_pair("db", &db);
                "write"
            }
            (None, Some(org), Some(bucket)) => {
                query.append_pair("org", &org).append_pair("bucket", &bucket);
                "api/v2/write"
            }
            _ => return Err(WrongTarget::Shape),
        };
        let query = query.append_pair("precision", "ns").finish();
        let base = base.trim_end_matches('/');
        let slash = if base.is_empty() { "" } else { "/" };
        Ok(Self { server, path: format!("/{base}{slash}{api}?{query}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_as_its_version_does() {
        for (text, url, path) in [
            ("http://localhost/?db=table", "http://localhost:8086/", "/write?db=table&precision=ns"),
            ("http://[::1]:80?db=a%20b", "http://[::1]:80/", "/write?db=a+b&precision=ns"),
            (
                "http://db.local:9/influx/?org=museum&bucket=table",
                "http://db.local:9/",
                "/influx/api/v2/write?org=museum&bucket=table&precision=ns",
            ),
        ] {
            let target: InfluxTarget = text.parse().unwrap();
            assert_eq!((target.server.url().as_str(), target.path.as_str()), (url, path), "{text}");
        }
        assert_eq!("https://a/?db=b".parse::<InfluxTarget>(), Err(WrongTarget::Https));
        for wrong in [
            "",
            "a:1",
            "http://a/",
            "http://a/?db=",
            "http://a/?db=x&org=y",
            "http://a/?org=y",
            "http://?db=x",
            "http://a/?token=1&db=x",
        ] {
            assert_eq!(wrong.parse::<InfluxTarget>(), Err(WrongTarget::Shape), "{wrong}");
        }
    }
}
