#!/usr/bin/env bash
# Makes a Chromium available that the report is tested in. One that is here already is left untouched.
set -euo pipefail

say() { printf 'setup-browser: %s\n' "$*" >&2; }
# The names that tests/report/chromium.py looks for.
here() { command -v chromium || command -v chromium-browser || command -v google-chrome || command -v chrome; }

if path=$(here); then
    say "$path is here already"
    exit 0
fi
if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    say "the tests of the report need Chromium; as root on Debian, run:"
    printf '    apt-get install --no-install-recommends chromium fonts-dejavu-core\n' >&2
    say "elsewhere install it, or Chrome, as your system says"
    exit 1
fi
say "installing chromium with apt"
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends chromium fonts-dejavu-core >/dev/null
here >/dev/null || { say "apt installed chromium, but no command of that name is here"; exit 1; }
