import { mkdir } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";

/** Where the pages of the checkout lie in a package, which has no source folders to lie in. */
export const PAGES: Readonly<Record<string, string>> = {
  "README.md": "README.md",
  ".github/CHANGELOG.md": "docs/changelog.md",
  "installer/README.md": "docs/installation.md",
  "src/documents/README.md": "docs/documents.md",
  "src/errors/README.md": "docs/errors.md",
  "src/inference/README.md": "docs/pictures.md",
  "src/inference/remote/README.md": "docs/model-servers.md",
  "src/models/README.md": "docs/models.md",
  "src/observability/README.md": "docs/log.md",
  "src/service/README.md": "docs/service.md",
  "src/storage/README.md": "docs/database.md",
  "src/web/README.md": "docs/dashboard.md",
};

const PICTURE = /\.(?:png|svg|webp)$/;
const LINK = /(!?)\[([^\]]*)\]\(([^)\s]+)\)/g;

/** Lays the pages and their pictures into a package's folder. */
export async function layDocumentation(root: string, folder: string): Promise<void> {
  await mkdir(join(folder, "docs"), { recursive: true });
  for (const [page, place] of Object.entries(PAGES)) {
    const text = await Bun.file(join(root, page)).text();
    await Bun.write(join(folder, place), withPackagedLinks(text, page));
    for (const picture of linkedFiles(text, page).filter((path) => PICTURE.test(path))) {
      await Bun.write(join(folder, pictureIn(picture)), Bun.file(join(root, picture)));
    }
  }
}

/** The files of the checkout that a page links to, as paths from its root. */
export function linkedFiles(text: string, page: string): string[] {
  return [...text.matchAll(LINK)]
    .map(([, , , target]) => target ?? "")
    .filter((target) => !isOutside(target) && !target.startsWith("#"))
    .map((target) => resolve(page, target.replace(/#.*/, "")));
}

/** The page as it reads in a package: links lead to what is there, and of the others the words stay. */
export function withPackagedLinks(text: string, page: string): string {
  return text.replace(LINK, (link, mark: string, words: string, target: string) => {
    if (isOutside(target) || target.startsWith("#")) return link;
    const [path = "", heading] = target.split("#");
    const file = resolve(page, path);
    const place = PICTURE.test(file) ? pictureIn(file) : PAGES[file];
    if (place === undefined) return words;
    const way = posix.relative(dirname(PAGES[page] ?? page), place);
    return `${mark}[${words}](${way}${heading === undefined ? "" : `#${heading}`})`;
  });
}

function pictureIn(path: string): string {
  return `docs/${basename(path)}`;
}

function resolve(page: string, target: string): string {
  return posix.normalize(posix.join(dirname(page), target));
}

function isOutside(target: string): boolean {
  return /^[a-z]+:/.test(target);
}
