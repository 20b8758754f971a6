//! The built programs, as their users run them.
fn main() {}
