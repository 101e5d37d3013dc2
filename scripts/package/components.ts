import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeComponents } from "./native-components.ts";

/** Something by other people that is inside the package. */
export interface Component {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  readonly licenseText: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/**
 * Everything by others that went into the executable or lies beside it, sorted by name.
 * @param tree what the user gets
 * @param metafile the bundler's account of what it put into the executable
 */
export async function bundledComponents(root: string, tree: string, metafile: string): Promise<Component[]> {
  const { inputs }: { inputs: Record<string, unknown> } = JSON.parse(await readFile(metafile, "utf8"));
  const folders = new Set(Object.keys(inputs).flatMap((path) => packageFolder(path) ?? []));
  const fromNpm = await Promise.all([...folders].map((folder) => npmComponent(root, join(root, folder))));
  const all = [...fromNpm, ...(await nativeComponents(root, tree))];
  // The same package may lie in several places.
  const unique = new Map(all.map((component) => [component.purl, component]));
  return [...unique.values()].sort((one, other) => (one.purl < other.purl ? -1 : 1));
}

/** `a/node_modules/@b/c/d.js` lies in the package `a/node_modules/@b/c`. */
function packageFolder(path: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

async function npmComponent(root: string, folder: string): Promise<Component> {
  const about: PackageJson = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const license = about.license ?? "NOASSERTION";
  const licenseText = (await licenseFiles(folder)) ?? (await standardText(root, about));
  const purl = `pkg:npm/${about.name.replace("@", "%40")}@${about.version}`;
  return { name: about.name, version: about.version, license, licenseText, purl };
}

async function licenseFiles(folder: string): Promise<string | null> {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.length === 0 ? null : texts.map((text) => text.trim()).join("\n\n");
}

/** For packages that only name their licence. */
async function standardText(root: string, { name, license, author }: PackageJson): Promise<string> {
  const file = join(root, "installer/licenses", `${license}.txt`);
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`${name} comes without the text of its licence (${license}); put it into ${file}`);
  });
  const holder = typeof author === "object" ? author.name : author;
  return `Copyright (c) ${holder ?? `the authors of ${name}`}\n\n${text.trim()}`;
}
