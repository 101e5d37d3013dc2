// Writes what is generated: `.env.example`, the README's tables of settings and models, and the page of errors.
import { join } from "node:path";
import { envExample, withSettingsTables } from "../src/config/documentation.ts";
import { withErrorReference } from "../src/errors/documentation.ts";
import { withCatalogueTable } from "../src/models/catalogue-table.ts";

const root = join(import.meta.dir, "..");
await Bun.write(join(root, ".env.example"), envExample());
await renew("README.md", (text) => withCatalogueTable(withSettingsTables(text)));
await renew("src/errors/README.md", withErrorReference);

async function renew(path: string, change: (text: string) => string): Promise<void> {
  const file = Bun.file(join(root, path));
  await Bun.write(file, change(await file.text()));
}
