//! The running program: opens everything, serves, delivers, and stops without losing anything.
//!
//! Told to stop, it takes no more requests, finishes those under way, and lets the worker finish its
//! calls. What isn't finished by then is in the database as it stands: the next worker asks the
//! supplier about it, and never sends it again.

mod now_and_then;
mod suppliers;
mod tasks;

use std::{
    fs::DirBuilder,
    io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::Path,
    sync::{Arc, mpsc},
    time::Duration,
};

use ::suppliers::{Suppliers, sandbox};
use engine::{Context, Error, people};
use model::{Ids, SupplierName};
use tokio::{net::TcpListener, sync::watch};

use now_and_then::{keep_key_uses, keep_requests, refresh, sample};
pub(crate) use suppliers::open_suppliers;
pub(crate) use tasks::Signals;
use tasks::Tasks;

use crate::{
    App,
    app::AppOptions,
    catalog::SharedCatalog,
    clock::SystemClock,
    config::{Config, ConfigError, open_numbers},
    webhooks::{self, WebhookSettings},
    worker,
};

/// What runs in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// The API and a worker.
    Everything,
    /// The API alone.
    Api,
    /// A worker alone.
    Worker,
}

impl Parts {
    const fn named(self) -> &'static str {
        match self {
            Self::Everything => "the API and a worker",
            Self::Api => "the API; recarga worker has to deliver",
            Self::Worker => "a worker",
        }
    }
}

/// Why the program doesn't run, or runs no longer.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody else has the port.
    #[error("port {} is taken: stop what listens there, or choose another with {choose}", address.port())]
    PortTaken {
        /// Where it was to listen.
        address: SocketAddr,
        /// How to choose.
        choose: &'static str,
    },
    /// It can't listen there.
    #[error("can't listen on {address}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A folder can't be made.
    #[error("can't make the folder {folder}")]
    Folder {
        /// Which.
        folder: String,
        /// Why not.
        source: io::Error,
    },
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A sandbox can't be opened.
    #[error(transparent)]
    Sandbox(#[from] sandbox::OpenError),
    /// A supplier can't be called.
    #[error("supplier {name} can't be called")]
    Supplier {
        /// Which.
        name: SupplierName,
        /// Why not.
        source: reqwest::Error,
    },
    /// The metrics can't be counted.
    #[error(transparent)]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// A part of the program has ended by itself.
    #[error("{part} has ended by itself; the log says why")]
    Ended {
        /// Which.
        part: &'static str,
    },
    /// The system doesn't tell us when to stop.
    #[error("can't wait for signals")]
    Signals(#[source] io::Error),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// What listens, and everything behind it.
pub struct Server {
    /// Everything that is open.
    pub app: Arc<App>,
    config: Config,
    parts: Parts,
    listener: Option<TcpListener>,
    signals: Signals,
    public_url: String,
}

/// Makes the folders of the files that are written.
pub(crate) fn make_room(config: &Config) -> Result<(), ServeError> {
    let mut folders = vec![config.database()?.folder().to_owned()];
    if config.sandbox.enabled {
        let record = config.sandbox_settings()?.path.unwrap_or_default();
        folders.extend(record.parent().map(Path::to_owned));
    }
    folders.extend(suppliers::folders(config)?);
    for folder in folders.iter().filter(|folder| !folder.as_os_str().is_empty()) {
        // Balances and webhook secrets are the owner's business alone.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| ServeError::Folder {
            folder: folder.display().to_string(),
            source,
        })?;
    }
    Ok(())
}

/// Makes what the business is given. Links in events begin with the public URL.
pub(crate) fn context(config: &Config, public_url: &str) -> Context {
    Context {
        ids: Ids::random(),
        settings: config.settings(),
        present: Arc::new(crate::api::invoice_json(public_url)),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortTaken {
            address,
            choose: "--bind",
        },
        _ => ServeError::Listen { address, source },
    })
}

/// The address that a listener has in the end, where it was to take a free port.
fn local(listener: &TcpListener) -> Option<SocketAddr> {
    listener.local_addr().ok()
}

