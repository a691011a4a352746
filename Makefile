# Nothing is presumed but Python (3.11 or newer), make and a C library; everything else comes from requirements.lock.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.DEFAULT_GOAL := help
.PHONY: help run test check format bench bench-compare loadtest lock clean

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -s '|' -t 2>/dev/null || grep '## ' Makefile

run: $(INSTALLED) ## Start the system (CONTOSO_DATA, CONTOSO_ADDRESS; Ctrl-C drains and stops it)
	@exec $(BIN)/python run.py serve

test: $(INSTALLED) ## Run all tests (ARGS=… goes to pytest)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(ARGS)

check: $(INSTALLED) ## Lint, format, types and import directions
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@told=$$($(BIN)/lint-imports 2>&1) || { echo "$$told"; exit 1; }
	@echo 'check: lint, format, types and import directions hold'

format: $(INSTALLED) ## Put the sources in order
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: $(INSTALLED) ## Measure, with the targets beside the figures (ARGS=…)
	@$(BIN)/python -m tests.benchmarks $(ARGS)

bench-compare: $(INSTALLED) ## Measure this tree against another commit: make bench-compare REV=main~5
	@test -n '$(REV)' || { echo 'make bench-compare needs REV=<commit to compare with>' >&2; exit 2; }
	@$(BIN)/python -m tests.benchmarks --compare '$(REV)' $(ARGS)

loadtest: $(INSTALLED) ## Load a running system: make loadtest ARGS='…' (see run.py loadtest --help)
	@$(BIN)/python run.py loadtest $(ARGS)

# Indexes and wheel directories are each machine's own business: none is written into the lock.
lock: ## Make requirements.lock again from pyproject.toml (takes minutes; UPGRADE=1 takes newer versions)
	@test -x .venv-lock/bin/pip-compile || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q pip-tools==7.6.2; }
	@.venv-lock/bin/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml

clean: ## Remove what was made here (never the data directory)
	@rm -rf $(VENV) .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo 'Installing into $(VENV) from requirements.lock (once; a minute or two) …'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r requirements.lock
	@touch $@
