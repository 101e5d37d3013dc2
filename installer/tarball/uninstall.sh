#!/bin/sh
# Removes what install.sh installed: the service and the files of the program.
#
#   sudo /opt/canvuslocallm/uninstall.sh [--purge]
#
# Settings, database, log files and models stay; --purge takes them and the account away as well.
set -eu

purge=no
case ${1-} in
  "") ;;
  --purge) purge=yes ;;
  *) sed -n 's/^# \{0,1\}//p' "$0" | sed -n '1,6p'; exit 2 ;;
esac

prefix=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ -f "$prefix/installed-files" ] || { echo "uninstall.sh: $prefix was not installed by install.sh" >&2; exit 1; }

if [ -f /etc/systemd/system/canvuslocallm.service ] &&
  grep -q "$prefix/canvuslocallm" /etc/systemd/system/canvuslocallm.service; then
  [ "$(id -u)" -eq 0 ] || { echo "uninstall.sh: the service of the system needs root" >&2; exit 1; }
  if [ -d /run/systemd/system ]; then
    "$prefix/canvuslocallm" service uninstall
  else
    rm -f /etc/systemd/system/canvuslocallm.service
  fi
fi

while IFS= read -r file; do
  rm -f "$prefix/$file"
  # Each folder that this empties goes, and no other.
  folder=$(dirname "$file")
  while [ "$folder" != . ] && rmdir "$prefix/$folder" 2>/dev/null; do folder=$(dirname "$folder"); done
done <"$prefix/installed-files"
rmdir "$prefix" 2>/dev/null || echo "Files of yours are left in $prefix."

if [ "$purge" = yes ]; then
  rm -rf /etc/canvuslocallm /var/lib/canvuslocallm /var/log/canvuslocallm /etc/systemd/system/canvuslocallm.service.d
  if getent passwd canvuslocallm >/dev/null; then userdel canvuslocallm; fi
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  echo "CanvusLocalLLM is gone, with settings and data."
else
  echo "CanvusLocalLLM is removed. Settings, data and log files are kept; to be rid of them and the account too:"
  echo "  sudo rm -r /etc/canvuslocallm /var/lib/canvuslocallm /var/log/canvuslocallm; sudo userdel canvuslocallm"
fi
