# Sourced by the scripts beside it: where things are, and how to say so.
# shellcheck shell=bash disable=SC2034 # the scripts that source this file read the variables

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Downloaded tools live outside the clone, so that a fresh clone does not fetch them again.
tools=${CUSTOS_TOOLS:-$HOME/.cache/custos/tools}
target=${CARGO_TARGET_DIR:-$root/target}
export CARGO_TARGET_DIR=$target
export PATH="$tools/node/bin:$HOME/.cargo/bin:$PATH"

# Every cargo call of these scripts goes through the same selection of packages. Naming a single package, or leaving
# out the development dependencies, changes the unified features and would compile much of the tree a second time;
# `--examples` (they are few and small) brings the development dependencies in without building the tests.
cargo_selection=(--locked --workspace)
cargo_binary_selection=("${cargo_selection[@]}" --bins --examples)

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
warn() { printf '\033[33m!! %s\033[0m\n' "$*" >&2; }
die() {
  printf '\033[31m!! %s\033[0m\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# version_at_least 1.96.0 1.95 → true
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# digest_of_sources FILE-OR-FOLDER… → one hash over names and contents. Compared with the hash of the last build,
# because modification times lie after a checkout.
digest_of_sources() {
  find "$@" -type d \( -name node_modules -o -name dist \) -prune -o -type f -print0 2>/dev/null |
    LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d ' ' -f 1
}
