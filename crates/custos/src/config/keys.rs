//! Every setting there is, declared once.

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in the configuration file; a dot stands for a table.
    pub name: &'static str,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// Whether it may stand in the configuration file and on the command line. A passphrase may not: files are copied,
    /// and command lines are seen by everybody on the machine.
    pub environment_only: bool,
}

impl Key {
    const fn plain(name: &'static str) -> Self {
        Self {
            name,
            secret: false,
            environment_only: false,
        }
    }

    const fn of_environment(name: &'static str) -> Self {
        Self {
            name,
            secret: true,
            environment_only: true,
        }
    }

    /// Its name in the environment, such as `CUSTOS_TLS_MIN_VERSION`.
    pub fn variable(&self) -> String {
        format!(
            "CUSTOS_{}",
            self.name.replace('.', "_").to_ascii_uppercase()
        )
    }

    /// Its name on the command line, such as `--tls-min-version`.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace(['.', '_'], "-"))
    }
}

/// Every setting.
pub const KEYS: &[Key] = &[
    Key::plain("data"),
    Key::plain("listen"),
    Key::plain("public_url"),
    Key {
        name: "database",
        secret: true,
        environment_only: false,
    },
    Key::plain("database_connections"),
    Key::plain("demo"),
    Key::of_environment("passphrase"),
    Key::plain("passphrase_file"),
    Key::plain("pkcs11.module"),
    Key::of_environment("pkcs11.pin"),
    Key::plain("pkcs11.pin_file"),
    Key::plain("transit.url"),
    Key::plain("transit.ca_file"),
    Key::of_environment("transit.token"),
    Key::plain("transit.token_file"),
    Key::plain("tls.cert"),
    Key::plain("tls.key"),
    Key::plain("tls.min_version"),
    Key::plain("limits.connections"),
    Key::plain("limits.header_seconds"),
    Key::plain("limits.idle_seconds"),
    Key::plain("log"),
    Key::plain("checkpoint_folder"),
];

/// The settings whose names are nearest to a wrong one, best first, at most three.
pub(super) fn nearest(wrong: &str) -> Vec<&'static str> {
    let allowed = (wrong.len() / 2).max(2);
    let mut candidates: Vec<(usize, &'static str)> = KEYS
        .iter()
        .filter(|key| !key.environment_only)
        .map(|key| {
            let last = key.name.rsplit('.').next().unwrap_or(key.name);
            // `min_version` outside its table is as likely as a slip of the finger.
            let distance = distance(wrong, key.name).min(distance(wrong, last) + 1);
            (distance, key.name)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    candidates.sort_unstable();
    candidates
        .into_iter()
        .map(|(_, name)| name)
        .take(3)
        .collect()
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
