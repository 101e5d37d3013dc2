import { expect, test } from "bun:test";
import { diedOfMemory, memoryEvidence } from "./out-of-memory.ts";

const exit = (signal: NodeJS.Signals | null, more: { exitCode?: number; output?: string } = {}) => ({
  signal,
  exitCode: null,
  output: "",
  description: "ended",
  ...more,
});
const evidence = (oomKills: number | null, addressesLimited = false) => ({ oomKills, addressesLimited });

test("SIGKILL counts when the kernel has killed something for memory, not when somebody else did", () => {
  expect(diedOfMemory(exit("SIGKILL"), evidence(3), evidence(4), true)).toBe(true);
  expect(diedOfMemory(exit("SIGKILL"), evidence(3), evidence(4), false)).toBe(true);
  expect(diedOfMemory(exit("SIGKILL"), evidence(3), evidence(3), true)).toBe(false);
  expect(diedOfMemory(exit("SIGKILL"), evidence(null), evidence(null), true)).toBe(true);
  expect(diedOfMemory(exit("SIGKILL"), evidence(null), evidence(null), false)).toBe(false);
});

test("under an address limit any death while loading counts, and nothing else", () => {
  const limited = evidence(0, true);
  expect(diedOfMemory(exit("SIGABRT"), limited, limited, true)).toBe(true);
  expect(diedOfMemory(exit(null, { exitCode: 1 }), limited, limited, true)).toBe(true);
  expect(diedOfMemory(exit(null, { exitCode: 0 }), limited, limited, true)).toBe(false);
  expect(diedOfMemory(exit("SIGTERM"), limited, limited, true)).toBe(false);
  expect(diedOfMemory(exit("SIGABRT"), limited, limited, false)).toBe(false);
  expect(diedOfMemory(exit("SIGSEGV"), evidence(0), evidence(0), true)).toBe(false);
});

test("an allocation that nobody caught", () => {
  const output = "terminate called after throwing an instance of 'std::bad_alloc'\n";
  expect(diedOfMemory(exit("SIGABRT", { output }), evidence(0), evidence(0), false)).toBe(true);
});

test.skipIf(process.platform !== "linux")("the kernel tells how many it has killed", () => {
  expect(memoryEvidence().oomKills).toBeGreaterThanOrEqual(0);
});
