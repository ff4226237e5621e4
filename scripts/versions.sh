# Versions of the tools that are not dependencies of the code (those are in the lock files).
# shellcheck shell=bash disable=SC2034 # read by the scripts that source this file

# The oldest that build Custos.
RUST_VERSION=1.95
NODE_VERSION=20.19
POSTGRES_VERSION=15

# What is fetched where the distribution has nothing new enough.
NODE_FALLBACK=22.23.3
NPM_FALLBACK=11
CARGO_DENY=0.20.2
SCIM2_TESTER=0.5.2
