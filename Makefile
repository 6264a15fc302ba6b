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
BENCH_VENV := .venv-bench
BENCH_READY := $(BENCH_VENV)/.bench-installed

.PHONY: run prepare test unit browser postgis lint bench fuzz walk fresh-machine soak screens wheelhouse install-offline clean

run: prepare
	$(BIN)/streamlit run app.py

prepare: $(RUN)
	$(BIN)/python -m lib prepare

# A machine that keeps nothing compiled would compile the program anew for every server of a test.
unexport PYTHONDONTWRITEBYTECODE

# The checks of the text run beside the tests, which leave a processor idle while pages load.
test: $(DEV) browser postgis
	$(MAKE) --no-print-directory -j2 lint unit

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(BIN)/python
	$(BIN)/python $(PIP) install $(FROM) -r $(REQUIREMENTS)
	touch $@

# pip compiles on one processor, and the tests of what is installed too.
$(DEV): requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python $(PIP) install --no-compile $(FROM) -r requirements-dev.txt
	$(BIN)/python -W ignore -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib
	touch $@ $(RUN)

.PHONY: help
help:
	@echo "make run              install, prepare the data, open http://localhost:8501"
	@echo "make prepare          install and prepare the data only"
	@echo "make test             lint and every test; make lint, make unit: one of the two"
	@echo "make bench            the benchmark; BENCH=\"maps visitors\" for parts, QUICK=1 for a short one"
	@echo "make fuzz             10,000 spoiled files for every reader"
	@echo "make walk             two processes behind nginx, walked in Chromium"
	@echo "make fresh-machine    docs/operate.md typed into an empty Debian without a network (root)"
	@echo "make soak             visitors and imports at once; SOAK=\"--visitors 5 --minutes 1\""
	@echo "make screens          the pictures of docs/screens.md; SCREENS=\"--only merger\" for some"
	@echo "make wheelhouse       all that is installed, as files; make install-offline uses them"
	@echo "make clean            remove what was installed, made and stored, DATA INCLUDED (data/store)"

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

# PostGIS is wanted by the tests of a shared database; without it they are skipped and say so.
postgis:
	@ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || { \
	  command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-postgis; } \
	  >/dev/null 2>&1 || echo "PostGIS is not here: the tests of a shared database will be skipped."

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(DEV) browser postgis
	$(BIN)/python -m pytest -n 3

# What is compared with lives in a venv of its own. BENCH="maps visitors" for some parts, QUICK=1.
bench: $(BENCH_READY) browser
	$(BENCH_VENV)/bin/python -m tests.bench $(BENCH) $(if $(QUICK),--quick)

$(BENCH_READY): requirements.txt requirements-dev.txt requirements-bench.txt
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

# 10,000 spoiled files for every reader: about a quarter of an hour of one processor.
fuzz: $(DEV)
	PYTHONPATH=tests $(BIN)/python -m security.fuzz --files 10000
	EVERY_ADDRESS=1 $(BIN)/python -m pytest tests/security/test_addresses.py

# Two processes behind the nginx of deploy/, walked in Chromium; skipped where nginx is not installed.
walk: $(DEV)
	$(BIN)/python -m pytest tests/e2e/test_nginx.py

# docs/operate.md typed into an empty Debian 12 without a network; root, debootstrap, systemd-container.
fresh-machine: $(BIN)/python
	PYTHONPATH=tests $(BIN)/python -m machine

# 50 visitors for 10 minutes while data is imported; SOAK="--visitors 5 --minutes 1" for less.
soak: $(DEV)
	$(BIN)/python -m tests.bench.soak $(SOAK)

# The pictures of docs/screens.md; SCREENS="--only merger" for some.
screens: $(DEV) browser
	PYTHONPATH=tests $(BIN)/python -m e2e.screens $(SCREENS)

clean:
	rm -rf $(VENV) $(BENCH_VENV) build static static-restricted data/store .mypy_cache .ruff_cache .pytest_cache
