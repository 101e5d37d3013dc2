/**
 * How native code begins a line about itself: names of llama.cpp's functions, and what runtimes say when they give up.
 * The vision engine writes what people ask to its output as well, and that belongs in no log.
 */
const NATIVE =
  /^(?:(?:ggml|llama|clip|mtmd|common|load|alloc|print)_\w+: |CUDA error|\S+:\d+: GGML_|terminate called|\s+what\(\): |panic\()/;

/** Whether a line of a process's output is surely no text of people. */
export function isNativeWord(line: string): boolean {
  return NATIVE.test(line);
}
