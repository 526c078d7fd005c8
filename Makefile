# The chores of Guichet by name; `make` alone lists them.
# CARGO_TARGET_DIR is followed, so that what is built may lie elsewhere.

TARGET := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help demo test site lint bench campaign clean

help: ## List the chores
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: site ## Run the portal here, with a demonstration bank and a simulated back office
	cargo build --profile demo --package guichet
	GUICHET_SESSION__PROFILE="$${GUICHET_SESSION__PROFILE:-insurer}" GUICHET_SERVER__SITE_DIR="$(TARGET)/site" \
	  "$(TARGET)/demo/guichet" demo

test: ## Run every test: lints, unit tests on both databases, the site and its weight, a browser
	scripts/test

site: ## Build what a browser loads: islands, stylesheet, icons, fonts
	scripts/bootstrap build
	cargo xtask site

lint: ## Check the format and the lints only
	scripts/test fmt clippy islands

bench: ## Measure the parts that have to be fast, and print ratios
	scripts/bench

campaign: ## Attack the isolation of customers at length, and print figures
	scripts/campaign

clean: ## Remove what has been built; the portal's data in ./data stays
	cargo clean
	rm -rf scripts/tools/node_modules end2end/node_modules end2end/test-results end2end/playwright-report
