//! A way to the database's server that hangs when it is told to, as a machine does that neither
//! answers nor dies: connections are taken and stay, and nothing comes back.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    runtime::Runtime,
    sync::watch,
};
use tokio_postgres::config::{Config, Host};

type Reading = Box<dyn AsyncRead + Send + Unpin>;
type Writing = Box<dyn AsyncWrite + Send + Unpin>;

/// Passes everything on, until it hangs.
pub struct Relay {
    address: SocketAddr,
    state: watch::Sender<State>,
    runtime: Option<Runtime>,
}

#[derive(Clone, Copy, Default)]
struct State {
    hangs: bool,
    /// Hangs as soon as this has been passed on to the server.
    last: Option<&'static str>,
}

impl Relay {
    /// Opens a way to the server of a database.
    pub fn open(url: &str) -> Self {
        let server: Config = url.parse().expect("a database's URL");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a thread can be started");
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("it can be waited for");
        let address = listener.local_addr().expect("it listens");
        let state = watch::Sender::new(State::default());
        runtime.spawn(serve(listener, server, state.clone()));
        Self {
            address,
            state,
            runtime: Some(runtime),
        }
    }

    /// The host and port that lead here.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Passes nothing on any more.
    pub fn hang(&self) {
        self.state.send_modify(|state| state.hangs = true);
    }

    /// Hangs as soon as a text has been passed on to the server: its answer is lost.
    pub fn hang_after(&self, text: &'static str) {
        self.state.send_modify(|state| state.last = Some(text));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(listener: std::net::TcpListener, server: Config, state: watch::Sender<State>) {
    let listener = TcpListener::from_std(listener).expect("it can be waited for");
    while let Ok((client, _)) = listener.accept().await {
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = connect(&server).await;
        tokio::spawn(pass_on(Box::new(from_client), to_server, state.clone(), true));
        tokio::spawn(pass_on(from_server, Box::new(to_client), state.clone(), false));
    }
}

async fn connect(server: &Config) -> (Reading, Writing) {
    let port = server.get_ports().first().copied().unwrap_or(5432);
    match server.get_hosts().first().expect("the URL names a host") {
        Host::Tcp(name) => {
            let stream = TcpStream::connect((name.as_str(), port)).await;
            let (reading, writing) = stream.expect("the server is there").into_split();
            (Box::new(reading), Box::new(writing))
        }
        Host::Unix(folder) => {
            let stream = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await;
            let (reading, writing) = stream.expect("the server is there").into_split();
            (Box::new(reading), Box::new(writing))
        }
    }
}

/// Passes on what comes from one side. When that closes, so does the other.
async fn pass_on(mut from: Reading, mut to: Writing, state: watch::Sender<State>, is_asking: bool) {
    let mut buffer = vec![0; 1 << 16];
    let mut told = state.subscribe();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if told.wait_for(|state| !state.hangs).await.is_err() {
            return;
        }
        let passed = &buffer[..length];
        let is_last = |text: &str| passed.windows(text.len()).any(|part| part == text.as_bytes());
        if is_asking && told.borrow().last.is_some_and(is_last) {
            state.send_modify(|state| state.hangs = true);
        }
        if to.write_all(passed).await.is_err() {
            return;
        }
    }
}
