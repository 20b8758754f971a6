//! Target `node_toml`: a node's configuration.

use illuminator_node::config::{FRAMES_PER_S, LEDS, NodeConfig};
use std::collections::BTreeSet;

/// Reads text as a `node.toml`.
///
/// Promise: no panic; a mistake has its place in the text and one line of words; what is accepted keeps to what the
/// configuration says of itself.
pub fn node_toml(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match NodeConfig::parse(text) {
        Ok(config) => {
            assert!(FRAMES_PER_S.contains(&config.frames_per_s));
            assert!(config.strips.iter().all(|strip| LEDS.contains(&strip.leds())));
            let segments = || config.strips.iter().flat_map(|strip| &strip.segments);
            let cables: BTreeSet<u16> = segments().map(|segment| segment.cable).collect();
            assert_eq!(cables.len(), segments().count(), "no cable is shown twice");
        }
        Err(error) => {
            let lines = text.matches('\n').count() + 1;
            assert!((1..=lines).contains(&error.line) && error.column >= 1, "{error}");
            assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error}");
        }
    }
}
