import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import pinned from "../../src/native/sd-shim/release.json" with { type: "json" };
import type { Component } from "./components.ts";

/** What is not a JavaScript package, and the file of the package by which it is seen to be inside. */
interface NativePart {
  readonly name: string;
  readonly file: RegExp;
  readonly version: (root: string) => Promise<string>;
  readonly license: string;
  readonly copyright: string;
  readonly purl: string;
  /** Texts in installer/licenses, after the copyright. */
  readonly texts: readonly string[];
}

const PARTS: readonly NativePart[] = [
  {
    name: "bun",
    file: /^canvuslocallm(\.exe)?$/,
    version: async (root) => (await readFile(join(root, ".bun-version"), "utf8")).trim(),
    license: "MIT AND LGPL-2.1-only",
    copyright: "Copyright (c) Oven and the authors of Bun",
    purl: "pkg:github/oven-sh/bun@bun-v",
    texts: ["MIT.txt", "bun-parts.txt", "LGPL-2.1.txt"],
  },
  {
    name: "llama.cpp",
    file: /^lib\/node-llama-cpp\/bins\//,
    version: async (root) => {
      const file = join(root, "node_modules/node-llama-cpp/llama/llama.cpp.info.json");
      return JSON.parse(await readFile(file, "utf8")).tag;
    },
    license: "MIT",
    copyright:
      "Copyright (c) 2023-2026 The ggml authors\nCopyright (c) 2013-2026 Niels Lohmann (JSON for Modern C++)",
    purl: "pkg:github/ggml-org/llama.cpp@",
    texts: ["MIT.txt"],
  },
  {
    name: "llama.node",
    file: /^lib\/llama-vision\//,
    version: async () => packageJson.optionalDependencies["@fugood/node-llama-linux-x64"],
    license: "MIT",
    copyright: [
      "Copyright (c) Hans Chen and the contributors of llama.node",
      "Copyright (c) 2023-2026 The ggml authors",
      "Copyright (c) 2013-2026 Niels Lohmann (JSON for Modern C++)",
      "Copyright (c) 2017 Sean Barrett (stb_image)",
      "Copyright (c) 2025 David Reid (miniaudio)",
    ].join("\n"),
    purl: "pkg:npm/%40fugood/llama.node@",
    texts: ["MIT.txt"],
  },
  {
    name: "stable-diffusion.cpp",
    file: /^lib\/stable-diffusion\//,
    version: async () => pinned.release,
    license: "MIT",
    copyright: [
      "Copyright (c) 2023 leejet",
      "Copyright (c) 2023-2026 The ggml authors",
      "Copyright (c) 2013-2026 Niels Lohmann (JSON for Modern C++)",
      "Copyright (c) Kuba Podgórski (zip)",
      "Copyright (c) 2010-2014 Rich Geldreich and Tenacious Software LLC (miniz)",
    ].join("\n"),
    purl: "pkg:github/leejet/stable-diffusion.cpp@",
    texts: ["MIT.txt"],
  },
  {
    name: "WinSW",
    file: /^canvuslocallm-service\.exe$/,
    version: async () => "1.17.0",
    license: "MIT",
    copyright:
      "Copyright (c) 2010-2016 Kohsuke Kawaguchi, Sun Microsystems, Inc., CloudBees, Inc., Oleg Nenashev and other contributors",
    purl: "pkg:github/winsw/winsw@v",
    texts: ["MIT.txt"],
  },
];

export async function nativeComponents(root: string, tree: string): Promise<Component[]> {
  const files = (await readdir(tree, { recursive: true })).map((path) => path.replaceAll("\\", "/"));
  const inside = PARTS.filter(({ file }) => files.some((path) => file.test(path)));
  return Promise.all(
    inside.map(async ({ name, version, license, copyright, purl, texts }) => {
      const number = await version(root);
      const rest = await Promise.all(
        texts.map((file) => readFile(join(root, "installer/licenses", file), "utf8")),
      );
      const licenseText = `${copyright}\n\n${rest.map((text) => text.trim()).join("\n\n")}`;
      return { name, version: number, license, licenseText, purl: `${purl}${number}` };
    }),
  );
}
