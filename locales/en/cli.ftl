### What the command line says. Every sentence names the thing, the reason and what helps.

failed = This did not succeed: { $reason }
refused = This was refused: { $code }.

## Configuration

config-unreadable = The configuration file { $source } cannot be read: { $reason }
config-not-toml = { $source }, line { $line }: this is not TOML: { $reason }
config-unknown-key = { $source }: there is no setting { $key }. Nearest: { $nearest }.
config-environment-only = { $source }: { $key } must not stand in a file. Give it in the environment variable { $variable }.
config-wrong-kind = { $source }: { $key } must be a text, a whole number, true or false.
config-value-invalid = { $source }: { $key } cannot be { $value }. Expected: { $expected }.
config-tls-pair = tls.cert and tls.key belong together: give both, or neither.

## Data folder and keys

data-none = There is no installation in { $path }. Name its folder with --data, or start it with custos serve.
data-in-use = { $path } is in use by another Custos. Stop that one first, or name another folder with --data.
key-missing = The root key { $path } is missing, and without it the data cannot be opened. Put it back from your backup of the key.
key-wrong = The key file { $path } does not belong to its own keyring: it was put together from two, or altered. Put it back from your backup of the key.
key-readable = { $path } can be read by others on this machine. Close it: chmod 600 { $path }
key-of-other-data = The root key { $path } does not belong to this database. Put the right key in its place.
passphrase-missing = { $path } needs its passphrase. Give it in the environment variable CUSTOS_PASSPHRASE, or a file with --passphrase-file.
passphrase-wrong = The passphrase does not open { $path }, or the file was altered.
key-wrong-from-home = What the security module or key service gave does not open the keyring in { $path }: it is another key, the key file was altered, or the answer was wrong. Nothing was opened.
secret-empty = The first line of { $path } is empty; it should be the passphrase, PIN or token.
pkcs11-module-unset = A security module keeps the root key, and no PKCS#11 library is named. Give it with --pkcs11-module, in the environment variable CUSTOS_PKCS11_MODULE, or as pkcs11.module in the configuration.
pkcs11-module-missing = There is no PKCS#11 library { $path }. Check --pkcs11-module, and that the security module's software is installed.
pkcs11-module-unusable = The PKCS#11 library { $path } cannot be used: { $reason }
pkcs11-token-missing = { $count ->
    [0] The security module has no token { $token }, and none at all that was initialised. Check that it is connected and its library configured.
   *[other] The security module has no token { $token }. It has: { $tokens }.
}
pkcs11-pin-missing = The token { $token } needs its PIN. Give it in the environment variable CUSTOS_PKCS11_PIN, or a file with --pkcs11-pin-file.
pkcs11-pin-wrong = The PIN of the token { $token } is wrong. Check it before you try again: wrong PINs lock the token.
pkcs11-pin-locked = The token { $token } is locked after wrong PINs. Whoever administers the security module has to unlock it.
pkcs11-key-missing = The token { $token } has no key { $key }, and without it the root key cannot be opened. Connect the right security module, or restore its backup.
pkcs11-key-several = The token { $token } has several keys { $key }. Keep one of them, or choose another name.
pkcs11-key-extractable = The key { $key } of the token { $token } can be taken out, or could be once (it was imported, for example), and must not keep the root key. Choose another name with --key: the security module then makes a new one.
pkcs11-wrong-answer = The key { $key } of the token { $token } does not open the root key, or did not give it back as it was. It is another key than the one then, or the key file was altered.
pkcs11-failed = The token { $token } reports an error: { $reason }
transit-url-unset = A key service keeps the root key, and its address is not given. Give it with --transit-url, in the environment variable CUSTOS_TRANSIT_URL, or as transit.url in the configuration.
transit-token-missing = The key service asks for a token. Give it in the environment variable CUSTOS_TRANSIT_TOKEN, or a file with --transit-token-file.
transit-name = The mount { $mount } or the key { $key } of the key service is not a name: letters, digits, dots, hyphens and underscores.
transit-unreachable = The key service { $url } cannot be reached: { $reason }. Nothing was opened; start again when it answers.
transit-silent = The key service { $url } did not answer within { $seconds } seconds. Nothing was opened; start again when it answers.
transit-unavailable = The key service { $url } cannot serve now (status { $status }): it may be sealed, or changing over. Nothing was opened; start again when it answers.
transit-refused = The key service { $url } refuses the token: it has run out, or may not use the key { $key } of { $mount }.
transit-missing = The key service { $url } has no key { $key } in { $mount }. Check the mount and the name.
transit-failed = The key service { $url } did not do it (status { $status }): { $reason }
transit-wrong-answer = The key service { $url } gave back something else than was asked for. It was not used, and everything is as before.

