# shellcheck shell=bash
# Sourced by tests that need a clean Debian with a systemd of its own. Needs scripts/steps.sh.

CONTAINER_TOOLS=(debootstrap systemd-nspawn nsenter)

# Says why no container can be had here; silent when one can.
container_obstacle() {
  local tool
  [ "$(id -u)" -eq 0 ] || { echo "this test needs root"; return; }
  for tool in "${CONTAINER_TOOLS[@]}"; do
    command -v "$tool" >/dev/null || { echo "there is no $tool (apt-get install debootstrap systemd-container)"; return; }
  done
}

fetch_debian() {
  rm -rf "$2.new" && mkdir -p "$(dirname "$2")" &&
    debootstrap --variant=minbase --include="systemd,systemd-sysv,dbus${3:+,$3}" "$1" "$2.new" && mv "$2.new" "$2"
}

# provide_debian SUITE [PACKAGES]: a clean Debian in $debian, with these packages besides, fetched once and kept.
provide_debian() {
  debian="${XDG_CACHE_HOME:-$HOME/.cache}/canvuslocallm-tests/$1${2:+-$2}"
  [ -d "$debian" ] || step "Fetching a clean Debian ($1)" fetch_debian "$1" "$debian" "${2:-}"
}

# boot_container FOLDER LOG: boots it; $container is the process to end, $init the container's own first process.
boot_container() {
  systemd-nspawn --directory "$1" --register=no --keep-unit --link-journal=no --boot </dev/null >"$2" 2>&1 &
  container=$!
  init=""
  for _ in $(seq 300); do
    init=$(cat "/proc/$container/task/$container/children" 2>/dev/null)
    init=${init%% *}
    [ -n "$init" ] && nsenter -t "$init" -a systemctl is-active --quiet multi-user.target 2>/dev/null && return 0
    kill -0 "$container" 2>/dev/null || break
    sleep 0.2
  done
  tail -20 "$2" >&2
  return 1
}

end_container() {
  [ -n "${container:-}" ] || return 0
  # Its own children first: nspawn takes the whole container with it.
  kill -TERM "$container" 2>/dev/null
  for _ in $(seq 50); do kill -0 "$container" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$container" 2>/dev/null
  wait "$container" 2>/dev/null
  container=""
}
