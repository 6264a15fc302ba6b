#!/bin/sh
# What run.cmd is on Windows: start the map where only Python is there, from wheelhouse/ if it lies beside.
set -eu
cd "$(dirname "$0")"
wanted=
[ ! -f wheelhouse/PYTHON ] || wanted=python$(tr -d '\r\n' <wheelhouse/PYTHON)
# shellcheck disable=SC2086 # no Python named: no word
sh tools/venv.sh .venv $wanted
exec .venv/bin/python -m lib.operate.start
