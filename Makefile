# Custos 守客. `make run` and `make test` are all one needs; the work is done by the scripts in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test check bench generate format clean

# Settings of `make run`, also taken from the environment.
export DEMO DATA DATABASE ADDR PROFILE

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1\t/' | expand -t 20
	@echo
	@echo '  make run takes: DEMO=1 (an organisation to try), DATA=folder (default ./data), ADDR=host:port (default'
	@echo '  localhost:8443), DATABASE=postgres://… (default: the embedded database), PROFILE=release (slower to build).'

run: ## Install what is missing, build, and start Custos on https://localhost:8443
	@scripts/run

test: ## Everything: checks, tests on both database engines, the web page, a real browser
	@scripts/test

check: ## The fast loop: formatting, lints, licences, layout, freshness of generated files
	@scripts/install build check
	@scripts/check

bench: ## Measure speed beside its limits; prints, asserts nothing
	@scripts/install build test
	@bench/run

generate: ## Renew the generated files: OpenAPI document, web client, authorisation matrix
	@scripts/install build
	@scripts/generate

format: ## Format the code
	@cargo fmt --all
	@cd web && npm run --silent format

clean: ## Remove what was built (not the data)
	@cargo clean
	@rm -rf web/dist web/node_modules e2e/node_modules e2e/artifacts
