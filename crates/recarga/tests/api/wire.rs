//! The way to a Recarga, on which everything can go wrong with a purchase.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, Response, StatusCode},
};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tower::ServiceExt;

/// What goes wrong with a purchase on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Plain,
    LostAnswer,
    LostRequest,
    LateAnswer,
    ErrorExecuted,
    ErrorNotExecuted,
    UnknownCode,
    UnknownCodeExecuted,
    EmptyBody,
    TruncatedBody,
    HtmlBody,
    Unauthorized,
    RateLimited,
    FloatEmpty,
    ProductGone,
    PriceUp,
}

impl Fault {
    pub(crate) const ALL: [Self; 16] = [
        Self::Plain,
        Self::LostAnswer,
        Self::LostRequest,
        Self::LateAnswer,
        Self::ErrorExecuted,
        Self::ErrorNotExecuted,
        Self::UnknownCode,
        Self::UnknownCodeExecuted,
        Self::EmptyBody,
        Self::TruncatedBody,
        Self::HtmlBody,
        Self::Unauthorized,
        Self::RateLimited,
        Self::FloatEmpty,
        Self::ProductGone,
        Self::PriceUp,
    ];
}

/// The way.
pub(crate) struct Wire {
    /// Where it begins, with `/v2`.
    pub(crate) url: String,
    router: Router,
    fault: Fault,
    submissions: AtomicUsize,
    gate: Notify,
    late: Mutex<Option<JoinHandle<()>>>,
}

impl Wire {
    pub(crate) async fn open(router: Router, fault: Fault) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Arc::new(Self {
            url: format!("http://{}/v2", listener.local_addr().unwrap()),
            router,
            fault,
            submissions: AtomicUsize::new(0),
            gate: Notify::new(),
            late: Mutex::default(),
        });
        let way = Router::new().fallback(pass_on).with_state(Arc::clone(&wire));
        tokio::spawn(async move { axum::serve(listener, way).await });
        wire
    }

    /// How many purchases were sent this way.
    pub(crate) fn submissions(&self) -> usize {
        self.submissions.load(Ordering::SeqCst)
    }

    /// Lets what is late on its way arrive.
    pub(crate) async fn let_go(&self) {
        let late = self.late.lock().unwrap().take();
        if let Some(late) = late {
            self.gate.notify_one();
            late.await.unwrap();
        }
    }

    async fn forward(&self, request: Request) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }
}

async fn pass_on(State(wire): State<Arc<Wire>>, request: Request) -> Response<Body> {
    if request.method() != Method::POST || request.uri().path() != "/v2/invoices" {
        return wire.forward(request).await;
    }
    wire.submissions.fetch_add(1, Ordering::SeqCst);
    let refused = |status, code| shown(status, format!(r#"{{"message":"no","error_code":"{code}"}}"#));
    match wire.fault {
        Fault::Plain => wire.forward(request).await,
        Fault::LostRequest => broken(),
        Fault::LateAnswer => late(wire, request).await,
        Fault::ErrorNotExecuted => refused(500, "internal_error"),
        Fault::UnknownCode => refused(400, "planets_not_aligned"),
        Fault::Unauthorized => refused(401, "unauthorized"),
        Fault::RateLimited => refused(429, "rate_limited"),
        Fault::FloatEmpty => refused(400, "balance_too_low"),
        Fault::ProductGone => refused(400, "out_of_stock"),
        Fault::PriceUp => refused(409, "price_changed"),
        Fault::LostAnswer
        | Fault::ErrorExecuted
        | Fault::UnknownCodeExecuted
        | Fault::EmptyBody
        | Fault::TruncatedBody
        | Fault::HtmlBody => {
            let answer = wire.forward(request).await;
            assert_eq!(answer.status(), StatusCode::OK);
            let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            match wire.fault {
                Fault::LostAnswer => broken(),
                Fault::ErrorExecuted => refused(500, "internal_error"),
                Fault::UnknownCodeExecuted => refused(400, "planets_not_aligned"),
                Fault::EmptyBody => shown(200, Bytes::new()),
                Fault::TruncatedBody => shown(200, text.slice(..text.len() / 2)),
                _ => shown(200, "<html><body><h1>Please wait</h1></body></html>"),
            }
        }
    }
}

/// It arrives when nobody waits for its answer any more.
async fn late(wire: Arc<Wire>, request: Request) -> Response<Body> {
    let arriving = Arc::clone(&wire);
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let arrival = tokio::spawn(async move {
        arriving.gate.notified().await;
        arriving.forward(Request::from_parts(head, Body::from(body))).await;
    });
    *wire.late.lock().unwrap() = Some(arrival);
    std::future::pending().await
}

fn shown(status: u16, body: impl Into<Body>) -> Response<Body> {
    let response = Response::builder().status(status);
    response
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

/// An answer that begins, and then the connection is gone.
fn broken() -> Response<Body> {
    let gone = futures_util::stream::once(async { Err::<Bytes, _>(io::Error::other("gone")) });
    Response::new(Body::from_stream(gone))
}
