//! Who may look, and who may command.
//!
//! Where only this machine reaches the page and there is no token, everybody may command: other pages in the same
//! browser are kept out by `Host` and `Origin`. Elsewhere everybody may look, and who has the token may command.

use super::limiter::{Limiter, Rate};
use super::token::WebToken;
use axum::http::{HeaderMap, HeaderName, header};
use illuminator_node::shell::{Clock, SystemEntropy};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// Name of the cookie of who has logged in.
const COOKIE: &str = "illuminator";
/// Most people who are logged in; beyond that the first one is no longer.
const SESSIONS_MAX: usize = 64;
/// How long a login holds `[s]`.
const SESSION_S: u64 = 12 * 3_600;

/// How often somebody may be wrong about the token.
const MISTAKES: Rate = Rate { at_once: 5, every_us: 10_000_000 };
/// How often somebody may command: more than a hand can, and a slider that it draws.
const COMMANDS: Rate = Rate { at_once: 200, every_us: 10_000 };

/// The rules of a page.
pub struct Access {
    loopback: bool,
    token: Option<WebToken>,
    door: Mutex<Door>,
    clock: Clock,
}

struct Door {
    mistakes: Limiter,
    commands: Limiter,
    /// The cookies of who is logged in, and until when `[µs]`.
    sessions: VecDeque<(Zeroizing<String>, u64)>,
}

/// A page that anybody could command.
#[derive(Debug, thiserror::Error)]
#[error(
    "the page at {0} can be reached from other machines, so a token is needed: --web-token FILE (`illuminator cluster \
     init` makes one)"
)]
pub struct AccessError(pub SocketAddr);

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// The token is another one, or there is none.
    Wrong,
    /// He was wrong too often; again after so many seconds.
    Wait(u64),
    /// He commands too often; again after so many seconds.
    Slower(u64),
}

impl Access {
    /// The rules of a page at `address`.
    ///
    /// # Errors
    /// Beyond loopback there must be a token.
    pub fn new(address: SocketAddr, token: Option<WebToken>) -> Result<Self, AccessError> {
        let loopback = address.ip().is_loopback();
        if !loopback && token.is_none() {
            return Err(AccessError(address));
        }
        Ok(Self { loopback, token, door: Mutex::new(Door::new()), clock: Clock::start() })
    }

    /// Whether the name by which the page was asked for is one of this machine. Else somebody lets the browser believe
    /// that a name of his own is here. Beyond loopback any name may be ours.
    pub(super) fn is_our_name(&self, headers: &HeaderMap) -> bool {
        !self.loopback || text(headers, &header::HOST).is_some_and(is_loopback_name)
    }

    /// Whether a request comes from our own page, or from no page at all.
    pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
        let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
        let from_here = match text(headers, &header::ORIGIN) {
            None => !headers.contains_key(header::ORIGIN),
            Some(origin) => {
                let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
                host.is_some() && host == text(headers, &header::HOST)
            }
        };
        from_here && site.is_none_or(|site| matches!(site, "same-origin" | "none"))
    }

    /// Counts a command of whoever may give one.
    pub(super) fn commands(&self, from: IpAddr) -> Result<(), Denied> {
        let now_us = self.now_us();
        let commands = &mut self.door().commands;
        commands.may(now_us, from).map_err(Denied::Slower)?;
        commands.done(now_us, from);
        Ok(())
    }

    /// Whether whoever asks may command.
    pub(super) fn may_command(&self, headers: &HeaderMap, from: IpAddr) -> Result<(), Denied> {
        let Some(token) = &self.token else { return Ok(()) };
        let now_us = self.now_us();
        let cookie = cookie(headers);
        let mut door = self.door();
        door.sessions.retain(|(_, until_us)| *until_us > now_us);
        if cookie.is_some_and(|cookie| door.sessions.iter().any(|(session, _)| alike(session, cookie))) {
            return Ok(());
        }
        let given = text(headers, &header::AUTHORIZATION).and_then(|given| given.strip_prefix("Bearer "));
        given.map_or(Err(Denied::Wrong), |given| door.check(now_us, from, token, given))
    }

    /// Whether there is a token to know.
    pub(super) const fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Lets somebody in who knows the token. Gives the cookie to set.
    pub(super) fn log_in(&self, from: IpAddr, given: &str) -> Result<String, Denied> {
        let now_us = self.now_us();
        let mut door = self.door();
        if let Some(token) = &self.token {
            door.check(now_us, from, token, given)?;
        }
        let session = WebToken::draw(&mut SystemEntropy);
        let set = format!("{COOKIE}={}; Path=/; Max-Age={SESSION_S}; HttpOnly; SameSite=Strict", *session);
        if door.sessions.len() >= SESSIONS_MAX {
            door.sessions.pop_front();
        }
        door.sessions.push_back((session, now_us + SESSION_S * 1_000_000));
        Ok(set)
    }

    /// Lets somebody go. Gives the cookie to set.
    pub(super) fn log_out(&self, headers: &HeaderMap) -> String {
        if let Some(cookie) = cookie(headers) {
            self.door().sessions.retain(|(session, _)| !alike(session, cookie));
        }
        format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
    }

    fn now_us(&self) -> u64 {
        self.clock.now().as_micros()
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    fn new() -> Self {
        let (mistakes, commands) = (Limiter::new(MISTAKES), Limiter::new(COMMANDS));
        Self { mistakes, commands, sessions: VecDeque::new() }
    }

    fn check(&mut self, now_us: u64, from: IpAddr, token: &WebToken, given: &str) -> Result<(), Denied> {
        self.mistakes.may(now_us, from).map_err(Denied::Wait)?;
        if token.is(given) {
            return Ok(());
        }
        self.mistakes.done(now_us, from);
        Err(Denied::Wrong)
    }
}

