// Writes what is generated: `.env.example` and the README's tables of settings and errors.
import { join } from "node:path";
import { envExample, withSettingsTables } from "../src/config/documentation.ts";
import { withErrorReference } from "../src/errors/documentation.ts";

const root = join(import.meta.dir, "..");
await Bun.write(join(root, ".env.example"), envExample());

const readme = Bun.file(join(root, "README.md"));
if (await readme.exists())
  await Bun.write(readme, withErrorReference(withSettingsTables(await readme.text())));
