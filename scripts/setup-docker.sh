#!/usr/bin/env bash
# Makes a Docker Engine answer on this machine. One that answers already is left untouched.
set -euo pipefail

readonly WAIT_S=60

say() { printf 'setup-docker: %s\n' "$*" >&2; }
stop() {
    say "$1"
    [[ $# -lt 2 ]] || printf '    %s\n' "$2" >&2
    exit 1
}
answers() { timeout 30 docker info >/dev/null 2>&1; }

# Debian's base has no init, and policy-rc.d often forbids packages to start daemons: so a missing cgroup
# tree is ours to mount, and the daemon ours to start.
mount_cgroups() {
    [[ -z $(ls -A /sys/fs/cgroup 2>/dev/null) ]] || return 0
    say "mounting cgroups: /sys/fs/cgroup is empty"
    mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
    local controller
    for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
        mkdir "/sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" 2>/dev/null ||
            rmdir "/sys/fs/cgroup/$controller"
    done
    [[ ! -d /sys/fs/cgroup/memory ]] || return 0
    # A kernel without v1: without a memory limit no sandbox may start, so take v2.
    umount --recursive /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
}

install_engine() {
    say "installing docker.io and iptables with apt"
    export DEBIAN_FRONTEND=noninteractive
    local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update
    local packages=(docker.io iptables)
    # From Debian 13 on the command line is a package of its own.
    if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then
        packages+=(docker-cli)
    fi
    "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null
}

# Waits until the engine answers; gives up early when the daemon PID (if given) has ended.
wait_for() {
    local pid=${1:-} until=$((SECONDS + WAIT_S))
    while ((SECONDS < until)); do
        if answers; then return 0; fi
        if [[ -n $pid ]] && ! kill -0 "$pid" 2>/dev/null; then return 1; fi
        sleep 0.5
    done
    return 1
}

start_daemon() {
    say "starting dockerd ${*:+$* }(log: $log)"
    # A session of its own: the daemon outlives the shell, terminal or CI step that started it.
    setsid nohup dockerd "$@" </dev/null >>"$log" 2>&1 &
    wait_for $!
}

# The fallback without an engine; a convenience here, so that it fails nothing.
install_bubblewrap() {
    if command -v bwrap >/dev/null || [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then return 0; fi
    say "installing bubblewrap with apt"
    local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
    export DEBIAN_FRONTEND=noninteractive
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends bubblewrap >/dev/null; } ||
        say "bubblewrap could not be installed; --sandbox bubblewrap needs it"
}

install_bubblewrap
if answers; then
    say "Docker answers already; nothing else to do"
    exit 0
fi
if [[ -n ${DOCKER_HOST:-} ]]; then
    stop "the engine that DOCKER_HOST names ($DOCKER_HOST) does not answer; start it there, or use a local one:" \
        "unset DOCKER_HOST"
fi
if [[ $EUID -ne 0 && -S /var/run/docker.sock && ! -w /var/run/docker.sock ]]; then
    stop "this user may not talk to Docker; run this, then log in again:" "sudo usermod -aG docker $(id -un)"
fi
if [[ $EUID -ne 0 ]]; then
    stop "no Docker Engine answers, and starting one needs root; run:" "sudo bash $(realpath "$0")"
fi
if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null || ! command -v iptables >/dev/null; then
    command -v apt-get >/dev/null ||
        stop "no apt-get here; install Docker Engine as your distribution says, then run:" "systemctl start docker"
    install_engine
fi
mount_cgroups

log=/var/log/evenbench-dockerd.log
[[ -w /var/log ]] || log=${TMPDIR:-/tmp}/evenbench-dockerd.log
if [[ -d /run/systemd/system ]] && systemctl start docker && wait_for; then
    say "Docker answers (started by systemd)"
    exit 0
fi
: >"$log"
# Some kernels have no NAT tables. Sandboxes have no network and builds use the host's, so Docker's own
# firewall rules are not missed.
if start_daemon || { grep -qi iptables "$log" && start_daemon --iptables=false; }; then
    say "Docker answers"
    exit 0
fi
grep -v level=info "$log" | tail -n 20 >&2 || true
stop "dockerd did not come up; the end of its log is above, all of it is here:" "less $log"
