#!/usr/bin/env bash
# Makes debian:trixie-slim available: the local one, else the registry's, else one bootstrapped here from
# Debian's own packages, so that sandboxes can be built where no image registry answers.
# Usage: base-image.sh [IMAGE]
set -euo pipefail

base=${1:-debian:trixie-slim}
authorities=/usr/local/share/ca-certificates
say() { printf 'base-image: %s\n' "$*" >&2; }

if docker image inspect "$base" >/dev/null 2>&1; then
    say "$base is here already"
    exit 0
fi
if timeout 300 docker pull --quiet "$base" >/dev/null 2>&1; then
    say "pulled $base"
    exit 0
fi
# Anything but this release under the name asked for would be a lie.
if [[ $EUID -ne 0 || ${base#*:} != trixie-slim ]] || ! command -v apt-get >/dev/null; then
    say "$base cannot be pulled; debian:trixie-slim can be bootstrapped by root on Debian or Ubuntu. Run:"
    printf '    sudo bash %s\n' "$(realpath "$0")" >&2
    say "or bring the image from a machine that has it:"
    printf '    docker save %s | ssh THIS-MACHINE docker load\n' "$base" >&2
    exit 1
fi
if ! command -v mmdebstrap >/dev/null; then
    say "installing mmdebstrap with apt"
    export DEBIAN_FRONTEND=noninteractive
    apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update
    "${apt[@]}" install -y --no-install-recommends mmdebstrap debian-archive-keyring >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# As the official image has it: without this, apt's caches add about 95 MB to every image built on top.
cat >"$work/docker-clean" <<'CONF'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF

options=(
    --variant=minbase
    # With its hook, because the alternative, usrmerge, drags in perl.
    --include=ca-certificates,usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*'
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*'
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
    --customize-hook="upload $work/docker-clean /etc/apt/apt.conf.d/docker-clean"
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/*'
)
# Behind a proxy with an authority of its own, what runs in a build must trust what the host trusts.
if compgen -G "$authorities/*.crt" >/dev/null; then
    options+=(
        --customize-hook="copy-in $authorities ${authorities%/*}"
        --customize-hook='chroot "$1" update-ca-certificates'
    )
fi

say "no registry answers: bootstrapping $base from Debian's packages (about half a minute)"
# By way of a file: from a pipe, a bootstrap that fails would still be imported, as an empty image.
if ! mmdebstrap "${options[@]}" trixie "$work/base.tar" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    say "mmdebstrap failed; the end of its output is above"
    exit 1
fi
docker import --change 'CMD ["bash"]' "$work/base.tar" "$base" >/dev/null
say "made $base"
