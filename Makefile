# Everything is one command on a fresh clone; needs python3 (3.11 or later) and make, nothing else.
# The packages are installed once, into .venv, and again when pyproject.toml changes.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint docs caniemail bench clean help

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: .venv/ready ## make a sample project in demo/ and run it end to end, with no network
	@$(BIN)/alerts demo demo

test: .venv/ready ## run all tests
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: .venv/ready ## style, types, generated documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python docs/generate.py --check

docs: .venv/ready ## write docs/cli.md, docs/settings.md and docs/lint.md anew
	@$(BIN)/python docs/generate.py

caniemail: .venv/ready ## fetch what mail programs support anew; needs npm and the network
	@$(BIN)/python docs/caniemail.py

bench: .venv/ready ## run the measurements
	@set -e; for file in benchmarks/[a-z]*.py; do \
		[ -e "$$file" ] || { echo "no measurements yet"; break; }; \
		echo "== $$file"; $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)"; done

clean: ## remove what was made here, the sample project included
	rm -rf .venv build dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "alerts needs Python 3.11 or later as python3; or name one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "this Python cannot make environments; on Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "setting up .venv (once) ..." >&2
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@
