# The whole project from one door. `make` alone says what can be done.

PYTHON ?= python3
CARGO := cargo
UV := .uv/bin/uv
BIN := .venv/bin
# Node and npm come with the Python packages; npm finds its Node by the path.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web
RUST := --manifest-path rust/Cargo.toml --workspace --locked

# uv must use the Python of this machine, never download another.
export UV_NO_MANAGED_PYTHON := 1
# The interpreter that clippy sees the binding with.
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python

# All that the Rust core is built from.
RUST_SOURCES := $(shell find rust -name target -prune -o \( -name '*.rs' -o -name 'Cargo.*' \) -print)
# All that the pages are built from: a test is no part of them.
WEB_SOURCES := $(shell find web -name node_modules -prune -o -path web/tests -prune -o -type f -print)
# The binding has no tests of its own, and maturin builds it in another way: building it here too would undo that each time.
TESTED := --exclude dcep-python
# One more than there are cores: a ledger's tests wait for the disk.
TESTERS := $(shell expr $$(nproc) + 1)

.DELETE_ON_ERROR:
.PHONY: help setup demo test test-long mutate fuzz long-life lint format lock clean

help: ## Show what can be done
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name what; do printf '  make %-10s %s\n' "$$name" "$$what"; done

setup: .venv/ready src/dcep/pages/wallet.html ## Install everything into this folder, build the Rust core and the pages

demo: .venv/ready src/dcep/pages/wallet.html ## Set up, then tell the main job step by step
	$(BIN)/dcep demo

test: .venv/ready src/dcep/pages/wallet.html ## Set up, then run every test but the long ones
	$(NPM) test --silent
	$(CARGO) test $(RUST) --profile checked $(TESTED)
	$(BIN)/python -m pytest -m "not long" --numprocesses $(TESTERS) --dist loadfile

test-long: .venv/ready src/dcep/pages/wallet.html ## Run the long tests only: these, then mutants and hostile bytes
	@tools/browser
	$(BIN)/python -m pytest -m long
	$(MAKE) mutate
	$(MAKE) fuzz

mutate: .venv/ready ## Break the law in every way and see the plays notice
	$(BIN)/python -m tests.mutation python
	$(BIN)/python -m tests.mutation rust

fuzz: .venv/ready ## Throw hostile bytes at every door, DCEP_FUZZ_SECONDS a group (600)
	$(BIN)/python -m tests.fuzz

long-life: .venv/ready ## Live ten million payments, archive and audit them; about ten minutes and 6 GB
	$(BIN)/python -m benchmarks.long_life --chart benchmarks/long-life.svg

lint: .venv/ready web/node_modules/.package-lock.json ## Check style, types, the import map, the Rust core and the pages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy src tests examples
	$(BIN)/lint-imports
	$(CARGO) fmt --manifest-path rust/Cargo.toml --all --check
	$(CARGO) clippy $(RUST) --release --all-targets --target-dir rust/target/lint -- -D warnings
	$(NPM) run --silent check

format: .venv/ready web/node_modules/.package-lock.json ## Bring every file into the house's format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(CARGO) fmt --manifest-path rust/Cargo.toml --all
	$(NPM) run --silent format

lock: .uv/ready .venv/packages ## Choose the newest allowed versions, write requirements/*.txt and web/package-lock.json
	$(UV) pip compile --quiet --upgrade --generate-hashes --custom-compile-command "make lock" requirements/uv.in --output-file requirements/uv.txt
	$(UV) pip compile --quiet --upgrade --generate-hashes --custom-compile-command "make lock" --universal --group dev pyproject.toml --output-file requirements/dev.txt
	rm -rf web/package-lock.json web/node_modules
	$(NPM) install --silent

clean: ## Remove all that was built or installed here
	rm -rf .uv .venv rust/target dist src/dcep/_core*.so src/dcep/pages web/node_modules
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.uv/ready: requirements/uv.txt tools/prerequisites
	@tools/prerequisites $(PYTHON)
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements/uv.txt
	@touch $@

# The packages by hash, and nothing else: a sync removes what was installed by hand, dcep itself included. They are compiled
# here: else the first start of a currency would compile them in eleven processes at once.
.venv/packages: .uv/ready requirements/dev.txt
	test -x $(BIN)/python || $(UV) venv --quiet --no-project --python $(PYTHON) .venv
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python requirements/dev.txt
	@tools/node $(BIN)
	@touch $@

# `--reinstall-package`: make has seen a change, and uv's cache may hold the answer to an older question.
.venv/ready: .venv/packages pyproject.toml $(RUST_SOURCES)
	@tools/prerequisites $(PYTHON)
	$(UV) pip install --quiet --python $(BIN)/python --reinstall-package dcep --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src/dcep
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json web/.npmrc | .venv/packages
	$(NPM) ci --silent
	@touch $@

# vite writes every page anew.
src/dcep/pages/wallet.html: $(WEB_SOURCES) web/node_modules/.package-lock.json
	$(NPM) run --silent build
