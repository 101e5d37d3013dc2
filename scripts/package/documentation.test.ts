import { afterEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Glob } from "bun";
import { layDocumentation, linkedFiles, PAGES, withPackagedLinks } from "./documentation.ts";

const root = join(import.meta.dir, "../..");
const pages = ["*.md", ".github/**/*.md", "{installer,scripts,src}/**/*.md"].flatMap((pattern) => [
  ...new Glob(pattern).scanSync({ cwd: root, dot: true }),
]);
let folder: string | undefined;

afterEach(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

test.each(pages)("the links of %s lead to files and headings that are there", async (page) => {
  const text = await Bun.file(join(root, page)).text();
  expect(linkedFiles(text, page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(await lostHeadings(root, page, text)).toEqual([]);
});

test("a package has every page that administrators read, and its links stay inside", async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-documentation-"));
  await layDocumentation(root, folder);
  const inside = folder;
  for (const place of Object.values(PAGES)) {
    const text = await Bun.file(join(inside, place)).text();
    expect(linkedFiles(text, place).filter((path) => !existsSync(join(inside, path)))).toEqual([]);
    expect(await lostHeadings(inside, place, text)).toEqual([]);
  }
  const missing = pages.filter((page) => /^(?:src|installer)\/.*README/.test(page) && !(page in PAGES));
  expect(missing).toEqual(["installer/canvus-menu/README.md"]);
});

test("links lead to the pages of the package; of what it does not have the words stay", () => {
  const text =
    "[a](../errors/README.md#errors) [b](log-entry.schema.json) [c](#here) [d](https://example.com/)";
  expect(withPackagedLinks(text, "src/observability/README.md")).toBe(
    "[a](errors.md#errors) b [c](#here) [d](https://example.com/)",
  );
  expect(withPackagedLinks("[a](src/web/README.md) ![p](.github/architecture.svg)", "README.md")).toBe(
    "[a](docs/dashboard.md) ![p](docs/architecture.svg)",
  );
});

async function lostHeadings(base: string, page: string, text: string): Promise<string[]> {
  const lost: string[] = [];
  for (const [, path = "", heading = ""] of text.matchAll(/\]\(([^)\s:#]*)#([^)\s]+)\)/g)) {
    const target = path === "" ? page : join(page, "..", path);
    if (!headings(await Bun.file(join(base, target)).text()).includes(heading))
      lost.push(`${path}#${heading}`);
  }
  return lost;
}

/** As GitHub makes anchors: small letters, without punctuation, hyphens for spaces. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
