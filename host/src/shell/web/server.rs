//! The socket of the page and its connections.

use super::access::Access;
use super::hub::Publisher;
use super::patient::Patient;
use super::routes::{Peer, Site, router};
use crate::shell::Exhibit;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use illuminator_node::shell::{hint, runtime, spawn};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Most connections at once. One more is closed.
const CONNECTIONS_MAX: usize = 256;
/// So long the head of a request may take, and a connection may be idle.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// Longest head of a request, and what is kept of an answer that the network does not take `[bytes]`.
const BUFFER_MAX: usize = 64 << 10;
/// So long connections may take to end.
pub(super) const END_WITHIN: Duration = Duration::from_secs(1);
/// So long it waits where no connection can be taken.
const BREATHE: Duration = Duration::from_millis(100);

/// A page that is served until this is dropped.
pub struct WebServer {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl WebServer {
    /// Serves `exhibit` at an address; port 0 is any that is free.
    ///
    /// # Errors
    /// An address that is taken or not this machine's, named in the message; a thread that cannot be made.
    pub fn start(address: SocketAddr, access: Access, exhibit: Arc<dyn Exhibit>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address).map_err(|error| explain(address, &error))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let runtime = runtime()?;
        let thread = spawn("web", move || {
            let ended = runtime.block_on(serve(listener, access, exhibit, stopped));
            // Nothing can be done about a listener that the system takes back; the run goes on.
            drop(ended);
        })?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Whether another program listens where a page should.
pub fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn explain(address: SocketAddr, error: &io::Error) -> io::Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; another program uses this port: choose another one with --web ADDRESS:PORT"
        }
        io::ErrorKind::AddrNotAvailable => "; this machine does not have that address",
        _ => hint(error),
    };
    io::Error::new(error.kind(), format!("cannot serve the page at {address}: {error}{hint}"))
}

async fn serve(
    listener: std::net::TcpListener,
    access: Access,
    exhibit: Arc<dyn Exhibit>,
    stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let (publisher, hub) = Publisher::new(Arc::clone(&exhibit));
    let publishing = tokio::spawn(publisher.run(stopped.clone()));
    let router = router(Arc::new(Site { exhibit, access, hub }));
    let mut connections = JoinSet::new();
    let mut stop = stopped.clone();
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) if connections.len() < CONNECTIONS_MAX => {
                    connections.spawn(connection(stream, peer, router.clone(), stopped.clone()));
                }
                Ok(_) => {}
                // Out of files, most likely: some connection will end.
                Err(_) => tokio::time::sleep(BREATHE).await,
            }
        }
    }
    let _ = publishing.await;
    let _ =
        tokio::time::timeout(END_WITHIN, async { while connections.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, mut stopped: watch::Receiver<bool>) {
    // Moments are small, and should not wait for each other.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(Extension(Peer(peer.ip()))));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(BUFFER_MAX);
    let served = http.serve_connection(TokioIo::new(Patient::new(stream)), service);
    let mut served = std::pin::pin!(served);
    // A connection that breaks concerns nobody but its viewer.
    tokio::select! {
        _ = served.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = served.await;
}
