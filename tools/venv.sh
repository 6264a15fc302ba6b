#!/bin/sh
# Make a virtual environment with a Python from 3.11 to 3.14, or keep the one that is there.
#
# tools/venv.sh FOLDER [PYTHON]: without PYTHON the first one found is taken; with it, that one
# or none, and an environment of another Python is made anew. FOLDER/.python says which it is and
# changes only with it, so that make installs again then.
set -eu
folder=$1
asked=${2:-}
names=${asked:-python3.11
python3.12
python3.13
python3.14
python3
python}

# Where it is installed and its version; fails for a Python of another version.
describe='import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(1)
print(sys.base_prefix, "%d.%d.%d" % sys.version_info[:3])'
about() { "$1" -c "$describe" 2>/dev/null; }

# Debian gives out what `venv` needs as a package of its own (python3-venv).
whole() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# All programs of a name: on the path, then where pyenv keeps those its own names do not start.
programs() {
  command -v "$1" || :
  case $1 in
  python3.*) ls -d "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/${1#python}".*/bin/"$1" 2>/dev/null || : ;;
  esac
}

# The first that will do; on the third channel those that lack `venv`.
found() {
  IFS='
'
  for name in $names; do
    for program in $(programs "$name"); do
      about "$program" >/dev/null || continue
      if whole "$program"; then
        echo "$program"
        return
      fi
      echo "$program" >&3
    done
  done
}

# The environment may have been moved, or its Python removed.
if here=$(about "$folder/bin/python"); then
  wanted=$here
  if [ -n "$asked" ]; then
    program=$(found 3>/dev/null)
    wanted=$(about "$program") || wanted=
  fi
  if [ "$here" = "$wanted" ]; then
    [ "$(cat "$folder/.python" 2>/dev/null)" = "$here" ] || echo "$here" >"$folder/.python"
    exit 0
  fi
fi

lacking=$(mktemp)
program=$(found 3>"$lacking")
partial=$(head -n 1 "$lacking")
rm -f "$lacking"
if [ -z "$program" ] && [ -n "$partial" ]; then
  cat >&2 <<WORDS
Có $partial nhưng thiếu phần tạo môi trường riêng. Trên Debian, Ubuntu: apt-get install python3-venv, rồi chạy lại.
$partial is here, but not what makes a virtual environment. On Debian, Ubuntu: apt-get install python3-venv, then run this again.
WORDS
  exit 2
fi
if [ -z "$program" ]; then
  looked=$(echo "$names" | paste -s -d ' ')
  cat >&2 <<WORDS
Chương trình cần Python từ 3.11 đến 3.14; máy này không có (đã tìm: $looked). Hãy cài một bản, hoặc chỉ rõ: make run PYTHON=/đường/dẫn/python3.
Python from 3.11 to 3.14 is needed; this machine has none (looked for: $looked). Please install one, or name it: make run PYTHON=/path/to/python3.
WORDS
  exit 2
fi

about=$(about "$program")
echo "Dùng Python ${about##* } ($program). / Using Python ${about##* } ($program)."
rm -rf "$folder"
"$program" -m venv "$folder"
echo "$about" > "$folder/.python"
