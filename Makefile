# Everything is one command on a fresh clone. python3 (3.11 or later) and make are enough, but for the
# tests: those also look at the e-mails in a browser and check their HTML, which README.md lists.
# The packages are installed once, into .venv, and again when pyproject.toml changes.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint texts docs caniemail bench clean help

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: .venv/ready ## make a sample project in demo/ and run it end to end, with no network
	@$(BIN)/alerts demo demo

test: .venv/ready tests/node_modules/ready ## run all tests
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: .venv/ready ## style, types, generated documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python docs/catalogues.py --check

texts: .venv/ready ## add new interface texts to the catalogues, name what is not translated
	@$(BIN)/python docs/catalogues.py

docs: .venv/ready ## write docs/cli.md, docs/settings.md and docs/lint.md anew
	@$(BIN)/python docs/generate.py

caniemail: .venv/ready ## fetch what mail programs support anew; needs npm and the network
	@$(BIN)/python docs/caniemail.py

bench: .venv/ready ## run the measurements
	@set -e; for file in benchmarks/[a-z]*.py; do \
		[ -e "$$file" ] || { echo "no measurements yet"; break; }; \
		echo "== $$file"; $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)"; done

clean: ## remove what was made here, the sample project included
	rm -rf .venv build dist demo tests/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
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

tests/node_modules/ready: tests/package.json tests/package-lock.json
	@for each in chromium npm java dovecot; do PATH=$$PATH:/usr/sbin command -v $$each >/dev/null || { \
		echo "the tests need $$each; on Debian and Ubuntu: sudo apt-get install chromium nodejs npm default-jre-headless dovecot-imapd" >&2; \
		exit 1; }; done
	@cd tests && npm ci --silent
	@touch $@
