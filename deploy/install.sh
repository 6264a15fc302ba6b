#!/bin/sh
# Puts the service on this machine: account, folders, settings, units. As root, from anywhere.
# Run it again after an upgrade; settings that were edited stay.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

id phutho >/dev/null 2>&1 ||
  useradd --system --user-group --home-dir /var/lib/phutho --shell /usr/sbin/nologin phutho
install -d -o phutho -g phutho -m 0750 /var/lib/phutho /var/lib/phutho/static /var/backups/phutho
# nginx goes through this folder to its own file of passwords; each file has its readers.
install -d -o root -g phutho -m 0711 /etc/phutho

secret() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}
if [ ! -e /etc/phutho/phutho.env ]; then
  install -o root -g phutho -m 0640 "$here/phutho.env" /etc/phutho/phutho.env
  sed -i "s/@SECRET@/$(secret)/" /etc/phutho/phutho.env
fi
# nginx and the service know each other by one secret.
if [ ! -e /etc/phutho/access.toml ]; then
  shared=$(secret)
  install -o root -g phutho -m 0640 "$here/access.toml" /etc/phutho/access.toml
  sed -i "s/@SECRET@/$shared/" /etc/phutho/access.toml
  (umask 077 && echo "proxy_set_header X-Phutho-Secret $shared;" >/etc/phutho/nginx-secret.conf)
fi

# Streamlit serves the folder beside app.py; the service may write to its own only.
[ -L /opt/phutho/static ] || rm -rf /opt/phutho/static
ln -sfn /var/lib/phutho/static /opt/phutho/static

# Unpacked or installed under a strict umask, the program would be root's alone.
chmod -R a+rX "$here/.."

install -m 0755 "$here/phutho" /usr/local/bin/phutho
install -m 0644 "$here/phutho@.service" "$here/phutho-backup.service" \
  "$here/phutho-backup.timer" /etc/systemd/system/
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
