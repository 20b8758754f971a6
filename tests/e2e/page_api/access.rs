//! Who may look, and who may command.

use super::story;
use crate::read;
use illuminator_tests::programs::{illuminator, stderr, until};
use serde_json::json;

const HOLD: &str = r#"{"do": "hold", "held": true}"#;
const COMMAND: &str = "/api/v1/command";

#[test]
fn other_pages_and_other_names_are_kept_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = story(folder.path(), &["--pace", "0.2"]);
    let page = run.page;
    let post = |headers: &[(&str, &str)]| page.send("POST", COMMAND, headers, HOLD).status;
    let own = format!("http://{}", page.address);
    assert_eq!(post(&[("origin", &own), ("sec-fetch-site", "same-origin")]), 204);
    assert_eq!(post(&[("origin", "http://evil.example")]), 403);
    assert_eq!(post(&[("origin", "null")]), 403);
    assert_eq!(post(&[("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(post(&[("content-type", "text/plain")]), 415, "what a form of another page can send");
    // A name of a stranger's that his name server lets point here.
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example"] {
        assert_eq!(post(&[("host", host), ("origin", &format!("http://{host}"))]), 421, "{host}");
        assert_eq!(page.send("GET", "/api/v1/scene", &[("host", host)], "").status, 421, "{host}");
    }
    assert_eq!(page.send("GET", "/", &[("host", "localhost")], "").status, 200);
    assert_eq!(page.json("/api/v1/me")["may_command"], json!(true));
    assert!(run.interrupt().success());
}

#[test]
fn beyond_loopback_a_guest_looks_and_who_has_the_token_commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = illuminator(folder.path(), &["cluster", "init"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let file = folder.path().join("web.token");
    let token = read(&file);
    let token = token.trim();
    assert!(token.len() == 32 && !stderr(&made).contains(token), "it is made, and not printed");

    let open = ["--pace", "0.2", "--web", "0.0.0.0:0", "--web-token", "web.token"];
    let run = super::PageRun::start(folder.path(), &[&story_anywhere()[..], &open[..]].concat());
    let page = run.page;
    assert_eq!(page.json("/api/v1/me")["may_command"], json!(false));
    assert!(page.json("/api/v1/scene")["components"].is_array(), "a guest may look");
    let order = |headers: &[(&str, &str)]| page.send("POST", COMMAND, headers, HOLD).status;
    assert_eq!(order(&[]), 403);
    assert_eq!(page.send("PUT", "/api/v1/layout", &[], r#"{"components":{}}"#).status, 403);
    assert_eq!(order(&[("authorization", &format!("Bearer {token}"))]), 204);

    let log_in =
        |token: &str| page.send("POST", "/api/v1/login", &[], &json!({ "token": token }).to_string());
    let reply = log_in(token);
    let cookie = reply.header("set-cookie").expect("a cookie");
    assert!(
        reply.status == 204 && cookie.contains("httponly") && cookie.contains("samesite=strict"),
        "{reply:?}"
    );
    assert!(!cookie.contains(token), "the cookie is not the token");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    assert_eq!(order(&[("cookie", &cookie)]), 204);
    assert_eq!(page.send("POST", "/api/v1/logout", &[("cookie", &cookie)], "").status, 204);
    assert_eq!(order(&[("cookie", &cookie)]), 403);

    let wrong = "0".repeat(32);
    let tries: Vec<_> = (0..6).map(|_| log_in(&wrong)).collect();
    assert_eq!(tries.iter().map(|reply| reply.status).collect::<Vec<_>>(), [403, 403, 403, 403, 403, 429]);
    assert!(tries[5].header("retry-after").is_some());
    assert_eq!(log_in(token).status, 429, "and then the right one has to wait as well");
    let said = tries.iter().map(|reply| String::from_utf8_lossy(&reply.body)).collect::<String>();
    assert!(!said.contains(token) && !said.contains(&wrong), "{said}");
    assert!(run.interrupt().success());
}

#[test]
fn who_commands_without_end_has_to_wait() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = ["--pace", "0.2", "--web", "127.0.0.1:0"];
    let run = super::PageRun::start(folder.path(), &[&story_anywhere()[..], &open[..]].concat());
    let page = run.page;
    // As long as it takes: eight hands are faster than what is allowed.
    let many = || {
        let mut refused = None;
        until("a command is refused", || {
            refused = Some(page.send("POST", COMMAND, &[], HOLD)).filter(|reply| reply.status != 204);
            refused.is_some()
        });
        refused
    };
    let refused: Vec<_> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..8).map(|_| scope.spawn(many)).collect();
        hands.into_iter().filter_map(|hand| hand.join().expect("no panic")).collect()
    });
    assert_eq!(refused.len(), 8);
    for reply in &refused {
        assert!(reply.status == 429 && reply.header("retry-after").is_some(), "{reply:?}");
        assert_eq!(reply.json()["error"], json!("there were too many commands"));
    }
    many();
    // Whatever else somebody asks for without end, everything can be made to stand still.
    page.order(r#"{"do": "emergency-stop", "pressed": true}"#);
    until("a command is taken again", || page.send("POST", COMMAND, &[], HOLD).status == 204);
    assert!(run.interrupt().success());
}

#[test]
fn beyond_loopback_there_is_no_page_without_a_token() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |options: &[&str]| illuminator(folder.path(), &[&story_anywhere()[..], options].concat());
    let refused = run(&["--web", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("--web-token"), "{}", stderr(&refused));
    let made = illuminator(folder.path(), &["cluster", "init"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let key = run(&["--web", "0.0.0.0:0", "--web-token", "cluster.key"]);
    assert_eq!(key.status.code(), Some(2), "a cluster's key is no token: {}", stderr(&key));
    use std::os::unix::fs::PermissionsExt;
    let loose = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(folder.path().join("web.token"), loose).expect("it can be changed");
    let loose = run(&["--web", "0.0.0.0:0", "--web-token", "web.token"]);
    assert!(loose.status.code() == Some(2) && stderr(&loose).contains("chmod 600"), "{}", stderr(&loose));
}

/// The story on simulated nodes, without a page.
fn story_anywhere() -> [&'static str; 7] {
    let story = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/story.yaml");
    ["scenario", "run", story, "--nodes", "sim", "-o", "out.csv"]
}
