// Checks that imports go downwards only, as rooms.ts says, and that the README knows every part. Exit code 1 when not.
import { join } from "node:path";
import { Glob } from "bun";
import { ROOMS } from "./rooms.ts";
import { wrongImports } from "./wrong-imports.ts";

const root = join(import.meta.dir, "../..");
const wrong: string[] = [];
for (const path of [...new Glob("{src,views}/**/*.{ts,tsx}").scanSync(root)].sort()) {
  wrong.push(...wrongImports(path.replaceAll("\\", "/"), await Bun.file(join(root, path)).text()));
}
const readme = await Bun.file(join(root, "README.md")).text();
for (const name of Object.keys(ROOMS).filter((room) => !room.includes(".") && !room.includes("/"))) {
  if (!readme.includes(`\`src/${name}/\``))
    wrong.push(`README.md, "Architecture", does not name src/${name}/`);
}
for (const sentence of wrong) process.stderr.write(`${sentence}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
