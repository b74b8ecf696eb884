# What the scripts of this folder share. Sourced, not run.
# shellcheck shell=bash

# Runs a command as root: directly, or with sudo where we are somebody else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo --preserve-env=DEBIAN_FRONTEND "$@"
    else
        echo "error: '$1' needs root; run this script as root or install sudo" >&2
        return 1
    fi
}

# Whether any of the given paths or patterns exists.
exists() { compgen -G "$1" >/dev/null; }

# The folder of tools that the scripts fetch for themselves; it goes with `cargo clean`.
tools_dir() { echo "${CARGO_TARGET_DIR:-$PWD/target}/tools"; }

# cargo_tool NAME VERSION: puts `cargo-NAME` on PATH, prebuilt from PyPI, if it is not there. Fails quietly without pip.
cargo_tool() {
    local name=$1 version=$2 tools
    tools=$(tools_dir)
    PATH="$tools/bin:$PATH"
    export PATH
    command -v "cargo-$name" >/dev/null && return 0
    command -v python3 >/dev/null && python3 -m pip --version >/dev/null 2>&1 || return 1
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        --target "$tools" "astral-dev-toolchain-cargo-$name==$version" || return 1
    hash -r
    command -v "cargo-$name" >/dev/null
}
