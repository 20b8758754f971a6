//! Where the nodes of a cluster file stand.

use super::ClusterNode;
use crate::view::{GRID_MAX, PLACES_MAX, Rack, Stack};
use serde::Deserialize;
use toml::Spanned;

/// A stack as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStack {
    name: Name,
    row: Spanned<u32>,
    column: Spanned<u32>,
    places: Spanned<u32>,
}

/// A node as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNode {
    pub(super) name: Spanned<String>,
    address: String,
    stack: Option<Spanned<Name>>,
    place: Option<Spanned<u32>>,
}

/// The name of a stack: a text or, as in PiRack, a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Number(u32),
    Text(String),
}

/// What is wrong, and at which byte of the file.
pub(super) struct Located {
    pub(super) at: usize,
    pub(super) message: String,
}

fn wrong<T, S>(at: &Spanned<S>, message: impl Into<String>) -> Result<T, Located> {
    Err(Located { at: at.span().start, message: message.into() })
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl RawNode {
    pub(super) fn node(self) -> ClusterNode {
        ClusterNode { name: self.name.into_inner(), address: self.address }
    }
}

/// The rack that these stacks make, as large as it must be; none without stacks.
pub(super) fn stacks(raw: &[Spanned<RawStack>]) -> Result<Option<Rack>, Located> {
    if raw.is_empty() {
        return Ok(None);
    }
    let mut rack = Rack::default();
    for RawStack { name, row, column, places } in raw.iter().map(Spanned::get_ref) {
        let within = |number: &Spanned<u32>, max: u32| match *number.get_ref() {
            inside if (1..=max).contains(&inside) => Ok(inside),
            other => wrong(number, format!("a number from 1 to {max}, not {other}")),
        };
        let (row, column) = (within(row, GRID_MAX)?, within(column, GRID_MAX)?);
        let places = vec![None; within(places, PLACES_MAX)? as usize];
        (rack.rows, rack.columns) = (rack.rows.max(row), rack.columns.max(column));
        rack.stacks.push(Stack { name: name.text(), row, column, places });
    }
    match rack.clash() {
        Some((number, message)) => wrong(&raw[number], message),
        None => Ok(Some(rack)),
    }
}

/// The rack with the nodes at their places: first those that name theirs, then the others where there is room from the
/// top.
pub(super) fn nodes(rack: Option<Rack>, raw: &[Spanned<RawNode>]) -> Result<Option<Rack>, Located> {
    let Some(mut rack) = rack else {
        let placed = raw.iter().map(Spanned::get_ref).find_map(|node| node.stack.as_ref());
        return match placed {
            Some(stack) => wrong(stack, "there are no stacks: write [[stack]] or rack_file"),
            None => Ok(None),
        };
    };
    let (named, next): (Vec<_>, Vec<_>) =
        raw.iter().map(Spanned::get_ref).partition(|node| node.place.is_some());
    for node in named.into_iter().chain(next) {
        let (stack, place) = match (&node.stack, &node.place) {
            (Some(stack), place) => (stack, place),
            (None, Some(place)) => return wrong(place, "a place is in a stack: write `stack` as well"),
            (None, None) => continue,
        };
        let name = stack.get_ref().text();
        let Some(found) = rack.stacks.iter_mut().find(|found| found.name == name) else {
            let known: Vec<&str> = rack.stacks.iter().map(|stack| stack.name.as_str()).collect();
            return wrong(stack, format!("there is no stack `{name}`; there are: {}", known.join(", ")));
        };
        let all = found.places.len();
        let position = match place {
            Some(place) => {
                let position = (*place.get_ref() as usize).wrapping_sub(1);
                match found.places.get(position) {
                    Some(None) => position,
                    Some(Some(other)) => return wrong(place, format!("`{other}` stands there already")),
                    None => return wrong(place, format!("stack `{name}` has places 1 to {all}")),
                }
            }
            None => match found.places.iter().position(Option::is_none) {
                Some(position) => position,
                None => return wrong(stack, format!("stack `{name}` is full: it has {all} places")),
            },
        };
        found.places[position] = Some(node.name.get_ref().clone());
    }
    Ok(Some(rack))
}

#[cfg(test)]
mod tests {
    use crate::shell::ClusterFile;
    use std::path::Path;

    fn parse(text: &str) -> Result<ClusterFile, String> {
        ClusterFile::parse(text, Path::new("c")).map_err(|error| error.to_string())
    }

    const STACKS: &str = "[[stack]]\nname = 'left'\nrow = 2\ncolumn = 1\nplaces = 2\n\
                          [[stack]]\nname = 7\nrow = 1\ncolumn = 3\nplaces = 1\n";

    fn node(name: &str, more: &str) -> String {
        format!("[[node]]\nname = '{name}'\naddress = 'x'\n{more}\n")
    }

    #[test]
    fn nodes_stand_where_they_are_put_and_then_where_there_is_room() {
        let nodes =
            [node("a", "stack = 'left'"), node("b", "stack = 'left'\nplace = 1"), node("c", "stack = 7")];
        let rack = parse(&format!("{STACKS}{}{}", nodes.concat(), node("d", ""))).unwrap().rack.unwrap();
        assert_eq!((rack.rows, rack.columns), (2, 3));
        let places = |name| rack.stack(name).unwrap().places.clone();
        assert_eq!(places("left"), [Some("b".to_owned()), Some("a".to_owned())]);
        assert_eq!(places("7"), [Some("c".to_owned())]);
        assert_eq!(parse(&node("a", "")).unwrap().rack, None);
    }

    #[test]
    fn mistakes_are_located() {
        for (text, place, message) in [
            (node("a", "stack = 1"), "c:4:9: ", "there are no stacks"),
            (format!("{STACKS}{}", node("a", "stack = 'right'")), "c:14:9: ", "there are: left, 7"),
            (format!("{STACKS}{}", node("a", "stack = 7\nplace = 2")), "c:15:9: ", "places 1 to 1"),
            (format!("{STACKS}{}", node("a", "stack = 7\nplace = 0")), "c:15:9: ", "places 1 to 1"),
            (format!("{STACKS}{}", node("a", "place = 1")), "c:14:9: ", "write `stack` as well"),
            (
                format!("{STACKS}{}{}", node("a", "stack = 7\nplace = 1"), node("b", "stack = 7\nplace = 1")),
                "c:20:9: ",
                "`a` stands there already",
            ),
            (
                format!("{STACKS}{}{}", node("a", "stack = 7"), node("b", "stack = 7")),
                "c:18:9: ",
                "stack `7` is full",
            ),
            (STACKS.replace("row = 2", "row = 0"), "c:3:7: ", "1 to 64, not 0"),
            (STACKS.replace("places = 2", "places = 65"), "c:5:10: ", "1 to 64, not 65"),
            (STACKS.replace("name = 7", "name = 'left'"), "c:6:1: ", "two stacks are called `left`"),
            (format!("rack_file = 'x'\n{STACKS}"), "c:1:13: ", "not both"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.starts_with(place) && error.contains(message), "{text}: {error}");
        }
    }
}
