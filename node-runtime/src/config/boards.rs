//! The section `[boards]` of `node.toml`: where cable boards are looked for.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::path::PathBuf;

/// How a node goes about cable boards.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BoardsEntry {
    /// Whether to look for boards; unless given, where the hardware is not simulated. True also says that the cables
    /// have boards: one of which none tells is not plugged in.
    pub enabled: Option<bool>,
    /// The directory in which their devices appear; in the file relative to that.
    pub directory: PathBuf,
    /// How the names of their devices begin; none of them is empty.
    #[serde(deserialize_with = "prefixes")]
    pub devices: Vec<String>,
    /// The cables whose board here sits at the other end of the cable.
    pub reversed: Vec<u16>,
}

impl Default for BoardsEntry {
    fn default() -> Self {
        Self {
            enabled: None,
            directory: PathBuf::from("/dev"),
            devices: ["ttyACM", "ttyUSB"].map(str::to_owned).to_vec(),
            reversed: Vec::new(),
        }
    }
}

fn prefixes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let prefixes = Vec::<String>::deserialize(input)?;
    // Whatever is written to a board would be written to every device.
    let wrong = |prefix: &String| prefix.is_empty() || prefix.contains('/');
    match prefixes.iter().find(|prefix| wrong(prefix)) {
        Some(prefix) => Err(D::Error::custom(format!(
            "`{prefix}` is not how the name of a device begins: write `ttyACM`, without its directory"
        ))),
        None => Ok(prefixes),
    }
}

#[cfg(test)]
mod tests {
    use super::BoardsEntry;
    use crate::config::NodeConfig;

    #[test]
    fn nothing_has_to_be_said() {
        for text in ["", "[boards]"] {
            let boards = NodeConfig::parse(text).unwrap().boards;
            assert_eq!(boards, BoardsEntry::default());
            assert_eq!((boards.directory.to_str(), boards.enabled), (Some("/dev"), None));
            assert_eq!(boards.devices, ["ttyACM", "ttyUSB"]);
        }
    }

    #[test]
    fn everything_can_be_said() {
        let text = "[boards]\nenabled = false\ndirectory = '/d'\ndevices = ['cable']\nreversed = [3, 7]\n";
        let boards = NodeConfig::parse(text).unwrap().boards;
        let BoardsEntry { enabled, directory, devices, reversed } = boards;
        assert_eq!((enabled, directory.to_str()), (Some(false), Some("/d")));
        assert_eq!((devices, reversed), (vec!["cable".to_owned()], vec![3, 7]));
    }

    #[test]
    fn errors_have_their_place() {
        for (text, place, message) in [
            ("[boards]\ndevice = []", "2:1: ", "unknown field `device`"),
            ("[boards]\ndevices = ['']", "2:11: ", "`` is not how the name"),
            ("[boards]\ndevices = ['/dev/ttyACM']", "2:11: ", "without its directory"),
            ("[boards]\nreversed = [70000]", "2:13: ", "70000"),
        ] {
            let error = NodeConfig::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
        }
    }
}
