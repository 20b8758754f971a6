//! The names of what one scenario of many writes.

use std::path::Path;

/// A path with `_<id>` between its stem and its extension: `out/res.csv` ▶ `out/res_3.csv`.
pub fn numbered(path: &str, id: u64) -> String {
    let parts = Path::new(path);
    let Some(stem) = parts.file_stem().and_then(|stem| stem.to_str()) else { return format!("{path}_{id}") };
    let name = match parts.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => format!("{stem}_{id}.{extension}"),
        None => format!("{stem}_{id}"),
    };
    parts.with_file_name(name).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn the_number_stands_before_the_extension() {
        for (path, expected) in [
            ("res.csv", "res_7.csv"),
            ("sub/res.csv", "sub/res_7.csv"),
            ("/a.b/res", "/a.b/res_7"),
            ("res.tar.gz", "res.tar_7.gz"),
            (".hidden", ".hidden_7"),
            ("./results/", "./results_7"),
            ("..", ".._7"),
        ] {
            assert_eq!(numbered(path, 7), expected, "{path}");
        }
    }
}