## Database

database-not-opened = The database cannot be opened: { $reason }
database-too-new = { $reason }
database-busy = The database has no connection free. Try again, or raise database_connections.
database-failed = The database reports an error: { $reason }
organisation-none = No organisation is set up yet.
organisation-several = There are several organisations. Name one with --organisation: { $ids }
organisation-unknown = There is no organisation { $id }.

## Server

listen-in-use = --listen { $listen } is taken by another program. Stop that one, or choose another port.
listen-not-allowed = --listen { $listen }: this account may not use the port. Choose one from 1024 on.
listen-failed = --listen { $listen } is not possible: { $reason }
tls-refused = Certificate and key cannot be used together: { $reason }
serve-ready = Custos is ready: { $url }
serve-fingerprint = It made its certificate itself; the browser will ask once. SHA-256 { $fingerprint }
serve-setup = Set it up at { $url } with the setup code { $code }
serve-links = One-time sign-in links of the demonstration:

## Audit log

export-range = --from must not be greater than --to.
export-written = Written: { $path }

## Accounts

user-active = active
user-inactive = disabled
user-totp = second step set up
user-no-totp = no second step
user-disabled = { $login } is disabled.
user-totp-reset = { $login } has to set up the second step at the next sign-in.
user-link-once = The link works once, for 24 hours. Whoever has it can sign in: hand it over in person.

## Doctor

doctor-configuration = Configuration: understood.
doctor-environment = Environment: no unknown variable.
doctor-environment-unknown = Environment: variables without effect: { $names }
doctor-folder = Data folder { $path }: for its owner only.
doctor-folder-open = Data folder { $path } is open to others. Close it: chmod 700 { $path }
doctor-key = Root key { $path }: for its owner only, and opens. Its home: { $home }.
doctor-key-people = Root key { $path }: not looked at, since nobody is asked for shares here. Its home: { $home }.
doctor-database-people = The database was not looked at: the root key is with people. See the pages once the server is unsealed.
doctor-keys = The organisation's key: { $suite }, { $rotation }
doctor-rotation-none = never rotated
doctor-rotation-open = a rotation is not finished
doctor-rotation = last rotated { $at }
doctor-disk = Disk: { $megabytes } MiB free.
doctor-disk-scarce = Disk: only { $megabytes } MiB free. Make room soon.
doctor-disk-full = Disk: only { $megabytes } MiB free. The database will soon be unable to write: make room now.
doctor-certificate = Certificate: valid until { $until }, for { $names }.
doctor-certificate-later = Certificate: the server makes one at its first start.
doctor-certificate-unreadable = Certificate: it cannot be read as one.
doctor-certificate-early = Certificate: not valid yet (until { $until }, for { $names }). Is the clock right?
doctor-certificate-expired = Certificate: expired on { $until }. Put a new one in its place.
doctor-certificate-soon = Certificate: expires on { $until }. Renew it.
doctor-tls = TLS 1.3 only.
doctor-tls-old = TLS 1.2 is allowed. Set tls.min_version to 1.3 once every client can do it.
doctor-storage-embedded = Storage: the embedded database, encrypted as a whole.
doctor-storage-server = Storage: PostgreSQL, over TLS, sensitive fields sealed. Whether its disk is encrypted cannot be seen from here: make sure of it.
doctor-records = Records: references are whole.
doctor-records-faults = Records: { $faults } references are wrong, the first: { $first }. Compare with a backup.
doctor-records-unread = Records: cannot be looked at. { $reason }
doctor-database = { $organisations ->
    [one] Database: opens, tables up to date, { $organisations } organisation.
   *[other] Database: opens, tables up to date, { $organisations } organisations.
}
doctor-integrity = Database file: every page is as it was written, and they fit together.
doctor-damage = Database file: damaged. Stop the server, copy the data folder away and restore a backup. { $remarks }
doctor-database-older = { $steps ->
    [one] Database: opens; { $steps } step of its tables is missing. The server adds it at its next start; make a backup before.
   *[other] Database: opens; { $steps } steps of its tables are missing. The server adds them at its next start; make a backup before.
}
doctor-database-none = Database: made at the first start.
doctor-database-running = Database: a server has it open; stop that one to have it looked at.
doctor-keys-foreign = Keys: the root key does not open the organisation's key. Put the right root key in its place.
doctor-log = Audit log: the newest checkpoint is validly signed, over { $size } entries.
doctor-log-forged = Audit log: the newest checkpoint is not validly signed. Verify the log.
doctor-log-unsigned = Audit log: no checkpoint yet.
doctor-clock = Clock: { $now }; the newest checkpoint is of { $signed_at }.
doctor-clock-behind = Clock: { $now } lies before the newest checkpoint ({ $signed_at }). Set the clock right.

