//! Who is calling: organisation, accounts, passwords, TOTP, sessions, first-run setup.
