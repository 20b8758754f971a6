//! No program ever writes anything of a key, whatever goes wrong: not to its outputs, and not to its files.

use illuminator_tests::hostile::scenario;
use illuminator_tests::programs::{NodeProcess, command, illuminator, program};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Digits in a row that would be too much: a fingerprint has eight.
const TELLING: usize = 12;

/// Keys and what was written.
struct Watch<'f> {
    folder: &'f Path,
    /// Keys in hexadecimal digits.
    secrets: Vec<String>,
    outputs: Vec<(String, Vec<u8>)>,
}

impl Watch<'_> {
    /// Makes a key file; `change` spoils its text.
    fn key(&mut self, name: &str, mode: u32, change: impl Fn(&str) -> String) {
        let made = illuminator(self.folder, &["cluster", "init", name]);
        self.note("init", made);
        let path = self.folder.join(name);
        let key = crate::read(&path).trim().to_owned();
        assert_eq!(key.len(), 64, "it was made");
        std::fs::write(&path, change(&key)).expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
        self.secrets.push(key);
    }

    fn host(&mut self, expected: i32, arguments: &[&str]) {
        let done = illuminator(self.folder, arguments);
        assert_eq!(done.status.code(), Some(expected), "{arguments:?}: {done:?}");
        self.note(&format!("{arguments:?}"), done);
    }

    /// A node that ends by itself with status 2, or 1 for a port that is taken.
    fn node(&mut self, expected: i32, arguments: &[&str]) {
        let mut command = Command::new(program("illuminator-node"));
        command.args(arguments).current_dir(self.folder).env_remove("ILLUMINATOR_KEY").stdin(Stdio::null());
        let done = command.output().expect("it starts");
        assert_eq!(done.status.code(), Some(expected), "{arguments:?}: {done:?}");
        self.note(&format!("{arguments:?}"), done);
    }

    fn note(&mut self, what: &str, done: Output) {
        assert!(!done.stderr.is_empty() || !done.stdout.is_empty(), "{what} says something");
        self.outputs.push((what.to_owned(), [done.stdout, done.stderr].concat()));
    }

    /// Everything that was written holds no part of a key.
    fn check(&self) {
        for (what, bytes) in &self.outputs {
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            for secret in &self.secrets {
                let leaked = |at: usize| text.contains(&secret[at..at + TELLING]);
                let at = (0..=secret.len() - TELLING).find(|&at| leaked(at));
                assert!(at.is_none(), "{what} tells of a key: {text}");
                let raw: Vec<u8> = (0..64).step_by(2).map(|at| byte(&secret[at..at + 2])).collect();
                let raw_leaked = bytes.windows(6).any(|window| raw.windows(6).any(|part| part == window));
                assert!(!raw_leaked, "{what} has bytes of a key");
            }
        }
    }
}

fn byte(digits: &str) -> u8 {
    u8::from_str_radix(digits, 16).expect("two digits")
}

#[test]
fn nothing_that_is_written_tells_of_a_key() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut watch = Watch { folder: folder.path(), secrets: Vec::new(), outputs: Vec::new() };
    let same = |key: &str| key.to_owned();
    watch.key("good.key", 0o600, same);
    watch.key("other.key", 0o600, same);
    watch.key("third.key", 0o600, same);
    watch.key("loose.key", 0o644, same);
    watch.key("long.key", 0o600, |key| format!("{key}0"));
    watch.key("odd.key", 0o600, |key| format!("{}x", &key[..63]));
    watch.key("huge.key", 0o600, |key| format!("{key}{}", " ".repeat(1000)));
    watch.key("twice.key", 0o600, |key| format!("{key}\n{key}\n"));

    // A node that works: a session with the right key, a foreign one, and its end.
    let good = folder.path().join("good.key").display().to_string();
    let mut node = NodeProcess::start(&["--key", &good]);
    let address = node.address.to_string();
    std::fs::write(folder.path().join("s.yaml"), scenario(node.address, 10)).expect("it can be written");
    let run = ["scenario", "run", "s.yaml", "-o", "out.csv", "--json", "--key"];
    watch.host(0, &[&run[..], &["good.key"]].concat());
    watch.host(3, &[&run[..], &["other.key"]].concat());
    watch.host(3, &["cluster", "identify", &address, "--key", "other.key"]);
    let cluster = format!("key_file = 'good.key'\n[[node]]\nname = 'n'\naddress = '{address}'\n");
    std::fs::write(folder.path().join("c.toml"), cluster).expect("it can be written");
    watch.host(0, &["cluster", "identify", "n", "--cluster", "c.toml", "--seconds", "1"]);

    // Key files that are no good, for both programs.
    for (number, file) in
        ["loose.key", "long.key", "odd.key", "huge.key", "twice.key", "none.key", "."].iter().enumerate()
    {
        watch.host(2, &[&run[..], &[file]].concat());
        watch.node(2, &["--listen", "127.0.0.1:0", "--key", file]);
        let config = format!("node{number}.toml");
        std::fs::write(folder.path().join(&config), format!("key = '{file}'\n")).expect("it can be written");
        watch.node(2, &["--listen", "127.0.0.1:0", "--config", &config]);
        watch.node(0, &["check-config", &config]);
    }
    watch.node(2, &["--listen", "127.0.0.1:0", "--key", "good.key", "--key", "good.key"]);
    watch.node(
        2,
        &["--listen", "127.0.0.1:0", "--key", "good.key", "--key", "other.key", "--key", "third.key"],
    );
    watch.node(1, &["--listen", &address, "--key", "good.key"]);
    watch.host(4, &["cluster", "init", "good.key"]);

    // A key in the place of something else, and something else in the place of a key.
    let digits = watch.secrets[0].clone();
    watch.host(2, &[&run[..], &[digits.as_str()]].concat());
    watch.node(2, &["--listen", "127.0.0.1:0", "--key", &digits]);
    watch.node(2, &["--config", "good.key"]);
    watch.node(2, &["check-config", "good.key"]);
    watch.host(2, &["scenario", "run", "good.key"]);
    watch.host(2, &["scenario", "check", "good.key"]);
    watch.host(2, &["cluster", "identify", "n", "--cluster", "good.key"]);
    let key_of_environment =
        command(folder.path(), &run[..6]).env("ILLUMINATOR_KEY", &digits).output().expect("it starts");
    assert_eq!(key_of_environment.status.code(), Some(2));
    watch.note("ILLUMINATOR_KEY", key_of_environment);

    let said = [std::mem::take(&mut node.ready), node.last_words().join("\n")].join("\n");
    assert!(said.contains("(key "), "its fingerprint is told: {said}");
    watch.outputs.push(("the node".to_owned(), said.into_bytes()));
    let result = std::fs::read(folder.path().join("out.csv")).expect("it was written");
    watch.outputs.push(("the result".to_owned(), result));
    assert!(watch.outputs.len() > 40, "{}", watch.outputs.len());
    watch.check();
}
