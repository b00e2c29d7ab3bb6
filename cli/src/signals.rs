//! SIGINT and SIGTERM: the first ends the job in order, the second at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first signal cancels; the second signal ends the process.
///
/// # Errors
/// The operating system refuses the handlers.
pub(crate) fn stop_token() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => 130,
                _ = terminate.recv() => 143,
            }
        };
        next().await;
        first.cancel();
        let status = next().await;
        std::process::exit(status);
    });
    Ok(stop)
}
