# Everything is one command on a fresh clone: on Debian, each installs the programs that it needs (as
# root, or by sudo); elsewhere it names them. Python packages are installed once into .venv, as
# requirements.lock has them, and again when that changes.

PYTHON ?= python3
export PYTHON
BIN := .venv/bin
PIP = $(1)/bin/python -m pip install --quiet --disable-pip-version-check
# One more than there are processors, as tests also wait for servers and clocks.
WORKERS ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1))
# A file is run by one process, as its tests share what is costly; in the order of tests/proofs.py.
PYTEST = -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "alerts needs Python 3.11 or later as python3; or name one: make PYTHON=/path/to/python" >&2; exit 1; }

<<<<<<< HEAD
.PHONY: demo test test-quick test-newest lint lock newest packages texts docs caniemail gallery bench clean help
=======
.PHONY: demo test test-newest accessibility lint lock newest packages texts docs site dist caniemail gallery bench clean help
>>>>>>> main
.NOTPARALLEL:

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

demo: .venv/ready ## make a sample project in demo/ and run it end to end, with no network
	@$(BIN)/alerts demo demo

test: packages .venv/ready tests/node_modules/ready ## run all tests
	@$(BIN)/python $(PYTEST)

test-quick: packages .venv/ready tests/node_modules/ready ## run the everyday tests, without the long proofs
	@$(BIN)/python $(PYTEST) -m "not proof"

accessibility: packages .venv/ready tests/node_modules/ready ## test all pages, and write what the accessibility statement says
	@$(BIN)/python -m pytest -q -n0 -k h15 --write-accessibility tests/web/test_web_browser.py tests/archive/test_archive.py

test-newest: newest ## run all tests with the newest version of every package, whatever is locked
	@NODE_MODULES=$(CURDIR)/.venv-newest/node_modules .venv-newest/bin/python $(PYTEST)

lint: .venv/ready ## style, types, generated documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/python docs/catalogues.py --check
	@$(BIN)/python docs/packages.py --check

texts: .venv/ready ## add new interface texts to the catalogues, name what is not translated
	@$(BIN)/python docs/catalogues.py

docs: .venv/ready ## write docs/cli.md, docs/settings.md and docs/lint.md anew
	@$(BIN)/python docs/generate.py

site: .venv/ready ## build the site of the documents in build/site
	@$(BIN)/python docs/site.py

# The date in the files is that of the commit: whoever builds the same sources gets the same octets.
dist: .venv/ready ## build sdist and wheel in dist/, and check what they say of themselves
	@rm -rf dist
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build >/dev/null
	@$(BIN)/python -m twine check --strict dist/*
	@sha256sum dist/*

caniemail: .venv/ready ## fetch what mail programs support anew; needs npm and the network
	@$(BIN)/python docs/caniemail.py

gallery: .venv/ready ## draw the pictures of docs/gallery.md anew; needs Chromium, npm and the network
	@$(BIN)/python docs/gallery.py

bench: .venv/ready ## run the measurements
	@set -e; for file in benchmarks/[a-z]*.py; do \
		[ -e "$$file" ] || { echo "no measurements yet"; break; }; \
		echo "== $$file"; $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)"; done

clean: ## remove what was made here, the sample project included
	rm -rf .venv .venv-newest build dist demo tests/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## lock versions and hashes: keeps those that still fit; after `rm requirements.lock`, the newest
	@$(CHECK_PYTHON)
	@.ci/packages tests
	@$(PYTHON) -m venv --clear build/lock
	@$(call PIP,build/lock) --upgrade uv
	@build/lock/bin/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" \
		pyproject.toml --all-extras --group dev --output-file requirements.lock
	@cd tests && npm install --package-lock-only --silent
	@! grep -nE '://' requirements.lock tests/package-lock.json
	@$(MAKE) --no-print-directory .venv/ready
	@$(BIN)/python docs/packages.py

.venv/ready: requirements.lock pyproject.toml
	@.ci/packages python
	@$(CHECK_PYTHON)
	@echo "setting up .venv (once) ..." >&2
	@$(PYTHON) -m venv --clear .venv
	@sed -n '/^pip==/,/[^\\]$$/p' requirements.lock >.venv/pip.lock
	@$(call PIP,.venv) --require-hashes --requirement .venv/pip.lock
	@$(call PIP,.venv) --require-hashes --requirement requirements.lock --build-constraint requirements.lock
	@$(call PIP,.venv) --no-deps --no-build-isolation --editable .
	@touch $@

# Made anew each time, for what is newest changes without a change here.
newest: packages
	@$(CHECK_PYTHON)
	@echo "setting up .venv-newest ..." >&2
	@$(PYTHON) -m venv --clear .venv-newest
	@$(call PIP,.venv-newest) --upgrade pip
	@$(call PIP,.venv-newest) --editable . --group dev
	@cp tests/.npmrc .venv-newest/
	@cd .venv-newest && npm install --silent axe-core@latest vnu-jar@latest

packages: # the programs that the tests need
	@.ci/packages tests

tests/node_modules/ready: tests/package.json tests/package-lock.json | packages
	@cd tests && npm ci --silent
	@touch $@
