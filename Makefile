# Two commands: `make run` opens the map, `make test` runs every test.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
REQUIREMENTS ?= requirements.txt
# WHEELHOUSE=FOLDER installs from that folder and asks no network (see docs/operate.md).
WHEELS := build/wheelhouse
PIP := -m pip --quiet --quiet --disable-pip-version-check
FROM := $(if $(WHEELHOUSE),--no-index --find-links "$(WHEELHOUSE)")

.PHONY: run prepare test unit browser lint bench soak walk wheelhouse install-offline clean

run: prepare
	$(BIN)/streamlit run app.py

prepare: $(RUN)
	$(BIN)/python -m lib prepare

test: lint unit

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(BIN)/python
	$(BIN)/python $(PIP) install $(FROM) -r $(REQUIREMENTS)
	touch $@

$(DEV): requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python $(PIP) install $(FROM) -r requirements-dev.txt
	touch $@ $(RUN)

# Everything `make run` installs, as wheels for this platform, and the list of their sha256.
wheelhouse: $(BIN)/python
	rm -rf $(WHEELS)
	$(BIN)/python $(PIP) wheel --wheel-dir $(WHEELS) -r $(REQUIREMENTS)
	cd $(WHEELS) && sha256sum *.whl > SHA256SUMS

# `make run WHEELHOUSE=FOLDER` installs too, but does not look whether the wheels came over whole.
install-offline: $(BIN)/python
	cd "$(or $(WHEELHOUSE),$(WHEELS))" && sha256sum --check --quiet --strict SHA256SUMS
	$(MAKE) --no-print-directory $(RUN) WHEELHOUSE="$(or $(WHEELHOUSE),$(WHEELS))"

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

# Two processes behind the nginx of deploy/, walked in Chromium; skipped where nginx is not installed.
walk: $(DEV)
	$(BIN)/python -m pytest tests/e2e/test_nginx.py

# 50 visitors for 10 minutes while data is imported; SOAK="--visitors 5 --minutes 1" for less.
soak: $(DEV)
	$(BIN)/python -m tests.bench.soak $(SOAK)

clean:
	rm -rf $(VENV) static static-restricted data/store .mypy_cache .ruff_cache .pytest_cache
