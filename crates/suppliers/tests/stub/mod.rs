//! A server on this machine that answers as it is told, also badly or not at all.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the stub does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with a status and a body.
    Answer(u16, String),
    /// Reads the request and closes the connection.
    Drop,
    /// Reads the request and never answers.
    Silence,
    /// Answers with a status and the beginning of a body, and closes the connection.
    CutOff(u16, String),
}

/// Answers requests in the order of its script, and keeps them.
pub(crate) struct Stub {
    /// Where it answers.
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Listens on a free port; what comes after the script's end is not answered.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&kept)));
            }
        });
        Self { url, requests }
    }

    /// The requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Mutex<VecDeque<Reply>>>, kept: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = read(&mut stream).await {
        kept.lock().unwrap().push(request);
        let reply = script.lock().unwrap().pop_front().unwrap_or(Reply::Silence);
        match reply {
            Reply::Answer(status, body) => {
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{body}");
                stream.write_all(head.as_bytes()).await.unwrap();
            }
            Reply::CutOff(status, body) => {
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 100000\r\n\r\n{body}");
                return stream.write_all(head.as_bytes()).await.unwrap();
            }
            Reply::Drop => return,
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// Reads one request; none when the connection ends.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
}
