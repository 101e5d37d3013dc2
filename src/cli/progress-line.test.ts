import { expect, test } from "bun:test";
import { ProgressLine, progressText } from "./progress-line.ts";

function recorder(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY, columns: 100, write: (text: string) => written.push(text) > 0 };
  const line = new ProgressLine(stream as never, () => now);
  const at = (ms: number, received: number, note?: string) => {
    now = ms;
    line.show({ label: "a.gguf", received, total: 1000e6, ...(note === undefined ? {} : { note }) });
  };
  return { written, line, at };
}

test("what is fetched, how much, how fast and how long still", () => {
  const progress = { label: "a.gguf", received: 250e6, total: 1000e6 };
  expect(progressText(progress, 10e6, true)).toBe(
    "a.gguf  [######------------------]  25 %  250 MB of 1.0 GB  10 MB/s  75 s left",
  );
  expect(progressText({ ...progress, note: "checking" }, null, false)).toBe(
    "a.gguf: checking  25 %  250 MB of 1.0 GB",
  );
  expect(progressText({ ...progress, total: null }, 10e6, true)).toBe("a.gguf  250 MB  10 MB/s");
});

test("in a terminal one line is drawn anew, and goes away", () => {
  const { written, line, at } = recorder(true);
  at(0, 0);
  at(50, 1e6);
  at(250, 2e6);
  line.clear();
  expect(written).toHaveLength(3);
  expect(written[1]).toStartWith("\r\x1b[Ka.gguf  [");
  expect(written[2]).toBe("\r\x1b[K");
});

test("what is said stays, and is not said again at once", () => {
  const { written, line, at } = recorder(true);
  at(0, 0);
  line.say("It failed. Trying again …");
  line.say("It failed. Trying again …");
  at(11_000, 1);
  line.say("It failed. Trying again …");
  expect(written.filter((text) => text === "It failed. Trying again …\n")).toHaveLength(2);
  expect(written[1]).toBe("\r\x1b[K");
});

test("elsewhere a line comes after a second and then every ten", () => {
  const { written, line, at } = recorder(false);
  for (let ms = 0; ms <= 20_000; ms += 500) at(ms, ms * 1000);
  for (let ms = 20_100; ms <= 21_100; ms += 500) at(ms, 0, "checking");
  line.clear();
  expect(written.map((text) => text.split("  ")[0])).toEqual(["a.gguf", "a.gguf", "a.gguf: checking"]);
  expect(written[1]).toBe("a.gguf  1 %  11 MB of 1.0 GB  1.0 MB/s  16 min left\n");
});
