//! Progress on stderr, where stderr is a terminal; nothing where it is not.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar towards a known number of records, or a counter where the end is not known.
pub(crate) fn records(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{elapsed_precise} [{wide_bar}] {human_pos}/{human_len} records ({per_sec}, {eta} left)",
        ),
        None => (
            ProgressBar::no_length(),
            "{elapsed_precise} {spinner} {human_pos} records ({per_sec})",
        ),
    };
    // indicatif hides the bar by itself where stderr is not a terminal.
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
