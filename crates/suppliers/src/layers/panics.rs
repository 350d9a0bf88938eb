//! A panic in one call ends that call only.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// The call panicked; the panic hook has printed where.
pub(super) struct Panicked;

/// Runs a call until it answers or panics. It is never polled again after a panic.
pub(super) async fn caught<T>(call: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut call = pin!(call);
    poll_fn(
        // What a panic may leave half done is the connector's own, and each of its calls starts anew.
        move |context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
            Err(_) => Poll::Ready(Err(Panicked)),
            Ok(Poll::Ready(answer)) => Poll::Ready(Ok(answer)),
            Ok(Poll::Pending) => Poll::Pending,
        },
    )
    .await
}
