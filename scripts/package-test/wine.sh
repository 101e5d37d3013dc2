# shellcheck shell=bash
end_wine() { :; }
on_windows() { skip windows "not yet"; }
