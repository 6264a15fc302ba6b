# Two commands: `make run` opens the map, `make test` runs every test.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed

.PHONY: run prepare test unit browser lint bench fuzz clean

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

bench: $(DEV)
	$(BIN)/python -m tests.bench.bench_crossing
	$(BIN)/python -m tests.bench.bench_reliability

# 10,000 spoiled files for every reader: about a quarter of an hour of one processor.
fuzz: $(DEV)
	PYTHONPATH=tests $(BIN)/python -m security.fuzz --files 10000
	EVERY_ADDRESS=1 $(BIN)/python -m pytest tests/security/test_addresses.py

clean:
	rm -rf $(VENV) static data/store .mypy_cache .ruff_cache .pytest_cache