impl Server {
    /// Opens everything and listens; nobody is answered yet.
    pub async fn open(config: Config, parts: Parts) -> Result<Self, ServeError> {
        let signals = Signals::take().map_err(ServeError::Signals)?;
        let bind = match parts {
            Parts::Worker => config.worker_bind()?,
            Parts::Everything | Parts::Api => Some(config.bind()?),
        };
        let listener = match bind {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        // Links lead to the API, which isn't where a worker listens.
        let api = listener.as_ref().filter(|_| parts != Parts::Worker).and_then(local);
        let public_url = config.public_url(api.unwrap_or(config.bind()?));
        make_room(&config)?;
        let (told, failures) = mpsc::channel();
        let settings = config.clone();
        let suppliers = move |catalog: &SharedCatalog| {
            open_suppliers(&settings, catalog).unwrap_or_else(|error| {
                let _ = told.send(error);
                Suppliers::new()
            })
        };
        let Context { ids, settings, present } = context(&config, &public_url);
        let options = AppOptions {
            db: config.database()?.open()?,
            settings,
            suppliers: Box::new(suppliers),
            present,
            numbers: open_numbers(&config)?,
            ids,
            clock: Arc::new(SystemClock),
        };
        let app = App::open(options).await?;
        match failures.try_recv() {
            Ok(error) => Err(error),
            Err(_) => Ok(Self {
                app,
                config,
                parts,
                listener,
                signals,
                public_url,
            }),
        }
    }

    /// Where it listens, if it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.as_ref().and_then(local)
    }

    /// Where the API begins.
    pub fn base_url(&self) -> String {
        format!("{}/v2", self.public_url)
    }

    /// Where the pages begin, if there are any.
    pub fn pages_url(&self) -> Option<&str> {
        (self.config.pages.enabled && self.parts != Parts::Worker).then_some(self.public_url.as_str())
    }

    /// Makes the link by which the first owner comes in, as long as there is none.
    pub async fn setup_link(&self) -> Result<Option<String>, Error> {
        let Some(url) = self.pages_url() else {
            return Ok(None);
        };
        let (context, now) = (Arc::clone(&self.app.context), self.app.clock.now());
        let make = move |tx: &mut engine::db::Tx<'_>| people::setup_link(tx, &context.ids, now);
        let token = self.app.db.write_with(make).await?;
        Ok(token.map(|token| format!("{url}/setup/{token}")))
    }

    /// Serves and delivers until it is told to stop.
    pub async fn run(self) -> Result<(), ServeError> {
        let Self {
            app,
            config,
            parts,
            listener,
            mut signals,
            ..
        } = self;
        let (stop, stopped) = watch::channel(false);
        let metrics = crate::api::install_metrics()?;
        let mut tasks = Tasks::default();
        tasks.start("the gauges", sample(Arc::clone(&app), stopped.clone()));
        tasks.start("the uses of keys", keep_key_uses(Arc::clone(&app), stopped.clone()));
        tasks.start(
            "the counts of requests",
            keep_requests(Arc::clone(&app), stopped.clone()),
        );
        if parts != Parts::Api {
            tasks.start(
                "the worker",
                worker::run(Arc::clone(&app), config.worker_settings(), stopped.clone()),
            );
            tasks.start(
                "the webhooks",
                tell(Arc::clone(&app), config.webhook_settings(), stopped.clone()),
            );
        }
        if parts == Parts::Api {
            let every = config.worker_settings().sweep;
            tasks.start("the refresh", refresh(Arc::clone(&app), every, stopped.clone()));
        }
        if let Some(listener) = listener {
            let settings = config.api_settings(metrics);
            let router = match parts {
                Parts::Worker => crate::api::service_router(app, settings),
                Parts::Everything | Parts::Api => crate::api::router(app, settings),
            };
            let grace = Duration::from_secs(config.server.shutdown_grace_s);
            tasks.start("the listener", serve(listener, router, (stopped, grace)));
        }
        tracing::info!("Recarga {} runs: {}", env!("CARGO_PKG_VERSION"), parts.named());
        let ended = tokio::select! {
            () = signals.next() => Ok(()),
            ended = tasks.ended() => Err(ended),
        };
        tracing::info!("Stopping: requests and calls under way are finished");
        let _ = stop.send(true);
        tokio::select! {
            () = tasks.finish() => {}
            // Whoever asks twice doesn't want to wait: every order is resumable at any moment.
            () = signals.next() => tracing::warn!("Stopped at once"),
        }
        ended
    }
}

/// Sends webhooks. Where that can't be done, as without certificates to trust, all else goes on.
async fn tell(app: Arc<App>, settings: WebhookSettings, mut stopped: watch::Receiver<bool>) {
    webhooks::run(app, settings, stopped.clone()).await;
    if !*stopped.borrow() {
        tracing::error!("Webhooks wait until this is put right and the program started again");
        let _ = stopped.wait_for(|stop| *stop).await;
    }
}

/// Answers requests; told to stop, finishes those under way, for so long at most.
async fn serve(listener: TcpListener, router: axum::Router, (mut stopped, grace): (watch::Receiver<bool>, Duration)) {
    let mut told = stopped.clone();
    let served = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            let _ = told.wait_for(|stop| *stop).await;
        });
    let out_of_time = async {
        let _ = stopped.wait_for(|stop| *stop).await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        result = async { served.await } => {
            if let Err(error) = result {
                tracing::error!("Listening has ended: {error}");
            }
        }
        () = out_of_time => tracing::warn!("Requests were cut off after {grace:?}"),
    }
}
