//! The cluster file: names and addresses of nodes, where they stand, and where the key is.
//!
//! ```toml
//! key_file = "cluster.key"        # beside this file, readable by its owner only
//!
//! [[stack]]                       # or rack_file = "structure_rack.ini"
//! name = "left"
//! row = 1
//! column = 1
//! places = 7
//!
//! [[node]]
//! name = "wind"
//! address = "192.168.1.21"        # or "192.168.1.21:5123", or a host name
//! stack = "left"
//! place = 1                       # from the top; the next one unless given
//! ```
//!
//! Invariant: every mistake is told with its line and column.

mod place;

use super::files::{TEXT_FILE_MAX, read_file};
use crate::rack::{RackError, read_structure};
use crate::view::Rack;
use illuminator_node::node::PORT;
use place::{Located, RawNode, RawStack};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// The nodes of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterFile {
    /// The key that all nodes share; relative to the cluster file.
    pub key_file: Option<PathBuf>,
    /// The nodes.
    pub nodes: Vec<ClusterNode>,
    /// Where they stand, if it says so.
    pub rack: Option<Rack>,
}

/// A node of a [`ClusterFile`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterNode {
    /// The name that scenarios use.
    pub name: String,
    /// Address or host name, with a port unless it is the usual one.
    pub address: String,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCluster {
    key_file: Option<PathBuf>,
    rack_file: Option<Spanned<PathBuf>>,
    #[serde(default, rename = "stack")]
    stacks: Vec<Spanned<RawStack>>,
    #[serde(default, rename = "node")]
    nodes: Vec<Spanned<RawNode>>,
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
    /// A node or a stack cannot stand where it should.
    #[error("{path}:{line}:{column}: {message}")]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The file of the rack is wrong.
    #[error("{path}:{error}")]
    Rack {
        /// That file.
        path: PathBuf,
        /// Where and what.
        error: RackError,
    },
}

impl ClusterFile {
    /// Reads a cluster file, and the file of its rack; the key file's path becomes relative to the working directory.
    ///
    /// # Errors
    /// [`ClusterFileError`], naming the file and the place in it.
    pub fn read(path: &Path) -> Result<Self, ClusterFileError> {
        let text = read_text(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut cluster = Self::parse_with(&text, path, |file| {
            let path = folder.join(file);
            read_structure(&read_text(&path)?).map_err(|error| ClusterFileError::Rack { path, error })
        })?;
        if let Some(key) = &mut cluster.key_file {
            *key = folder.join(&*key);
        }
        Ok(cluster)
    }

    /// Reads the text of a cluster file without a `rack_file`. `path` is what messages call it.
    ///
    /// # Errors
    /// [`ClusterFileError`], with the place in the text; `Unreadable` only for a `rack_file`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ClusterFileError> {
        Self::parse_with(text, path, |file| {
            let error = std::io::Error::new(std::io::ErrorKind::Unsupported, "no file is read here");
            Err(ClusterFileError::Unreadable { path: file.to_owned(), error })
        })
    }

    fn parse_with(
        text: &str,
        path: &Path,
        rack_file: impl FnOnce(&Path) -> Result<Rack, ClusterFileError>,
    ) -> Result<Self, ClusterFileError> {
        let RawCluster { key_file, rack_file: file, stacks, nodes } = toml::from_str(text)
            .map_err(|error| ClusterFileError::Malformed { path: path.to_owned(), error: Box::new(error) })?;
        let misplaced = |Located { at, message }| {
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            ClusterFileError::Misplaced { path: path.to_owned(), line, column, message }
        };
        let mut names = BTreeSet::new();
        if let Some(node) = nodes.iter().find(|node| !names.insert(node.get_ref().name.get_ref())) {
            let name = node.get_ref().name.get_ref().clone();
            return Err(ClusterFileError::Duplicate { path: path.to_owned(), name });
        }
        let rack = match file {
            Some(file) if !stacks.is_empty() => {
                let message = "either `rack_file` or `[[stack]]`, not both".to_owned();
                return Err(misplaced(Located { at: file.span().start, message }));
            }
            Some(file) => Some(rack_file(file.get_ref())?),
            None => place::stacks(&stacks).map_err(misplaced)?,
        };
        let rack = place::nodes(rack, &nodes).map_err(misplaced)?;
        let nodes = nodes.into_iter().map(|node| node.into_inner().node()).collect();
        Ok(Self { key_file, nodes, rack })
    }

    /// The node of this name.
    pub fn node(&self, name: &str) -> Option<&ClusterNode> {
        self.nodes.iter().find(|node| node.name == name)
    }
}

fn read_text(path: &Path) -> Result<String, ClusterFileError> {
    read_file(path, TEXT_FILE_MAX)
        .and_then(|bytes| String::from_utf8(bytes).map_err(std::io::Error::other))
        .map_err(|error| ClusterFileError::Unreadable { path: path.to_owned(), error })
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

    #[test]
    fn a_rack_comes_from_the_file_of_pirack() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.toml");
        let rack = "[rack]\npi_stack = 2\nnbr_stack = 1\nrows = 1\ncols = 3\n[4]\nx = 1\ny = 3\n";
        std::fs::write(folder.path().join("structure_rack.ini"), rack).unwrap();
        let node = "[[node]]\nname = 'a'\naddress = 'x'\nstack = 4\nplace = 2\n";
        std::fs::write(&path, format!("rack_file = 'structure_rack.ini'\n{node}")).unwrap();
        let rack = ClusterFile::read(&path).unwrap().rack.unwrap();
        assert_eq!((rack.rows, rack.columns, rack.stacks[0].column), (1, 3, 3));
        assert_eq!(rack.stack("4").unwrap().places, [None, Some("a".to_owned())]);
        std::fs::write(folder.path().join("structure_rack.ini"), "[rack]\npi_stack = many\n").unwrap();
        let error = ClusterFile::read(&path).unwrap_err().to_string();
        assert!(error.contains("structure_rack.ini:2: `pi_stack` is a number"), "{error}");
        std::fs::write(&path, "rack_file = 'gone.ini'\n").unwrap();
        let error = ClusterFile::read(&path).unwrap_err().to_string();
        assert!(error.contains("gone.ini"), "{error}");
    }
}
