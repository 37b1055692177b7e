# Installs packages as root without starting anything: no daemon by policy, no main cluster of PostgreSQL, no start at
# boot of what this brought. Whatever it changed for that is put back, also when apt fails or is interrupted.
set -eu
policy=/usr/sbin/policy-rc.d drop_in=/etc/postgresql-common/createcluster.d/inquiryhub.conf
kept=$(mktemp -d)
had_service=$(ls /lib/systemd/system/redis-server.service /lib/systemd/system/opensmtpd.service 2>/dev/null || true)
restore() {
    rm -f "$policy" "$drop_in"
    if [ -e "$kept/policy" ]; then mv "$kept/policy" "$policy"; fi
    rm -rf "$kept"
}
trap restore EXIT
trap 'exit 130' INT TERM HUP
if [ -e "$policy" ]; then cp -a "$policy" "$kept/policy"; fi
rm -f "$policy"
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"
mkdir -p "$(dirname "$drop_in")"
echo 'create_main_cluster = false' >"$drop_in"

export DEBIAN_FRONTEND=noninteractive
wait='-o DPkg::Lock::Timeout=180'
apt-get $wait update
apt-get $wait -y --no-install-recommends --no-remove -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install "$@"
for service in redis-server opensmtpd; do
    case "$had_service" in *"/$service.service"*) ;; *)
        if [ -e "/lib/systemd/system/$service.service" ]; then
            deb-systemd-helper disable "$service.service" >/dev/null 2>&1 || true
            update-rc.d "$service" disable >/dev/null 2>&1 || true
        fi ;;
    esac
done
