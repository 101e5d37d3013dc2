// Writes what is generated: `.env.example` and the README's tables of settings, models and errors.
import { join } from "node:path";
import { envExample, withSettingsTables } from "../src/config/documentation.ts";
import { withErrorReference } from "../src/errors/documentation.ts";
import { withCatalogueTable } from "../src/models/catalogue-table.ts";

const root = join(import.meta.dir, "..");
await Bun.write(join(root, ".env.example"), envExample());

const readme = Bun.file(join(root, "README.md"));
if (await readme.exists()) {
  const text = withErrorReference(withSettingsTables(await readme.text()));
  await Bun.write(readme, withCatalogueTable(text));
}
