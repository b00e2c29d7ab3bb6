//! Commands that are promised and not built yet: they say so instead of being unknown.

use clap::Args;

use crate::failure::Failure;

/// A command that takes whatever it will take one day.
#[derive(Debug, Args)]
pub(crate) struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _arguments: Vec<String>,
}

impl Later {
    pub(crate) fn run(self, what: &str) -> Result<(), Failure> {
        Err(Failure::NotBuiltYet(what.to_owned()))
    }
}
