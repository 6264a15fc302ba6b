# `make run` opens the map, `make quick` tries a change, `make test` runs every test.
# PYTHON=python3.13 takes that one; without it the first from 3.11 to 3.14 that is found.
VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS ?= requirements.txt
LOCK = $(patsubst %.txt,%.lock,$(REQUIREMENTS))
# What is in the environment: a file for each list, written when all of the list is installed.
STAMP = $(VENV)/.$(basename $(notdir $(1)))-installed
RUN := $(call STAMP,requirements.lock)
DEV := $(call STAMP,requirements-dev.lock)
SERVER := $(call STAMP,requirements-server.lock)
BENCH_VENV := .venv-bench
BENCH_READY := $(BENCH_VENV)/.bench-installed
# WHEELHOUSE=FOLDER installs from that folder and asks no network (see docs/operate.md).
WHEELS := build/wheelhouse
FROM := $(if $(WHEELHOUSE),--no-index --find-links "$(WHEELHOUSE)")
PIP := -m pip --quiet --quiet --disable-pip-version-check
# Only files whose sha256 the list has, and no program of a package is run to install it; pyspark
# is given out as source only, and built by what requirements-build.lock names.
HASHED := --require-hashes --only-binary :all: --no-binary pyspark --no-build-isolation
INSTALL := $(PIP) install $(HASHED) $(FROM)
BUILDS = $(if $(shell grep -s '^pyspark==' $(1)),-r requirements-build.lock)

.PHONY: run prepare test quick unit parts spark lint lock audit licences bench fuzz walk \
	fresh-machine soak siege scale screens wheelhouse install-offline portable clean help always

run: prepare
	$(BIN)/streamlit run app.py

prepare: $(call STAMP,$(LOCK))
	$(BIN)/python -m lib prepare

# A machine that keeps nothing compiled would compile the program anew for every server of a test.
unexport PYTHONDONTWRITEBYTECODE

# The checks of the text run beside the tests, which leave a processor idle while pages load.
test: $(DEV) parts spark
	$(MAKE) --no-print-directory -j2 lint unit

# What needs no browser, server or database, and no minute: a change tried within 90 seconds.
quick: $(DEV)
	$(MAKE) --no-print-directory -j2 lint quick-unit

.PHONY: quick-unit
quick-unit: $(DEV)
	$(BIN)/python -m pytest -n 2 -q -m "not live and not slow" --hypothesis-profile=quick

# Written anew only when the Python is another one.
$(VENV)/.python: always
	@tools/venv.sh $(VENV) $(PYTHON)

$(BENCH_VENV)/.python: always
	@tools/venv.sh $(BENCH_VENV) $(PYTHON)

$(VENV)/.%-installed: %.lock $(VENV)/.python
	$(if $(call BUILDS,$<),$(BIN)/python $(INSTALL) $(call BUILDS,$<))
	$(BIN)/python $(INSTALL) -r $<
	touch $@

# pip compiles on one processor, and the tests of what is installed too.
$(DEV): requirements-dev.lock requirements.lock $(VENV)/.python
	$(BIN)/python $(INSTALL) --no-compile -r requirements-dev.lock
	$(BIN)/python -W ignore -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib
	touch $@ $(RUN)

help:
	@echo "make run              install, prepare the data, open http://localhost:8501"
	@echo "make prepare          install and prepare the data only"
	@echo "make quick            lint and the tests that need no browser, server or database"
	@echo "make test             lint and every test; make lint, make unit: one of the two"
	@echo "make bench            the benchmark; BENCH=\"maps visitors\" for parts, QUICK=1 for a short one"
	@echo "make fuzz             10,000 spoiled files for every reader"
	@echo "make walk             two processes behind nginx, walked in Chromium"
	@echo "make fresh-machine    docs/operate.md typed into an empty Debian without a network (root)"
	@echo "make soak             visitors and imports at once; SOAK=\"--visitors 5 --minutes 1\""
	@echo "make scale            what grows with what: the tables of docs/scale.md; SCALE=\"--quick\" for less"
	@echo "make siege            strangers who mean harm beside people at work"
	@echo "make screens          the pictures of docs/screens.md; SCREENS=\"--only merger\" for some"
	@echo "make wheelhouse       all that is installed, as files; make install-offline uses them"
	@echo "make portable         one ZIP for a USB stick: PLATFORM=win_amd64 PYTHON_MINOR=3.13; run.cmd starts it"
	@echo "make lock             the lists of files with their sha256, from requirements*.txt; UPGRADE=1"
	@echo "make audit            ask whether a fault of what is installed is known (network)"
	@echo "make licences         docs/licences.md: under which licence all that is installed stands"
	@echo "make clean            remove what was installed and made; the data stay (python -m lib remove-data)"
	@echo "PYTHON=python3.13     with any of them: the Python to use, from 3.11 to 3.14"

