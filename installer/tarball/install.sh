#!/bin/sh
# Installs CanvusLocalLLM from the unpacked archive, or upgrades what an earlier one installed.
#
#   sudo ./install.sh [--prefix /opt/canvuslocallm] [--no-service]
#
# Settings and data stay as they are. Needs only a POSIX shell and coreutils.
set -eu

prefix=/opt/canvuslocallm
service=yes
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
    --no-service) service=no ;;
    -h | --help) sed -n 's/^# \{0,1\}//p' "$0" | sed -n '1,6p'; exit 0 ;;
    *) echo "install.sh: unknown option $1; --help tells the others" >&2; exit 2 ;;
  esac
  shift
done
case $prefix in /*) ;; *) echo "install.sh: --prefix must begin with /" >&2; exit 2 ;; esac

source=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ -f "$source/installed-files" ] || { echo "install.sh: run it from the unpacked archive" >&2; exit 1; }
if [ "$source" = "$prefix" ]; then
  echo "install.sh: $prefix is the unpacked archive itself; unpack it elsewhere, or use --prefix" >&2
  exit 2
fi
if [ "$service" = yes ] && [ "$(id -u)" -ne 0 ]; then
  echo "install.sh: a service of the system needs root: sudo ./install.sh; or use --no-service with a --prefix of your own" >&2
  exit 1
fi
[ -d /run/systemd/system ] || service=no

running=no
if [ "$service" = yes ] && systemctl is-active --quiet canvuslocallm.service; then
  running=yes
  echo "Stopping the service; what is being answered may end."
  systemctl stop canvuslocallm.service
fi

mkdir -p "$prefix"
if [ -f "$prefix/installed-files" ]; then
  # What the earlier version laid down goes, also what this one no longer has. Files of yours stay.
  while IFS= read -r file; do rm -f "$prefix/$file"; done <"$prefix/installed-files"
fi
while IFS= read -r file; do
  mkdir -p "$(dirname "$prefix/$file")"
  cp -p "$source/$file" "$prefix/$file"
done <"$source/installed-files"
[ "$(id -u)" -ne 0 ] || (cd "$prefix" && tr '\n' '\0' <installed-files | xargs -0 chown root:root)
echo "Installed $("$prefix/canvuslocallm" version | head -n 1) in $prefix."

if [ "$service" = no ]; then
  echo "Start it with: $prefix/canvuslocallm --env-file FILE   (an example is $prefix/.env.example)"
  exit 0
fi
"$prefix/canvuslocallm" service install
if [ "$running" = yes ]; then
  systemctl start canvuslocallm.service
  echo "The service runs again."
fi
