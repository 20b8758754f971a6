//! The server of the page and of its API (`/api/v1`), in a thread of its own.
//!
//! ```text
//!   socket ─▶ server (connections, limits) ─▶ guard (host, origin, token) ─▶ routes ─▶ Exhibit
//!                                                              live ◀─ hub (publisher) ◀──┘
//! ```
//!
//! Invariants: what all see is serialised once; a reader who is slow misses moments and delays nobody; the run does not
//! know how many look; whatever is sent to us is bounded in size, number and time; the thread ends within
//! [`END_WITHIN`](server::END_WITHIN), whatever streams are open.

mod access;
mod assets;
mod guard;
mod hub;
mod limiter;
mod live;
#[cfg(test)]
mod openapi;
mod patient;
mod problem;
mod routes;
mod server;
mod token;

pub use access::{Access, AccessError};
pub use server::{WebServer, is_taken};
pub use token::WebToken;
