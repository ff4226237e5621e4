//! `custos serve`

use super::arguments::ServeArguments;
use super::{Console, Failure};
use crate::config::Settings;
use crate::serve::{Running, stop_signal};
use crate::system::protect_process;
use std::io::{IsTerminal, stderr};

pub(super) fn run(arguments: ServeArguments, console: &Console) -> Result<u8, Failure> {
    let settings = arguments.settings.settings(arguments.demo)?;
    log_to_stderr(&settings);
    protect_process();
    super::runtime()?.block_on(async {
        let stop = stop_signal()?;
        let running = Running::start(settings).await?;
        running.announcement().print(arguments.announce, console);
        running.until(stop).await?;
        Ok(0)
    })
}

fn log_to_stderr(settings: &Settings) {
    let filter = tracing_subscriber::EnvFilter::new(filter(&settings.log));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .finish();
    // In tests another one may be there already; it does as well.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// A bare level is meant for this product: libraries would log frames and headers, and with them what people send.
fn filter(log: &str) -> String {
    match log.parse::<tracing::Level>() {
        Ok(level) => format!("warn,custos={level}"),
        Err(_) => log.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn a_bare_level_is_not_for_libraries() {
        assert_eq!(filter("debug"), "warn,custos=DEBUG");
        assert_eq!(filter("h2=trace"), "h2=trace");
    }
}
