/**
 * Variables that native engines and their drivers read. A child gets nothing else: it needs no passwords and no
 * keys, and the engine's own NODE_LLAMA_CPP_* settings must not reach it from somebody's shell.
 */
const NAMES = new Set([
  "APPDATA",
  "COMSPEC",
  "HOME",
  "LANG",
  "LD_LIBRARY_PATH",
  "LOCALAPPDATA",
  "PATH",
  "PROGRAMDATA",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "TMPDIR",
  "TZ",
  "USERPROFILE",
  "WINDIR",
]);
const PREFIXES = ["CUDA_", "GGML_", "LC_", "NVIDIA_", "VK_", "XDG_", "__GL", "MESA_"];

/** The part of an environment that a child is started with. */
export function childEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const upper = name.toUpperCase();
    if (NAMES.has(upper) || PREFIXES.some((prefix) => upper.startsWith(prefix))) kept[name] = value;
  }
  return kept;
}
