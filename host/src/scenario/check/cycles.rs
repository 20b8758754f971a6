//! Loops of connections without a time shift: no model in one could be stepped first.

use super::cast::Cast;
use super::connections::Route;
use crate::scenario::report::{Report, quote};

/// So many connections of a loop are printed.
const PRINTED_MAX: usize = 40;

/// Reports loops, each once, at that of their connections which stands last in the file.
pub(super) fn check(cast: &Cast, routes: &[Route], report: &mut Report<'_>) {
    let mut search = Search {
        outgoing: vec![Vec::new(); cast.models.len()],
        visited: vec![Visit::New; cast.models.len()],
        path: Vec::new(),
    };
    for (index, route) in routes.iter().enumerate() {
        if route.connection.shifted.is_none() {
            search.outgoing[route.connection.from_model].push(index);
        }
    }
    for model in 0..cast.models.len() {
        search.from(model, routes, report);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    New,
    /// On the path.
    Open,
    Done,
}

/// Depth first, without recursion: a chain may be as long as the scenario has models.
struct Search {
    /// By model: positions of its connections.
    outgoing: Vec<Vec<usize>>,
    visited: Vec<Visit>,
    path: Vec<Stop>,
}

/// A model on the path.
struct Stop {
    model: usize,
    /// The connection that led here; `None` at the start.
    arrived_by: Option<usize>,
    /// How many of its connections were followed.
    followed: usize,
}

impl Search {
    fn from(&mut self, start: usize, routes: &[Route], report: &mut Report<'_>) {
        self.enter(start, None);
        while let Some(stop) = self.path.last_mut() {
            let Some(&edge) = self.outgoing[stop.model].get(stop.followed) else {
                self.visited[stop.model] = Visit::Done;
                self.path.pop();
                continue;
            };
            stop.followed += 1;
            let next = routes[edge].connection.to_model;
            match self.visited[next] {
                Visit::New => self.enter(next, Some(edge)),
                Visit::Open => self.tell(next, edge, routes, report),
                Visit::Done => {}
            }
        }
    }

    fn enter(&mut self, model: usize, arrived_by: Option<usize>) {
        if self.visited[model] == Visit::New {
            self.visited[model] = Visit::Open;
            self.path.push(Stop { model, arrived_by, followed: 0 });
        }
    }

    /// Reports the loop from `model`, which is on the path, back to it by `closing`.
    fn tell(&self, model: usize, closing: usize, routes: &[Route], report: &mut Report<'_>) {
        let first = self.path.iter().rposition(|stop| stop.model == model).unwrap_or(0);
        let inner = self.path[first + 1..].iter().filter_map(|stop| stop.arrived_by);
        let edges: Vec<usize> = inner.chain([closing]).collect();
        let last = edges.iter().copied().max().unwrap_or(closing);
        let mut steps: Vec<String> = edges
            .iter()
            .take(PRINTED_MAX)
            .map(|&edge| format!("{} -> {}", routes[edge].from.text(), routes[edge].to.text()))
            .collect();
        if edges.len() > PRINTED_MAX {
            steps.push(format!("… ({} more)", edges.len() - PRINTED_MAX));
        }
        let at = &routes[last];
        report.error_help(
            at.from.mark,
            format!("the models wait for each other: {}", steps.join(", ")),
            format!(
                "add `time_shifted: true` to one of these connections, for example to that into {}",
                quote(&at.to.text())
            ),
        );
    }
}