/// Compared by digest, so that the time tells nothing.
fn alike(session: &str, cookie: &str) -> bool {
    WebToken::parse(session).is_some_and(|session| session.is(cookie))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|pairs| pairs.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a `Host` is `localhost` or a loopback address, with any port.
fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && port.parse::<u16>().is_ok() => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn open(token: Option<WebToken>) -> Access {
        Access::new(([127, 0, 0, 1], 80).into(), token).unwrap()
    }

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for ours in ["localhost", "LocalHost:8080", "127.0.0.1:8080", "127.9.8.7", "[::1]:80", "[::1]"] {
            assert!(open(None).is_our_name(&headers(&[("host", ours)])), "{ours}");
        }
        for other in
            ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1", "[::2]"]
        {
            assert!(!open(None).is_our_name(&headers(&[("host", other)])), "{other}");
        }
        assert!(!open(None).is_our_name(&headers(&[])));
    }

    #[test]
    fn only_our_own_page_may_send() {
        let from = |pairs: &[(&'static str, &str)]| {
            Access::is_same_origin(&headers(&[&[("host", "localhost:80")], pairs].concat()))
        };
        assert!(from(&[]) && from(&[("origin", "http://localhost:80"), ("sec-fetch-site", "same-origin")]));
        for strange in ["http://localhost:81", "http://evil.example", "null", "localhost:80", ""] {
            assert!(!from(&[("origin", strange)]), "{strange}");
        }
        assert!(!from(&[("sec-fetch-site", "cross-site")]) && !from(&[("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn beyond_loopback_there_is_a_token() {
        assert!(Access::new(([0, 0, 0, 0], 80).into(), None).is_err());
        assert_eq!(open(None).may_command(&headers(&[]), ME), Ok(()));
    }

    #[test]
    fn who_knows_the_token_is_let_in_until_he_leaves() {
        let text = WebToken::draw(&mut SystemEntropy);
        let access = open(WebToken::parse(&text));
        assert_eq!(access.may_command(&headers(&[]), ME), Err(Denied::Wrong));
        let bearer = format!("Bearer {}", *text);
        assert_eq!(access.may_command(&headers(&[("authorization", &bearer)]), ME), Ok(()));
        let cookie = access.log_in(ME, &text).unwrap();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(&*text)
        );
        let pair = format!("a=b; {}", cookie.split(';').next().unwrap());
        let mine = headers(&[("cookie", &pair)]);
        assert_eq!(access.may_command(&mine, ME), Ok(()));
        access.log_out(&mine);
        assert_eq!(access.may_command(&mine, ME), Err(Denied::Wrong));
        assert_eq!(access.may_command(&headers(&[("cookie", "illuminator=")]), ME), Err(Denied::Wrong));
    }

    #[test]
    fn who_guesses_has_to_wait() {
        let access = open(WebToken::parse(&"5a".repeat(16)));
        let wrong = "00".repeat(16);
        let tries: Vec<_> = (0..6).map(|_| access.log_in(ME, &wrong)).collect();
        assert!(tries[..5].iter().all(|outcome| *outcome == Err(Denied::Wrong)));
        assert!(matches!(tries[5], Err(Denied::Wait(1..=10))), "{:?}", tries[5]);
        let bearer = format!("Bearer {wrong}");
        assert!(matches!(
            access.may_command(&headers(&[("authorization", &bearer)]), ME),
            Err(Denied::Wait(_))
        ));
    }
    #[test]
    fn commands_come_no_faster_than_they_are_taken() {
        let access = open(None);
        let outcomes: Vec<_> = (0..100_000).map(|_| access.commands(ME)).collect();
        let at_once = COMMANDS.at_once as usize;
        assert!(outcomes[..at_once].iter().all(Result::is_ok));
        assert!(outcomes.contains(&Err(Denied::Slower(1))), "a hundred thousand take less than 998 s");
        assert_eq!(access.commands(IpAddr::from([10, 0, 0, 2])), Ok(()), "another address");
    }
}
