//! Logs on stderr: warnings unless `-v` asks for more.

use tracing_subscriber::EnvFilter;

/// Starts logging. Each `-v` adds a level; `RUST_LOG` overrides both.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if verbose == 0 {
        logs.without_time().with_target(false).init();
    } else {
        logs.init();
    }
}
