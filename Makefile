# Every target only calls `cargo xtask`; CI calls the same ones, so the two cannot differ.
# rustup's programs are found even where the shell has not been told of them.
export PATH := $(HOME)/.cargo/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test bench lint sqlx build

help: ## Say what there is
	@sed -n 's/^\([a-z]*\): .*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Build and start everything on this machine, with a demo attack; Ctrl-C stops it
	@sh crates/xtask/bootstrap.sh run
	@cargo xtask run

test: ## Run every check and test: lints, unit, real Postgres, real fail2ban, browser
	@sh crates/xtask/bootstrap.sh test
	@cargo xtask test

lint: ## Only the cheap checks of `make test`
	@sh crates/xtask/bootstrap.sh run
	@cargo xtask test --only lint

bench: ## Measure the bars of the product, both sides in one run
	@sh crates/xtask/bootstrap.sh bench
	@cargo xtask bench

sqlx: ## Write .sqlx anew after a query or a migration has changed
	@sh crates/xtask/bootstrap.sh run
	@cargo xtask sqlx

build: ## Build the site and the binaries, optimised
	@sh crates/xtask/bootstrap.sh build
	@cargo xtask build --release
