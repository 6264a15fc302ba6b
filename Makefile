# Two commands: `make run` opens the map, `make test` runs every test.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
BENCH_VENV := .venv-bench
BENCH_READY := $(BENCH_VENV)/.bench-installed

.PHONY: run prepare test unit browser lint bench clean

run: prepare
	$(BIN)/streamlit run app.py

prepare: $(RUN)
	$(BIN)/python -m lib prepare

test: lint unit

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(DEV): requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(RUN)

# Chromium is wanted by the end-to-end tests; without it they are skipped and say so.
browser:
	@command -v chromium >/dev/null 2>&1 || { \
	  command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && \
	  apt-get update -qq && apt-get install -y -qq chromium fonts-noto-core; } \
	  >/dev/null 2>&1 || echo "Chromium is not here: the end-to-end tests will be skipped."

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(DEV) browser
	$(BIN)/python -m pytest -n 2

# What is compared with lives in a venv of its own. BENCH="maps visitors" for some parts, QUICK=1.
bench: $(BENCH_READY) browser
	$(BENCH_VENV)/bin/python -m tests.bench $(BENCH) $(if $(QUICK),--quick)

$(BENCH_READY): requirements.txt requirements-dev.txt requirements-bench.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

clean:
	rm -rf $(VENV) $(BENCH_VENV) build static data/store .mypy_cache .ruff_cache .pytest_cache
