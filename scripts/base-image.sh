#!/usr/bin/env bash
# Makes the base image of the sandboxes present: pulled where a registry answers, bootstrapped where none does.
set -euo pipefail

base=${1:-debian:trixie-slim}
suite=${base#*:}
suite=${suite%-slim}
say() { printf 'base-image: %s\n' "$*"; }

if docker image inspect "$base" >/dev/null 2>&1; then
    say "$base is present"
    exit 0
fi
if docker pull -q "$base" >/dev/null 2>&1; then
    say "pulled $base"
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "no registry answers, and bootstrapping $base needs root on Debian. Run:  docker pull $base" >&2
    exit 1
fi
if ! command -v mmdebstrap >/dev/null; then
    say "installing mmdebstrap with apt-get"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
fi

say "no registry answers: bootstrapping $base from Debian's packages (about 30 s)"
# The host's own certificate authorities go along: behind an inspecting proxy, builds need them.
mmdebstrap --quiet --variant=minbase --include=ca-certificates,usr-is-merged \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --customize-hook='mkdir -p "$1/usr/local/share/ca-certificates"' \
    --customize-hook='cp -r /usr/local/share/ca-certificates/. "$1/usr/local/share/ca-certificates/" 2>/dev/null || true' \
    --customize-hook='chroot "$1" update-ca-certificates >/dev/null' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin' \
    "$suite" - | docker import --change 'CMD ["bash"]' - "$base" >/dev/null
say "made $base"
