#!/usr/bin/env bash
# Makes a Docker Engine answer. One that does already is left untouched.
set -euo pipefail

log=${EVENBENCH_DOCKER_LOG:-/tmp/evenbench-dockerd.log}
say() { printf 'setup-docker: %s\n' "$*"; }

if docker info >/dev/null 2>&1; then
    say "a Docker Engine answers"
    exit 0
fi

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "no Docker Engine answers, and this script installs one only as root on Debian or Ubuntu." >&2
    say "Run:  sudo $(cd "$(dirname "$0")" && pwd)/$(basename "$0")" >&2
    say "or install Docker Engine (https://docs.docker.com/engine/install/), start it, and let this user use it." >&2
    exit 1
fi

if ! command -v dockerd >/dev/null || ! command -v iptables >/dev/null; then
    say "installing docker.io and iptables with apt-get"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends docker.io iptables >/dev/null
fi

# Some containers and small virtual machines come without cgroups; dockerd needs them.
if [ -z "$(ls -A /sys/fs/cgroup 2>/dev/null)" ]; then
    say "mounting cgroups"
    mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
        mkdir -p "/sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" || rmdir "/sys/fs/cgroup/$controller"
    done
fi

if [ -d /run/systemd/system ] && systemctl start docker 2>/dev/null; then
    say "started the docker service"
else
    say "starting dockerd (log: $log)"
    rm -f /var/run/docker.pid
    setsid nohup dockerd >"$log" 2>&1 </dev/null &
fi

for _ in $(seq 60); do
    if docker info >/dev/null 2>&1; then
        say "a Docker Engine answers"
        exit 0
    fi
    sleep 1
done
say "dockerd did not come up within 60 s; the end of $log:" >&2
tail -n 20 "$log" >&2 || true
exit 1
