import { expect, test } from "bun:test";
import { assertModelKnown } from "./known-model.ts";

const wanted = { name: "qwen3-vl-3b", path: "/none/qwen3-vl-3b.gguf", sources: [] };

test("of a mistyped name the name is said, and which one may have been meant", async () => {
  await expect(assertModelKnown("qwen3-vl-3b", wanted)).rejects.toThrow(
    "The model qwen3-vl-3b is neither in the catalogue nor in /none. Did you mean qwen3-vl-2b?",
  );
  await expect(assertModelKnown("llama", wanted)).rejects.toThrow(/nor in \/none\.$/);
});

test("files, and names that the catalogue has, are for others to judge", async () => {
  await assertModelKnown("/none/qwen3-vl-3b.gguf", wanted);
  const source = { url: "https://hub.test/a.gguf", path: wanted.path, bytes: null, sha256: null };
  await assertModelKnown("qwen3-vl-2b", { ...wanted, sources: [source] });
});
