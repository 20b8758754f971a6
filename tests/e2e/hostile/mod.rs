//! What somebody without the key can do to a table: nothing but take up some of its time. A flood has a program of its
//! own, `tests/flood`.

mod crowd;
mod on_path;
