# Needs make, Python 3.11 or newer with its venv module, and a package registry the first time. Every target sets up
# what it needs in .venv; a set-up that still fits is not repeated, so later runs work offline.

.PHONY: help setup demo test lint types imports unit fuzz bench format pins clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/netqed-setup
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONHASHSEED := 0

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.* ## /\1	/p' Makefile | awk -F'\t' '{ printf "make %-8s %s\n", $$1, $$2 }'

# The stamp holds what was installed, not when: a fresh checkout changes every file's time, and must not need a network.
setup: ## create .venv with the pinned versions of constraints.txt
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer with its venv module found; set PYTHON=/path/to/python3" >&2; exit 1; }
	@wanted="$$(pwd) $$(cat pyproject.toml constraints.txt | cksum)"; \
	if [ -x $(BIN)/netqed ] && [ "$$(cat $(STAMP) 2>/dev/null)" = "$$wanted" ]; then exit 0; fi; \
	echo "setting up $(VENV) (once)" >&2; set -e; \
	[ -x $(BIN)/python ] && $(BIN)/python -c 'import pip' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV); \
	$(BIN)/python -m pip install -q -c constraints.txt setuptools; \
	$(BIN)/python -m pip install -q -c constraints.txt --no-build-isolation -e '.[dev]'; \
	printf '%s\n' "$$wanted" > $(STAMP)

demo: setup ## prove the invariants of specs/payments, refute those of specs/payments-broken
	@printf '== specs/payments: policies that do what they should. Each line that says proved is a proof.\n\n'
	@$(BIN)/netqed check specs/payments
	@printf '\n== specs/payments-broken: the same, with one peer split in two. Each refutation is a flow that gets through.\n\n'
	@code=0; $(BIN)/netqed check specs/payments-broken || code=$$?; \
	if [ $$code -ne 1 ]; then echo "make demo: expected exit code 1 (refuted), got $$code" >&2; exit 1; fi; \
	printf '\n== netqed exited with 1, as it should: something is refuted. In CI that fails the build.\n'

test: lint types imports unit ## everything that CI runs: lint, types, imports, unit

lint: setup ## ruff, rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy, strict
	$(BIN)/mypy

imports: setup ## the layers of docs/architecture.md
	$(BIN)/lint-imports

unit: setup ## pytest, every folder of tests/
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || printf '!!\n!! %s\n!! %s\n!!\n' \
		'NO CHROMIUM: the tests that open HTML pages in a browser are SKIPPED.' 'On Debian: apt-get install chromium' >&2
	$(BIN)/pytest -n 2 --dist worksteal

fuzz: setup ## the laws with many more random cases, different ones each time
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -n 2 --dist worksteal tests/laws

bench: setup ## the figures of docs/performance.md, as a Markdown table
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/explain.py
	$(BIN)/python benchmarks/difference.py
	$(BIN)/python benchmarks/map.py
	$(BIN)/python benchmarks/html_page.py

format: setup ## let ruff format and fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pins: setup ## rewrite constraints.txt from newest versions that pyproject.toml admits
	rm -rf $(VENV)/pins && "$(PYTHON)" -m venv $(VENV)/pins
	$(VENV)/pins/bin/python -m pip install -q setuptools '.[dev]'
	{ sed -n '/^#/p' constraints.txt; $(VENV)/pins/bin/python -m pip freeze --all --exclude pip --exclude netqed; } > constraints.new
	mv constraints.new constraints.txt

clean: ## remove .venv, caches and build results
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache benchmarks/data
