//! What runs side by side, and when to stop it.

use std::{future::poll_fn, io, pin::Pin, task::Poll};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};

use super::ServeError;

/// What runs, and what to call it.
#[derive(Default)]
pub(super) struct Tasks(Vec<(&'static str, JoinHandle<()>)>);

impl Tasks {
    pub(super) fn start(&mut self, part: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.0.push((part, tokio::spawn(task)));
    }

    /// Waits until one ends that should not have: by a panic, or just so.
    pub(super) async fn ended(&mut self) -> ServeError {
        poll_fn(|context| {
            for (part, task) in &mut self.0 {
                if Pin::new(task).poll(context).is_ready() {
                    return Poll::Ready(ServeError::Ended { part });
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until all have ended.
    pub(super) async fn finish(&mut self) {
        for (_, task) in self.0.drain(..).filter(|(_, task)| !task.is_finished()) {
            let _ = task.await;
        }
    }
}

/// SIGTERM and Ctrl-C.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes them from now on: until then either ends the program at once.
    pub(crate) fn take() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
