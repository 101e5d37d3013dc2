import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { BunPlugin } from "bun";
import type { EnginePackages } from "./engine-packages.ts";

/** Folder beside the executable that stands for the node-llama-cpp package: native files and the few JSON files it reads. */
export const LLAMA_FOLDER = "lib/node-llama-cpp";

const VIRTUAL = "canvuslocallm-llama";

/**
 * Makes node-llama-cpp work inside the executable: what it looks up relative to its own package folder is looked up
 * in LLAMA_FOLDER beside the executable instead, and so are the platform packages with the native files.
 */
export function llamaPlugin({ version, library }: EnginePackages): BunPlugin {
  const runtime = [
    `import { dirname, join } from "node:path";`,
    `import { pathToFileURL } from "node:url";`,
    `const folder = join(dirname(process.execPath), ...${JSON.stringify(LLAMA_FOLDER.split("/"))});`,
    `export const packageUrl = (path) => pathToFileURL(join(folder, path)).href;`,
    `export const getBinsDir = () => ({ binsDir: join(folder, "bins"), packageVersion: ${JSON.stringify(version)} });`,
  ].join("\n");

  return {
    name: "node-llama-cpp-beside-executable",
    setup(build) {
      build.onResolve({ filter: /^node-llama-cpp$/ }, () => ({ path: join(library, "dist", "index.js") }));
      // `version` reads these of the checkout; the executable must tell about the library that is inside it.
      build.onResolve({ filter: /node_modules\/node-llama-cpp\/.+\.json$/ }, ({ path }) => ({
        path: join(library, path.slice(path.indexOf("node-llama-cpp/") + "node-llama-cpp/".length)),
      }));
      build.onResolve({ filter: /^@node-llama-cpp\// }, () => ({ path: "runtime", namespace: VIRTUAL }));
      build.onResolve({ filter: new RegExp(`^${VIRTUAL}$`) }, () => ({
        path: "runtime",
        namespace: VIRTUAL,
      }));
      build.onLoad({ filter: /.*/, namespace: VIRTUAL }, () => ({ contents: runtime, loader: "js" }));
      build.onLoad({ filter: /node-llama-cpp[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        return { contents: rewriteMetaUrl(source, path), loader: "js" };
      });
    },
  };
}

/**
 * The file name becomes `bundled.js` on purpose: testBindingBinary.js forks "itself" to try a native file, which in
 * an executable would start the whole service again, and leaves that out when its file has another name.
 */
function rewriteMetaUrl(source: string, path: string): string {
  if (!source.includes("import.meta.url")) return source;
  const parts = path.split(sep);
  const folder = parts.slice(parts.lastIndexOf("dist"), -1).join("/");
  const url = JSON.stringify(`${folder}/bundled.js`);
  return `import { packageUrl as besideExecutable } from "${VIRTUAL}";\n${source.replaceAll("import.meta.url", `besideExecutable(${url})`)}`;
}
