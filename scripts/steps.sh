# shellcheck shell=bash
# Sourced by the other scripts: runs the steps of a script and shows how they get on.

# Runs a command as one step. Its output is kept back and shown only if it fails; a terminal sees the seconds run,
# a log file gets a line for every ten of them.
step() {
  local label=$1 log pid began elapsed told=0 status=0
  shift
  log=$(mktemp)
  began=$SECONDS
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  # Without this a Ctrl+C would leave the step running: the shell starts background jobs deaf to it.
  trap 'kill "$pid" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
  [ -t 2 ] || printf '  ..  %s\n' "$label" >&2
  while kill -0 "$pid" 2>/dev/null; do
    elapsed=$((SECONDS - began))
    if [ -t 2 ]; then
      printf '\r  ..  %s (%s s)' "$label" "$elapsed" >&2
    elif [ $((elapsed / 10)) -gt "$told" ]; then
      told=$((elapsed / 10))
      printf '  ..  %s, %s s so far\n' "$label" "$elapsed" >&2
    fi
    sleep 0.1
  done
  wait "$pid" || status=$?
  trap - INT TERM
  [ -t 2 ] && printf '\r' >&2
  if [ "$status" -eq 0 ]; then
    printf '  ok  %s (%s s)    \n' "$label" "$((SECONDS - began))" >&2
  else
    printf '  !!  %s failed after %s s:\n' "$label" "$((SECONDS - began))" >&2
    cat "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}
