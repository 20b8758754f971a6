//! The cluster file: names and addresses of nodes, and where the key is.
//!
//! ```toml
//! key_file = "cluster.key"        # beside this file, readable by its owner only
//!
//! [[node]]
//! name = "wind"
//! address = "192.168.1.21"        # or "192.168.1.21:5123", or a host name
//! ```

use super::files::{TEXT_FILE_MAX, read_file};
use illuminator_node::node::PORT;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The nodes of a table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterFile {
    /// The key that all nodes share; relative to the cluster file.
    pub key_file: Option<PathBuf>,
    /// The nodes.
    #[serde(default, rename = "node")]
    pub nodes: Vec<ClusterNode>,
}

/// A node of a [`ClusterFile`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterNode {
    /// The name that scenarios use.
    pub name: String,
    /// Address or host name, with a port unless it is the usual one.
    pub address: String,
}

/// Why a cluster file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClusterFileError {
    /// It cannot be read.
    #[error("cannot read the cluster file {path}: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: std::io::Error,
    },
    /// It is not well formed.
    #[error("{path}: {error}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and what, with an excerpt.
        error: Box<toml::de::Error>,
    },
    /// Two nodes have one name.
    #[error("{path}: two nodes are called `{name}`")]
    Duplicate {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
}

impl ClusterFile {
    /// Reads a cluster file; the key file's path becomes relative to the working directory.
    ///
    /// # Errors
    /// [`ClusterFileError`], naming the file and the place in it.
    pub fn read(path: &Path) -> Result<Self, ClusterFileError> {
        let text = read_file(path, TEXT_FILE_MAX)
            .and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other))
            .map_err(|error| ClusterFileError::Unreadable { path: path.to_owned(), error })?;
        let mut cluster = Self::parse(&text, path)?;
        if let (Some(key), Some(folder)) = (&mut cluster.key_file, path.parent()) {
            *key = folder.join(&*key);
        }
        Ok(cluster)
    }

    /// Reads the text of a cluster file. `path` is what messages call it.
    ///
    /// # Errors
    /// [`ClusterFileError`], with the place in the text; never `Unreadable`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ClusterFileError> {
        let cluster: Self = toml::from_str(text)
            .map_err(|error| ClusterFileError::Malformed { path: path.to_owned(), error: Box::new(error) })?;
        let mut names = BTreeSet::new();
        if let Some(node) = cluster.nodes.iter().find(|node| !names.insert(&node.name)) {
            return Err(ClusterFileError::Duplicate { path: path.to_owned(), name: node.name.clone() });
        }
        Ok(cluster)
    }

    /// The node of this name.
    pub fn node(&self, name: &str) -> Option<&ClusterNode> {
        self.nodes.iter().find(|node| node.name == name)
    }
}

impl ClusterNode {
    /// The address with its port.
    pub fn address_with_port(&self) -> String {
        let has_port = self.address.rsplit_once(':').is_some_and(|(host, port)| {
            port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']'))
        });
        if has_port { self.address.clone() } else { format!("{}:{PORT}", self.address) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_added_unless_given() {
        let node = |address: &str| ClusterNode { name: String::new(), address: address.to_owned() };
        assert_eq!(node("10.0.0.1").address_with_port(), "10.0.0.1:5123");
        assert_eq!(node("10.0.0.1:99").address_with_port(), "10.0.0.1:99");
        assert_eq!(node("pi.local").address_with_port(), "pi.local:5123");
        assert_eq!(node("[fe80::1]:7").address_with_port(), "[fe80::1]:7");
    }

    #[test]
    fn mistakes_are_located() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.toml");
        std::fs::write(&path, "[[node]]\nname = \"a\"\nadress = \"x\"\n").unwrap();
        let message = ClusterFile::read(&path).unwrap_err().to_string();
        assert!(message.contains("line 3") && message.contains("adress"), "{message}");
        std::fs::write(&path, "node = [{name='a',address='x'},{name='a',address='y'}]").unwrap();
        assert!(ClusterFile::read(&path).unwrap_err().to_string().contains("two nodes are called `a`"));
    }
}
