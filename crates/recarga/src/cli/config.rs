//! `recarga config`: the settings that hold.

use clap::Args;

use super::{Exit, Failure, Shared, output::print};
use crate::config::{DEFAULT, SUPPLIERS};

#[derive(Debug, Args)]
pub(crate) struct PrintConfig {
    /// Prints the defaults instead, each with its comment
    #[arg(long)]
    default: bool,
    /// Prints the settings of each kind of supplier instead, each with its comment
    #[arg(long, conflicts_with = "default")]
    suppliers: bool,
}

impl PrintConfig {
    pub(crate) fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        if self.default {
            print(DEFAULT.trim_end());
            return Ok(Exit::Done);
        }
        if self.suppliers {
            print(SUPPLIERS.trim_end());
            return Ok(Exit::Done);
        }
        let config = shared.load(&[])?;
        shared
            .output()
            .one(&config.redacted(), || config.to_toml().trim_end().to_owned());
        Ok(Exit::Done)
    }
}