## Files people download

file-customers = Customers
file-rejected = Rejected rows
file-row = Row
file-reason = Reason

## Command line: reasons of the system

## Import and export

remote-address = { $server } is not the address of a server. It looks like https://host:8443
remote-unknown-host = There is no host of the name in { $server }. Check --server.
remote-unreachable = { $server } cannot be reached: { $reason }. Check that the server runs, and --server.
remote-untrusted = The certificate of { $server } is not trusted ({ $reason }). If the server made it itself, give its certificate with --ca or, on the same machine, its data folder with --data.
remote-no-certificate = { $path } holds no certificate (PEM).
remote-not-custos = { $server } answers, but not as Custos does. Check --server.
remote-ask-password = Password of { $account }:
remote-ask-code = Code of the authenticator app:
remote-account-missing = Say who acts: an account with --account, or a program with an API key in --api-key-file or in the environment variable CUSTOS_API_KEY.
remote-key-missing = The API key is missing. Give a file with --api-key-file, or - for standard input.
remote-key-malformed = That is not an API key: it begins with custos_. Nothing was sent to the server.
remote-password-missing = The password is missing. Give a file with --password-file, or - for standard input.
remote-code-missing = The code of the authenticator app is missing. Give a file with --totp-file, or - for standard input.
approval-waits = Sent for approval as { $id }. Waiting until somebody has decided; Ctrl-C stops waiting, and --approval { $id } carries it out later.
approval-still-waits = No longer waiting. Once { $id } is approved, run the same command with --approval { $id }.
approval-not-given = Not approved ({ $state }). Nothing was done.
remedy-approval-needed = Run the same command with --await-approval, or ask on the page.
remote-enrol-first = The account has no second step yet. Sign in once with a browser at { $server }.
refused-field = { $field }: { $reason }
remedy-session-credentials-wrong = Check --account and the password.
remedy-api_key-refused = Check on the page API keys until when it works and from which networks, and the key itself.
remedy-session-totp-wrong = Give the code that the app shows now. Each code works once; after a sign-in wait for the next one.
remedy-forbidden = The roles of the account, or the permissions of the API key, do not allow it. Ask the security administrator, or use another account.
remedy-import-mapping-name_missing = Name it with --map, such as --map 2=name
remedy-import-mapping-field_unknown = The names of the fields are listed by GET /api/v1/fields, and beside each column above.
remedy-import-mapping-duplicate = Leave one of the columns out: --map COLUMN=ignore
remedy-import-state = Show the import on the page, or upload the file again.
remedy-file-unknown_encoding = Known are, among others, utf-8, gb18030, big5, utf-16le, windows-1252 and shift_jis.
remedy-request-too_large = A file may have at most { $max } bytes. Split it.
remedy-file-sheet_not_found = Check --sheet.
remedy-file-header_row_missing = Check --header-row.
remedy-field-unknown = The names of the fields are listed by GET /api/v1/fields.

