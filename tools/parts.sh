#!/bin/sh
# Install what the tests meet beside Python, where this is Debian and the user is root.
#
# tools/parts.sh PART...: browser, postgis, nginx, java. What is still not here then is named,
# with the tests that are skipped for it; that is no failure.
set -u

here() {
  case $1 in
  browser) command -v chromium ;;
  postgis) ls /usr/share/postgresql/*/extension/postgis.control ;;
  nginx) command -v nginx && command -v openssl ;;
  java) command -v java ;;
  esac >/dev/null 2>&1
}

# RUNLEVEL=1: no server starts by itself, the tests start their own.
install() {
  [ "$updated" ] || apt-get update -qq
  updated=yes
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"
}

fetch() {
  case $1 in
  browser) install chromium fonts-noto-core ;;
  postgis) install --no-install-recommends postgresql-postgis ;;
  nginx) install --no-install-recommends nginx openssl ;;
  java) install --no-install-recommends default-jre-headless ;;
  esac >/dev/null 2>&1
}

skipped() {
  case $1 in
  browser) echo "Chromium is not here: the end-to-end tests will be skipped." ;;
  postgis) echo "PostGIS is not here: the tests of a shared database will be skipped." ;;
  nginx) echo "nginx or openssl is not here: the tests behind nginx will be skipped." ;;
  java) echo "Java is not here: the test of outage logs on Spark will be skipped." ;;
  esac
}

updated=
root=
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && root=yes
for part; do
  here "$part" || { [ "$root" ] && fetch "$part" && here "$part"; } || skipped "$part"
done
