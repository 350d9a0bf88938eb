//! Starting a simulator, and the hand on a running one.

use std::{io, net::Ipv4Addr, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use rust_decimal::Decimal;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    clock::Moment,
    config::{CallbackTarget, Config, Supplier},
    journal::{CallRecord, PushRecord},
    push, serve,
    socket::{BreakableListener, Breaker},
    world::{
        World,
        changes::Change,
        delivery::Delivery,
        rules::{Rule, RuleError},
        transaction::Transaction,
        wallet::Wallet,
    },
};

/// Starts simulators.
#[derive(Debug)]
pub struct Simulator;

/// A running simulator; it ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    world: Arc<World>,
    tasks: [JoinHandle<()>; 2],
    connections: Breaker,
}

/// However far away the next event is, the time is looked at this often: it may stand still or jump.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// And not more often than this, when something is due on a clock that stands still.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_millis(10);

impl Simulator {
    /// Starts a simulator on 127.0.0.1.
    pub async fn start(config: Config) -> io::Result<Running> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await?;
        let address = listener.local_addr()?;
        let world = Arc::new(World::new(config));
        let router = Router::new().fallback(serve::serve).with_state(Arc::clone(&world));
        let service = router.into_make_service_with_connect_info::<Breaker>();
        let connections = Breaker::default();
        let all = connections.clone();
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(BreakableListener { listener, all }, service).await {
                tracing::error!(%error, "The simulator has stopped");
            }
        });
        let tasks = [serving, tokio::spawn(live(Arc::clone(&world)))];
        Ok(Running {
            address,
            world,
            tasks,
            connections,
        })
    }
}

/// Lets happen what is due and sends what is to be sent, also when nobody calls.
async fn live(world: Arc<World>) {
    loop {
        push::send_all(&world).await;
        let pause = world.next_due().unwrap_or(LOOK_EVERY);
        tokio::select! {
            () = world.moved.notified() => {}
            () = tokio::time::sleep(pause.clamp(LOOK_AT_MOST_EVERY, LOOK_EVERY)) => {}
        }
    }
}

impl Running {
    /// Where the supplier's API begins: what one would configure instead of the real one.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.world.config.supplier.base_path())
    }

    /// Where the admin endpoints are.
    pub fn admin_url(&self) -> String {
        format!("http://{}{}", self.address, crate::admin::PATH)
    }

    /// Who is simulated.
    pub fn supplier(&self) -> Supplier {
        self.world.config.supplier
    }

    /// Every transaction, the oldest first.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.world.open().transactions.clone()
    }

    /// What really reached each phone, the oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world.open().deliveries.clone()
    }

    /// The money and every movement of it.
    pub fn wallet(&self) -> Wallet {
        self.world.open().wallet.clone()
    }

    /// Makes what can be spent this much.
    pub fn set_wallet(&self, available: Decimal) {
        let mut state = self.world.open();
        let now = state.now;
        state.wallet.set(available, now);
    }

    /// Chooses a fault; returns the rule's number.
    pub fn add_rule(&self, rule: Rule) -> Result<u64, RuleError> {
        self.world.open().rules.add(rule)
    }

    /// Takes all rules away. Recipients' last digits still mean what they mean.
    pub fn clear_rules(&self) {
        self.world.open().rules.remove(None);
    }

    /// Moves the simulator's time ahead; what becomes due happens.
    pub fn advance(&self, duration: Duration) {
        self.world.advance(duration);
    }

    /// The simulator's time.
    pub fn now(&self) -> Moment {
        self.world.open().now
    }

    /// Takes the deliveries with a reference back; returns how many there were.
    pub fn reverse(&self, reference: &str) -> usize {
        let mut state = self.world.open();
        let ids: Vec<_> = state.with_reference(reference).map(|found| found.id).collect();
        let reversed = ids.into_iter().filter(|id| state.reverse(*id)).count();
        drop(state);
        self.world.moved.notify_one();
        reversed
    }

    /// Changes a product, by the supplier's name for it.
    pub fn change_catalogue(&self, product: &str, change: Change) {
        self.world.open().changes.change(product, change);
    }

    /// Undoes every change of the catalogue.
    pub fn restore_catalogue(&self) {
        self.world.open().changes.restore();
    }

    /// Says where pushes go.
    pub fn set_callback(&self, target: CallbackTarget) {
        self.world.open().callback = Some(target);
    }

    /// The latest calls, the oldest first.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.world.open().journal.calls()
    }

    /// The latest pushes, the oldest first.
    pub fn pushes(&self) -> Vec<PushRecord> {
        self.world.open().journal.pushes()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.connections.break_connection();
        for task in &self.tasks {
            task.abort();
        }
    }
}
