//! `recarga serve` and `recarga worker`.

use clap::Args;

use super::{Exit, Failure, Shared, output::print, output::print_json};
use crate::{
    serve::{Parts, Server},
    telemetry,
};

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen, such as 0.0.0.0:8080 [setting: server.bind]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// How clients reach the server [setting: server.public_url]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Doesn't deliver: a `recarga worker` beside it does [setting: worker.enabled]
    #[arg(long)]
    no_worker: bool,
    #[command(flatten)]
    own: Own,
}

#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// Where to answer /healthz, /readyz and /metrics, such as 127.0.0.1:9090 [setting: worker.bind]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    #[command(flatten)]
    own: Own,
}

/// What both take.
#[derive(Debug, Args)]
struct Own {
    /// What is logged, such as info or info,recarga=debug [setting: log.filter]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// How it is logged: human or json [setting: log.format]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// A newer file of numbering plans [setting: phone.data_file]
    #[arg(long, value_name = "FILE")]
    phone_data: Option<String>,
}

impl Own {
    fn settings(self) -> [(&'static str, Option<String>); 3] {
        [
            ("log.filter", self.log),
            ("log.format", self.log_format),
            ("phone.data_file", self.phone_data),
        ]
    }
}

impl Serve {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let Self {
            bind,
            public_url,
            no_worker,
            own,
        } = self;
        let worker = no_worker.then(|| "false".to_owned());
        let mut settings = own.settings().to_vec();
        settings.extend([
            ("server.bind", bind),
            ("server.public_url", public_url),
            ("worker.enabled", worker),
        ]);
        let config = shared.load(&settings)?;
        telemetry::install_logs(&config.log);
        super::desk::must_exist(&config.database()?)?;
        let parts = if config.worker.enabled {
            Parts::Everything
        } else {
            Parts::Api
        };
        let server = Server::open(config, parts).await?;
        let base_url = server.base_url();
        let setup_url = server.setup_link().await?;
        if shared.json {
            print_json(&serde_json::json!({ "base_url": base_url, "setup_url": setup_url }));
        } else {
            print(&format!("Recarga serves {base_url}"));
            if let Some(url) = server.pages_url() {
                print(&format!("People sign in at {url}/sign-in"));
            }
            if let Some(link) = setup_url {
                print(&format!(
                    "There is no owner yet. Whoever opens this link first becomes it, within a week:\n\n  {link}\n"
                ));
            }
        }
        server.run().await?;
        Ok(Exit::Done)
    }
}

impl Worker {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let Self { bind, own } = self;
        let mut settings = own.settings().to_vec();
        settings.push(("worker.bind", bind));
        let config = shared.load(&settings)?;
        telemetry::install_logs(&config.log);
        super::desk::must_exist(&config.database()?)?;
        let worker = Server::open(config, Parts::Worker).await?;
        if let Some(address) = worker.address() {
            let metrics_url = format!("http://{address}/metrics");
            if shared.json {
                print_json(&serde_json::json!({ "metrics_url": metrics_url }));
            } else {
                print(&format!("Recarga works and counts at {metrics_url}"));
            }
        }
        worker.run().await?;
        Ok(Exit::Done)
    }
}
