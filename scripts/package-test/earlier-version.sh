# shellcheck shell=bash
# Sourced by scripts/platform-test: makes packages of an "earlier version" out of the ones to be tested, to upgrade from:
# a lower number, and a file that the new version no longer has.

# earlier_deb PACKAGE RESULT
earlier_deb() {
  local folder=$work/earlier
  rm -rf "$folder" && dpkg-deb --raw-extract "$1" "$folder" || return 1
  sed -i 's/^Version: .*/Version: 0.0.1/' "$folder/DEBIAN/control"
  echo obsolete >"$folder/usr/lib/canvuslocallm/obsolete-file"
  dpkg-deb --root-owner-group -Znone --build "$folder" "$2" >/dev/null && rm -rf "$folder"
}

# earlier_tarball PACKAGE RESULT
earlier_tarball() {
  local folder=$work/earlier
  rm -rf "$folder" && mkdir "$folder" && tar -xf "$1" -C "$folder" || return 1
  (cd "$folder"/* && echo obsolete >obsolete-file && echo obsolete-file >>installed-files) || return 1
  tar -cf "$2" -C "$folder" . && rm -rf "$folder"
}
