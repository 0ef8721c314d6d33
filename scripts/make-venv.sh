#!/usr/bin/env bash
# The virtual environment, with what the tests ran with. Debian splits venv and pip off Python.
set -euo pipefail

python=${1:-python3}
cd "$(dirname "$0")/.."

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "make-venv: installing python3 and python3-venv with apt-get"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null
        python=/usr/bin/python3
    else
        echo "make-venv: needs Python 3.11 or newer with venv. Run:  sudo apt-get install python3 python3-venv" >&2
        exit 1
    fi
fi

.venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv .venv
echo "make-venv: installing evenbench and its pinned dependencies"
.venv/bin/python -m pip install -q --disable-pip-version-check -c requirements/dev.txt -e '.[hub,local,dev]'
