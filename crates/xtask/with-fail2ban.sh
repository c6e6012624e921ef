#!/bin/sh
# Runs a command with another fail2ban in place of the system's, which stays untouched: the release
# lies over it in a mount namespace of the command's own. Needs root.
#
#   apt-get download fail2ban=VERSION && dpkg-deb -x fail2ban_*.deb FOLDER
#   crates/xtask/with-fail2ban.sh FOLDER cargo test -p worker --test fail2ban
set -eu

[ "${WITHIN_UNSHARE:-}" ] || exec env WITHIN_UNSHARE=1 unshare --mount -- "$0" "$@"
unset WITHIN_UNSHARE
folder=$(realpath "$1")
shift
for path in /usr/bin/fail2ban-server /usr/bin/fail2ban-client /usr/bin/fail2ban-regex \
    /usr/lib/python3/dist-packages/fail2ban /etc/fail2ban; do
    mount --bind "$folder$path" "$path"
done
fail2ban-server --version
exec "$@"
