# shellcheck shell=bash disable=SC2034,SC2154
# Installs what the clients need, and finds out which of them cannot be had, and why. Read by scripts/drivers.

declare -A missing=()

is_installed() { [[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

has_candidate() {
    apt-cache policy "$1" 2>/dev/null | grep -q '^  Candidate: [^(]'
}

# needs NAME packages|modules: one a line
needs() { client "$1" "printf '%s\n' \"\${$2[@]}\"" | grep -v '^$' || true; }

install_packages() {
    local wanted=() name package policy=/usr/sbin/policy-rc.d as_root=()
    for package in "${own_packages[@]}"; do
        if ! is_installed "$package"; then wanted+=("$package"); fi
    done
    for name in "${clients[@]}"; do
        while read -r package; do
            if ! is_installed "$package" && [[ " ${wanted[*]} " != *" $package "* ]]; then wanted+=("$package"); fi
        done < <(needs "$name" packages)
    done
    if [[ ${#wanted[@]} -eq 0 ]]; then return; fi
    if [[ $(id -u) -ne 0 ]]; then as_root=(sudo -n); fi
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then return; fi
    "${as_root[@]}" apt-get -q update >"$root/apt.log" 2>&1 </dev/null || true
    local available=()
    for package in "${wanted[@]}"; do
        if has_candidate "$package"; then available+=("$package"); fi
    done
    if [[ ${#available[@]} -eq 0 ]]; then return; fi
    echo "installing: ${available[*]}"
    # Services that come along are kept from starting.
    local made_policy=no
    if [[ ! -e "$policy" ]]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
        made_policy=yes
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 install \
        --no-install-recommends "${available[@]}" >>"$root/apt.log" 2>&1 </dev/null || tail -n 5 "$root/apt.log" >&2
    if [[ $made_policy == yes ]]; then "${as_root[@]}" rm -f "$policy"; fi
}

# One virtual environment, made anew when the list of modules changes.
install_modules() {
    local name needed=no
    for name in "${clients[@]}"; do
        if [[ -n "$(needs "$name" modules)" ]]; then needed=yes; fi
    done
    venv=${XDG_CACHE_HOME:-$HOME/.cache}/pilotfish/drivers-venv
    if [[ $needed == no ]] || cmp -s "$drivers/requirements.txt" "$venv/requirements.txt"; then return; fi
    echo "installing Python modules into $venv"
    mkdir -p "$(dirname "$venv")"
    {
        python3 -m venv --clear "$venv" &&
            "$venv/bin/pip" --quiet install --disable-pip-version-check -r "$drivers/requirements.txt" &&
            cp "$drivers/requirements.txt" "$venv/requirements.txt"
    } >"$root/pip.log" 2>&1 </dev/null || {
        # One module that cannot be had does not take the others along.
        local line
        while read -r line; do
            "$venv/bin/pip" --quiet install --disable-pip-version-check "$line" >>"$root/pip.log" 2>&1 </dev/null || true
        done < <(grep -v '^#' "$drivers/requirements.txt")
    }
}

why_not() {
    if ! command -v apt-get >/dev/null; then
        echo "Debian package $1 is needed, and there is no apt-get"
    elif [[ $(id -u) -ne 0 ]] && ! sudo -n true 2>/dev/null; then
        echo "Debian package $1 is needed (as root: apt-get install $1)"
    elif ! has_candidate "$1"; then
        echo "no Debian package $1 among apt's sources"
    else
        echo "Debian package $1 could not be installed: $(grep -m 1 '^E: ' "$root/apt.log")"
    fi
}

find_missing() {
    local name package module reason
    for name in "${clients[@]}"; do
        while read -r package; do
            if ! is_installed "$package"; then missing[$name]=$(why_not "$package"); fi
        done < <(needs "$name" packages)
        while read -r module; do
            if ! "$venv/bin/pip" show --quiet "$module" >/dev/null 2>&1; then
                missing[$name]="Python module $module could not be installed: $(tail -n 1 "$root/pip.log" 2>/dev/null)"
            fi
        done < <(needs "$name" modules)
        if [[ -n "${missing[$name]:-}" ]]; then continue; fi
        reason=$(client "$name" cannot)
        if [[ -n "$reason" ]]; then
            missing[$name]=$reason
            continue
        fi
        mkdir -p "$root/build/$name"
        if ! client "$name" build >"$root/results/$name.build" 2>&1 </dev/null; then
            missing[$name]="does not build: $(grep -m 1 -i error "$root/results/$name.build" || tail -n 1 "$root/results/$name.build")"
        fi
    done
}
