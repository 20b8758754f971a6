//! The public grid.

pub mod grid_connection;
