# shellcheck shell=bash
# Sourced by the scripts that build native code: a Debian 11, the oldest system that the product runs on (glibc 2.31),
# with compilers in it. It is fetched once and kept. Debian 11 no longer changes, so every machine gets the same one.

# clang-16 is in Debian 11 itself and knows the newest processors (AMX, AVX-VNNI), which its gcc 10 does not.
DEBIAN_11_PACKAGES=(ca-certificates clang-16 cmake g++ git lld-16 ninja-build)
debian_11="${XDG_CACHE_HOME:-$HOME/.cache}/canvuslocallm-build/debian-11"

fetch_debian_11() {
  local packages
  packages=$(IFS=,; echo "${DEBIAN_11_PACKAGES[*]}")
  rm -rf "$debian_11.new" && mkdir -p "$(dirname "$debian_11")" &&
    debootstrap --variant=minbase --include="$packages" bullseye "$debian_11.new" ${DEBIAN_11_MIRROR:+"$DEBIAN_11_MIRROR"} &&
    rm -rf "$debian_11.new/var/cache/apt/archives" && mv "$debian_11.new" "$debian_11"
}

provide_debian_11() {
  local tool
  [ "$(id -u)" -eq 0 ] || { echo "native code is built in a Debian 11, which needs root: sudo $0" >&2; return 1; }
  for tool in debootstrap systemd-nspawn; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install debootstrap systemd-container" >&2; return 1; }
  done
  [ -d "$debian_11" ] || step "Fetching a Debian 11 with compilers" fetch_debian_11
}

# in_debian_11 FOLDER COMMAND...: runs a command in it, without network, with FOLDER as /natives.
in_debian_11() {
  local work=$1
  shift
  systemd-nspawn --quiet --directory "$debian_11" --volatile=overlay --register=no --keep-unit --pipe \
    --private-network --bind "$work:/natives" --chdir=/natives "$@"
}
