// Writes what is generated from the settings' schema: `.env.example` and the tables in the README.
import { join } from "node:path";
import { envExample, withSettingsTables } from "../src/config/documentation.ts";

const root = join(import.meta.dir, "..");
await Bun.write(join(root, ".env.example"), envExample());

const readme = Bun.file(join(root, "README.md"));
if (await readme.exists()) await Bun.write(readme, withSettingsTables(await readme.text()));
