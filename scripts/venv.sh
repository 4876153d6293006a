#!/bin/sh
# Sees to .venv: there, whole, and of a Python that maslow runs on. One that is not is made anew.
# Usage: venv.sh PYTHON GOAL, with what make was asked for. Status 2 where PYTHON cannot make it.
set -eu
python=$1 goal=$2
needed='Python 3.11 to 3.14' # requires-python of pyproject.toml
fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'

refuse() {
    echo "$1" >&2
    exit 2
}

# pip's own command is the last that venv writes.
if test -e .venv/bin/pip && .venv/bin/python -c "$fits" 2>/dev/null; then
    exit 0
fi

# A PYTHON of several words is a command with its options.
# shellcheck disable=SC2086
if ! $python -c "$fits" 2>/dev/null; then
    version=$($python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || version=
    found="there is no $python"
    test -z "$version" || found="$python is $version"
    for other in python3.14 python3.13 python3.12 python3.11; do
        if "$other" -c "$fits" 2>/dev/null; then
            refuse "maslow needs $needed, and $found: type make PYTHON=$other $goal."
        fi
    done
    refuse "maslow needs $needed, and $found: install one, and name it: make PYTHON=python3.12 $goal."
fi
if ! $python -c 'import ensurepip, venv' 2>/dev/null; then
    refuse "$python lacks the module venv: install it (apt install python3-venv on Debian and Ubuntu)."
fi

if test -e .venv || test -L .venv; then
    echo "Making .venv anew: it is not whole, or not of $needed."
fi
rm -rf .venv
$python -m venv .venv || {
    rm -rf .venv
    refuse "$python could not make .venv."
}
