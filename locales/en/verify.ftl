### Words of those who verify evidence: custos-verify and custos audit verify.

file-unusable = { $path } cannot be used: { $reason }
verify-intact = The log is intact.
verify-altered = { $findings ->
    [one] The log was altered: { $findings } finding.
   *[other] The log was altered: { $findings } findings.
}
verify-finding = { $finding } ({ $place })
verify-place-index = number { $value }
verify-place-from = from { $value }
verify-place-to = to { $value } (exclusive)
verify-place-entries = entries present: { $value }
verify-place-size = entries signed: { $value }
verify-place-trusted-size = entries in the trusted checkpoint: { $value }
verify-place-level = level { $value }
verify-place-child = hash { $value }
verify-place-reason = { $value }
verify-reason-too-large = too large
verify-reason-unknown-key = signed with an unknown key
verify-reason-wrong-signature = wrong signature
verify-reason-malformed = not a checkpoint
verify-reason-wrong-origin = of another log
verify-reason-wrong-size = stored under another size
verify-more = and { $count } more
verify-origin = Log: { $origin }
verify-key = Signed with: { $key }
verify-size = Entries under the newest checkpoint: { $size }
verify-range = Entries in the file: { $from } to { $to } (exclusive), { $checked } compared
verify-checkpoints = Checkpoints checked: { $count }
verify-exported-at = Exported, by its own account, at { $at }
verify-continues-trusted = It continues the trusted checkpoint.
verify-key-unproven = The key came with the file. Compare it with one obtained on another way, or give that with --key: anybody can make a file that only fits together.
verify-other-key = { $path } is signed with another key than the one given with --key. It is not this log, or not its keeper.
verify-key-malformed = The verifier key is not one: { $reason }. It looks like custos/audit/…+…+…
verify-trusted-refused = The checkpoint given with --trusted is not one of this log: { $reason }
verify-not-evidence = { $path } is not a usable evidence file: { $reason }
io-not-found = there is no such file or folder
io-permission-denied = permission denied
io-exists = it exists already
io-is-folder = it is a folder
io-storage-full = the disk is full
io-read-only = the disk can only be read
io-connection-refused = nobody answers there
io-connection-lost = the connection broke
io-timed-out = no answer in time

## Witnesses and policies

verify-place-witness = witness { $value }
verify-place-digest = SHA-256 { $value }
verify-policy = Policy in force since { $at }, by entry { $index }: policies/{ $digest }
verify-witnessed = Signed by enough witnesses: the first { $size } entries
verify-witness = { $witness }, at { $at } by its own clock
verify-witness-malformed = The witness key is not one: { $reason }. It looks like name+…+…
verify-policy-malformed = { $path }: line { $line } of the witness policy cannot be read.
verify-quorum-range = --quorum must be between 1 and the number of witnesses given, { $count }.
verify-not-provable = Nothing can be proven from { $path }: { $reason }. Verify it first: custos-verify FILE

## Two logs, one entry

divergence-same = Both files hold the same log: { $size } entries.
divergence-continues = One log continues the other: its first { $old } of { $new } entries are those of the other. Proof of consistency:
divergence-proven = The logs are divergent. The same key signed two histories: entry { $index } is one in the first log and another in the second. Both proofs hold; whoever has the public key can check them.
divergence-first = First log, leaf hash { $leaf }
divergence-second = Second log, leaf hash { $leaf }
proof-leaf = Proves that the entry with leaf hash { $leaf } is number { $index } of the log.

## Reports of access reviews

report-holds = The report is as it was signed.
report-pdf-holds = This is a PDF of a report. Every byte of it is as it was signed.
report-pdf-digest = SHA-256 of the PDF before its signature: { $value }
report-altered = The report was altered, or another log signed it.
report-none = { $path } is not a report of an access review.
report-name = Review: { $value }
report-ended = Ended: { $value }
report-count = { $outcome }: { $value }
report-digest = SHA-256 of the report, also in the entry access_review.end: { $value }
report-outcome-withdrawn = withdrawn
report-outcome-lapsed = withdrawn, undecided
report-outcome-kept = kept
report-outcome-undecided = kept, undecided
report-outcome-no-reviewer = kept, nobody may review
report-outcome-last-administrator = kept, last administrator
report-outcome-changed = kept, changed meanwhile
report-outcome-gone = gone before
report-outcome-tampered = kept, could not be verified

## Use

use = Use:
    { "  " }custos-verify FILE [--key KEY] [--trusted CHECKPOINT] [--witness KEY]… [--quorum N] [--witness-policy POLICY]
    { "  " }custos-verify divergence FILE FILE [--key KEY]
    { "  " }custos-verify proof FILE INDEX [--key KEY]
    { "  " }custos-verify report FILE [--key KEY]
    { "" }
    --key             the log's public key, or a file with it, obtained on another way than the evidence
    --trusted         a file with an older checkpoint, kept elsewhere, which the log must continue
    --witness         the public key of a witness, or a file with it; may be given several times
    --quorum          how many of these witnesses must have signed; all unless given
    --witness-policy  a file that says whose signatures are enough (C2SP tlog-policy)
    --json            answer for programs
    --lang            zh-CN or en
    { "" }
    Exit code 0: everything holds. 1: something is wrong with the log. 2: not verified.
use-unknown = Unknown option: { $option }
use-value = { $option } needs a value.
use-wrong = { $option } cannot be { $value }.
