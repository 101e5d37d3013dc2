# shellcheck shell=bash
# Sourced by scripts/platform-test: the Windows installer under Wine 10, in a Debian 13 of its own (Debian 12's Wine 8
# cannot run Bun). Wine stands in for Windows only so far: services, firewall and GPUs are not covered by it.

fetch_wine() {
  rm -rf "$1.new" && mkdir -p "$(dirname "$1")" && debootstrap --variant=minbase --include=ca-certificates trixie "$1.new" &&
    mount_system "$1.new" && chroot "$1.new" sh -c 'dpkg --add-architecture i386 && apt-get update -q &&
      DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends wine wine64 wine32:i386' || return 1
  umount_system "$1.new" && mv "$1.new" "$1"
}

mount_system() {
  mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev"
}

umount_system() {
  umount "$1/proc" "$1/dev"
}

end_wine() {
  [ -n "${wine:-}" ] || return 0
  [ ! -x "$work/wine" ] || "$work/wine" wineserver --kill 2>/dev/null
  rm -rf "$wine/root/platform-test"
  [ -z "$wine_mounted" ] || umount_system "$wine"
  wine=""
}

# on_windows SETUP: on Windows itself (in Git's bash) the real thing, elsewhere under Wine.
on_windows() {
  local obstacle setup=$1
  case "$(uname -s)" in MINGW* | MSYS*) on_real_windows "$setup"; return ;; esac
  obstacle=$(container_obstacle)
  [ -z "$obstacle" ] || { skip windows "$obstacle"; return; }
  [ -n "$setup" ] || { skip windows "there is no installer in $packages"; return; }
  # CLL_WINE is a Debian with Wine that somebody has made already.
  wine=${CLL_WINE:-${XDG_CACHE_HOME:-$HOME/.cache}/canvuslocallm-tests/wine-trixie}
  wine_mounted=""
  [ -d "$wine" ] || step "Fetching a Debian with Wine 10" fetch_wine "$wine" || { skip windows "Wine could not be fetched"; wine=""; return; }
  mountpoint -q "$wine/proc" || { mount_system "$wine" && wine_mounted=yes; }
  printf '\n== windows: %s under Wine ==\n' "$(basename "$setup")"
  rm -rf "$wine/root/platform-test" && mkdir -p "$wine/root/platform-test" && cp "$setup" "$wine/root/platform-test/setup.exe"
  cat >"$work/wine" <<END
#!/bin/sh
exec chroot "$wine" env HOME=/root WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= WINEPREFIX=/root/platform-test/prefix "\$@"
END
  chmod +x "$work/wine"
  step "Making a fresh Windows" "$work/wine" wineboot --init || { skip windows "Wine does not start"; return; }
  if CLL_EXECUTABLE="$work/program/canvuslocallm" timeout 900 bun "$root/scripts/package-test/windows.ts" \
    --wine "$work/wine" --folder "$wine/root/platform-test"; then
    passed+=(windows)
  else
    failed+=(windows)
  fi
  end_wine
}

on_real_windows() {
  [ -n "$1" ] || { skip windows "there is no installer in $packages"; return; }
  printf '\n== windows: %s ==\n' "$(basename "$1")"
  if timeout 900 bun "$root/scripts/package-test/windows.ts" --setup "$(cygpath --windows "$1")"; then
    passed+=(windows)
  else
    failed+=(windows)
  fi
}
