//! A receiver of webhooks on this machine.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use tokio::{net::TcpListener, sync::mpsc};

/// A webhook as it came in.
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A receiver that answers one status after the other, and the last one from then on.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) received: mpsc::UnboundedReceiver<Received>,
}

struct Desk {
    statuses: std::sync::Mutex<Vec<u16>>,
    received: mpsc::UnboundedSender<Received>,
}

impl Receiver {
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, received) = mpsc::unbounded_channel();
        let mut statuses = statuses.to_vec();
        statuses.reverse();
        let desk = Arc::new(Desk {
            statuses: statuses.into(),
            received: sender,
        });
        let router = Router::new().route("/hook", post(take)).with_state(desk);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let _ = desk.received.send(Received { headers, body });
    let mut statuses = desk.statuses.lock().unwrap();
    let status = if statuses.len() > 1 {
        statuses.pop()
    } else {
        statuses.last().copied()
    };
    let mut answer = HeaderMap::new();
    answer.insert("location", "http://127.0.0.1:1/elsewhere".parse().unwrap());
    (StatusCode::from_u16(status.unwrap_or(200)).unwrap(), answer)
}
