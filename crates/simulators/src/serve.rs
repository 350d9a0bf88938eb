//! The way of one call, the same at every supplier: read, choose a fault, wait, do, show.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{self, ConnectInfo, Request},
    http::StatusCode,
    response::Response,
};
use tokio::sync::oneshot;

use crate::{
    admin,
    call::{Call, Reply},
    journal::CallRecord,
    push,
    socket::Breaker,
    wire::{self, Wire},
    world::{
        State, World,
        course::Plan,
        fault::{Endpoint, Refusal, Shape},
        rules::Rule,
    },
};

/// Bodies are small; a larger one is a mistake.
const BODY_MAX: usize = 64 * 1024;

/// Answers everything.
pub(crate) async fn serve(
    extract::State(world): extract::State<Arc<World>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    };
    let admin = head.uri.path().starts_with(admin::PATH);
    let base = if admin {
        admin::PATH
    } else {
        world.config.supplier.base_path()
    };
    let call = Call::read(head.method, &head.uri, head.headers, &body, base);
    if admin {
        let (reply, _) = show(admin::answer(&world, &call));
        push::send_all(&world).await;
        return reply;
    }
    // A caller that hangs up doesn't stop what it has begun, so it is done by a task of its own.
    let task = tokio::spawn(async move { answer(&world, call).await });
    let (reply, shape) = task.await.unwrap_or_else(|_| (broken_down(), Shape::Whole));
    disguise(reply, shape, &breaker)
}

fn broken_down() -> Reply {
    Reply::new(500, "the simulator itself has broken down".into())
}

/// Lets a call happen as it was chosen for it.
async fn answer(world: &Arc<World>, call: Call) -> (Reply, Shape) {
    let wire = wire::of(world.config.supplier);
    let (call, plan, endpoint) = match choose(world, wire, call) {
        Ok(chosen) => chosen,
        Err(reply) => return (reply, Shape::Whole),
    };
    let looked = (endpoint == Endpoint::Submit).then(|| wire.look_before(&world.open(), &call));
    if let Some(count) = plan.together {
        world.meet(count).await;
    }
    if let Some(Err(reply)) = looked {
        return (reply, plan.shape);
    }
    let gap = wire.gap(&world.open());
    if endpoint == Endpoint::Submit && !gap.is_zero() {
        tokio::time::sleep(gap).await;
    }
    let shape = plan.shape;
    let reply = execute(world, wire, call, plan).await;
    push::send_urgent(world).await;
    world.moved.notify_one();
    (reply, shape)
}

/// Checks who calls and chooses what happens.
fn choose(world: &World, wire: &dyn Wire, call: Call) -> Result<(Call, Plan, Endpoint), Reply> {
    let mut state = world.open();
    let endpoint = wire.endpoint(&call);
    let subject = wire.subject(&state, &call);
    let allowed = wire.authorize(&state, &call);
    let plan = match allowed {
        Ok(()) => {
            let suffix = state.suffix_of(&subject);
            let suffix = suffix.filter(|fault| wire.strikes(*fault, endpoint, &call));
            let rule = state.rule_for(endpoint, &subject).or(suffix.map(Rule::new));
            rule.map(|rule| Plan::of(&rule, &world.config.times))
                .unwrap_or_default()
        }
        Err(_) => Plan::default(),
    };
    let record = CallRecord {
        at: state.now,
        request: format!("{} {}", call.method, call.raw_path),
        endpoint,
        phone: subject.phone,
        reference: subject.reference,
        authorized: allowed.is_ok(),
        fault: plan.fault,
    };
    state.journal.call(record);
    allowed.map(|()| (call, plan, endpoint))
}

/// Does what was asked for, now or later.
async fn execute(world: &World, wire: &'static dyn Wire, call: Call, plan: Plan) -> Reply {
    if plan.skipped {
        return wire.broken(&world.open(), &call);
    }
    if let Some(refusal) = &plan.refusal {
        return wire.refuse(&mut world.open(), &call, refusal);
    }
    let Some(wait) = plan.wait else {
        return executed(&mut world.open(), wire, &call, &plan);
    };
    let (sender, answered) = oneshot::channel();
    world.open().after(wait, move |state| {
        // Nobody may be left to read the answer: that is what the fault is about.
        let _ = sender.send(executed(state, wire, &call, &plan));
    });
    world.moved.notify_one();
    answered.await.unwrap_or_else(|_| broken_down())
}

fn executed(state: &mut State, wire: &dyn Wire, call: &Call, plan: &Plan) -> Reply {
    let reply = wire.answer(state, call, &plan.course);
    match plan.shape {
        Shape::ServerError => wire.broken(state, call),
        Shape::UnknownCode => wire.refuse(state, call, &Refusal::UnknownCode),
        _ => reply,
    }
}

/// Shows of an answer what the caller is to see.
fn disguise(reply: Reply, shape: Shape, breaker: &Breaker) -> Response {
    let (mut response, text) = show(reply);
    match shape {
        Shape::Whole | Shape::ServerError | Shape::UnknownCode => {}
        Shape::Dropped => breaker.break_connection(),
        Shape::Empty => *response.body_mut() = Body::empty(),
        Shape::Truncated => *response.body_mut() = text.slice(..text.len() / 2).into(),
        Shape::Html => {
            response = plain(StatusCode::OK, "<html><body><h1>Please wait</h1></body></html>");
            let html = axum::http::HeaderValue::from_static("text/html");
            response.headers_mut().insert("content-type", html);
        }
    }
    response
}

fn show(reply: Reply) -> (Response, Bytes) {
    let text = Bytes::from(reply.body.to_string());
    let mut response = Response::builder()
        .status(reply.status)
        .header("content-type", "application/json");
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let response = response.body(text.clone().into()).expect("headers are plain text");
    (response, text)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