progress-uploading = Uploading
progress-importing = { $rows ->
    [one] Importing, { $rows } row
   *[other] Importing, { $rows } rows
}
progress-receiving = Receiving
progress-line = { $what }: { $amount }
transfer-exists = { $path } exists. Choose another name, or replace it with --force.
transfer-cut = The connection ended before the file was whole ({ $reason }). Nothing was kept; try again.
transfer-stopped = Stopped. Nothing was kept.
export-choice-unknown = There is no choice “{ $code }”. There are: { $codes }.

import-no-file = Say which file to import.
import-id-malformed = { $id } is not the id of an import.
import-column-unknown = The file has no column “{ $column }”. It has: { $columns }.
import-detected-text = CSV, { $encoding }, delimiter: { $delimiter }; { $headers }; exported from: { $preset }
import-detected-workbook = XLSX, sheet { $sheet }; { $headers }; exported from: { $preset }
import-headers-row = headers in row { $row }
import-headers-none = no headers
import-warning = Note: { $text }
import-warning-rows = Note: { $text } ({ $rows ->
    [one] { $rows } row
   *[other] { $rows } rows
})
import-column = { "  " }{ $number } { $column } → { $field } ({ $name })
import-column-left-out = { "  " }{ $number } { $column } → left out
import-preview = { $rows ->
    [one] First row
   *[other] First { $rows } rows
}: { $create } created, { $update } merged, { $skip } skipped, { $reject } rejected. Nothing was stored.
import-preview-row = Row { $row } · { $outcome } · { $values }
import-preview-note = { "  " }{ $severity } { $field }: { $reason }
import-equation = { $read } read = { $created } created + { $updated } merged + { $skipped } skipped + { $rejected } rejected
import-rejected-file = Rejected rows with their reasons: { $path }
import-stopped-early = Stopped. Nothing was imported.
import-stopped = Stopped. Customers imported so far stay. To go on:
    { $command }
import-interrupted = The server was interrupted. Nothing is stored twice; to go on: { $command }
import-lost = The server may go on without this command. To wait for it or go on:
    { $command }
import-failed = The import failed: { $reason }

## Witness

witness-no-log = Name at least one log with --log: the public key that its audit page shows.
witness-ready = This witness takes checkpoints at { $url }/add-checkpoint
witness-key = Its public key, to be entered in the log settings of Custos: { $key }

## Years of the log, and the automated audit

audit-findings-none = Nothing was found.
log-years-none = No year of the log is over yet.
log-year = { $year }: { $entries } entries, { $state }
log-state-sealed = sealed
log-state-archived = sealed and archived
log-state-removed = archived and removed
log-nothing = There is nothing to archive.
log-archived = { $year } archived and verified: { $path }
log-archive-holds = { $year } was archived before and holds: { $path }
log-removed = { $year }: { $entries } entries removed. Their hashes stay, and the log verifies as before.
log-not-sealed = { $year } is not sealed, or was removed already: a year is sealed once it is over.
log-not-signed = { $year } has no signed checkpoint after its seal yet. Try again in a moment.
log-removed-already = The entries of { $year } were removed already.
log-too-early = The entries of { $year } still have to stay: see how long entries are kept, under Years in the audit desk.
log-older-left = Before { $year } there is an older year that has not been removed. Remove that one first.
log-archive-wrong = { $path } is not the whole, unaltered archive of { $year }: { $reason }