# Everything `make run` installs, as files for this platform, and the list of their sha256.
wheelhouse: $(VENV)/.python
	rm -rf $(WHEELS)
	$(if $(call BUILDS,$(LOCK)),$(BIN)/python $(PIP) install $(HASHED) -r requirements-build.lock)
	$(BIN)/python $(PIP) download $(HASHED) --dest $(WHEELS) -r $(LOCK) $(call BUILDS,$(LOCK))
	cd $(WHEELS) && sha256sum -- * > ../SHA256SUMS && mv ../SHA256SUMS .

# `make run WHEELHOUSE=FOLDER` installs too; here a file that did not come over whole is named.
install-offline: $(VENV)/.python
	cd "$(or $(WHEELHOUSE),$(WHEELS))" && sha256sum --check --quiet --strict SHA256SUMS
	$(MAKE) --no-print-directory $(call STAMP,$(LOCK)) WHEELHOUSE="$(or $(WHEELHOUSE),$(WHEELS))"

# One ZIP that runs without a network: program, wheels, borders and grounds that are here, guide.
PYTHON_MINOR ?= 3.13
PLATFORM ?= win_amd64
portable: $(RUN)
	$(BIN)/python tools/portable.py --platform $(PLATFORM) --python $(PYTHON_MINOR)

# Exact versions and sha256 for every Python and platform; what was chosen before stays, unless
# UPGRADE=1. Each list keeps to the versions of the one before it.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)
lock: $(BIN)/uv
	$(COMPILE) requirements.txt --output-file requirements.lock
	$(COMPILE) requirements-build.txt --output-file requirements-build.lock
	$(COMPILE) requirements-server.txt -c requirements.lock --output-file requirements-server.lock
	$(COMPILE) requirements-dev.txt -c requirements-server.lock --output-file requirements-dev.lock
	$(COMPILE) requirements-bench.txt -c requirements-dev.lock --output-file requirements-bench.lock

# On its own when it is not there with the rest: what the rest is has still to be found.
$(BIN)/uv: | $(VENV)/.python
	$(BIN)/python $(PIP) install --only-binary :all: "$$(grep '^uv==' requirements-dev.txt)"

# Known faults of what is installed where people work; without a network it says so (exit code 2).
audit: $(DEV)
	$(BIN)/python tools/audit.py requirements-server.lock

# The whole first: a list that was cut off would look like a list.
licences: $(DEV) $(SERVER)
	table=$$($(BIN)/python tools/licences.py) && printf '%s\n' "$$table" > docs/licences.md

# What the tests meet beside Python; where it cannot be had its tests are skipped and say so.
parts:
	@tools/parts.sh browser postgis nginx java

# Outage logs on Spark are tried where there is a Java to run it.
spark: $(DEV) parts
	@! command -v java >/dev/null || $(MAKE) --no-print-directory $(SERVER)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(DEV) parts spark
	$(BIN)/python -m pytest -n 3

# What is compared with lives in a venv of its own. BENCH="maps visitors" for some parts, QUICK=1.
bench: $(BENCH_READY)
	@tools/parts.sh browser
	$(BENCH_VENV)/bin/python -m tests.bench $(BENCH) $(if $(QUICK),--quick)

$(BENCH_READY): requirements-bench.lock $(BENCH_VENV)/.python
	$(BENCH_VENV)/bin/python $(INSTALL) -r requirements-bench.lock
	touch $@

# 10,000 spoiled files for every reader: about a quarter of an hour of one processor.
fuzz: $(DEV)
	PYTHONPATH=tests $(BIN)/python -m security.fuzz --files 10000
	EVERY_ADDRESS=1 $(BIN)/python -m pytest tests/security/test_addresses.py

# Two processes behind the nginx of deploy/, walked in Chromium; skipped where nginx is not installed.
walk: $(DEV)
	@tools/parts.sh browser nginx
	$(BIN)/python -m pytest tests/e2e/test_nginx.py

# docs/operate.md typed into an empty Debian 12 without a network; root, debootstrap, systemd-container.
fresh-machine: $(VENV)/.python
	PYTHONPATH=tests $(BIN)/python -m machine

# 50 visitors for 10 minutes while data is imported; SOAK="--visitors 5 --minutes 1" for less.
soak: $(DEV)
	$(BIN)/python -m tests.bench.soak $(SOAK)

# Costs per unit measured here, and a simulated day of more and more offices.
scale: $(DEV)
	$(BIN)/python -m tests.bench.scale $(SCALE)

# 25 people at work beside strangers who mean harm, 14 minutes; SIEGE="--minutes 1" for less.
siege: $(DEV)
	PYTHONPATH=tests $(BIN)/python -m bench.siege $(SIEGE)

# The pictures of docs/screens.md; SCREENS="--only merger" for some.
screens: $(DEV)
	@tools/parts.sh browser
	PYTHONPATH=tests $(BIN)/python -m e2e.screens $(SCREENS)

clean:
	rm -rf $(VENV) $(BENCH_VENV) build static static-restricted .mypy_cache .ruff_cache .pytest_cache
