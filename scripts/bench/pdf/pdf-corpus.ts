// Makes the PDFs that pdf-text.ts measures, with the programs people make PDFs with, and takes some from Debian's
// documentation: `bun scripts/bench/pdf/pdf-corpus.ts FOLDER`. What is not installed is named and left out. On Debian 12:
// apt-get install --no-install-recommends groff ghostscript qpdf poppler-utils img2pdf texlive-latex-recommended
//   texlive-fonts-recommended libreoffice-writer-nogui libreoffice-calc-nogui chromium weasyprint pango1.0-tools
//   fonts-noto-cjk fonts-hosny-amiri fonts-dejavu debian-reference-en debian-reference-ja debian-faq-de
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { $ } from "bun";
import { makePdf } from "../../../src/documents/testing/make-pdf.ts";
import {
  GREETINGS,
  latexColumns,
  latexForm,
  latexSideways,
  prose,
  tableCsv,
  tableHtml,
  webPage,
} from "./pdf-corpus-texts.ts";

const folder = resolve(process.argv[2] ?? "");
if (process.argv[2] === undefined) {
  process.stderr.write("usage: bun scripts/bench/pdf/pdf-corpus.ts FOLDER\n");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const work = await mkdtemp(join(folder, "work-"));

function out(name: string): string {
  return join(folder, `${name}.pdf`);
}

async function file(name: string, content: string): Promise<string> {
  const path = join(work, name);
  await Bun.write(path, content);
  return path;
}

/** Makes one PDF unless a program for it is missing or fails; the reason is printed. */
async function make(name: string, programs: readonly string[], run: () => Promise<unknown>): Promise<void> {
  const missing = programs.filter((program) => Bun.which(program) === null);
  if (missing.length > 0) return say(`${name}: left out, ${missing.join(", ")} not installed`);
  try {
    await run();
    say(existsSync(out(name)) ? `${name}: made` : `${name}: nothing was made`);
  } catch (error) {
    say(`${name}: failed, ${error instanceof $.ShellError ? error.stderr.toString().slice(-300) : error}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A document of Debian's, packed or not. */
async function installed(name: string, path: string): Promise<void> {
  if (!existsSync(path)) return say(`${name}: left out, ${path} not installed`);
  const bytes = await Bun.file(path).bytes();
  await Bun.write(out(name), path.endsWith(".gz") ? Bun.gunzipSync(bytes) : bytes);
  say(`${name}: copied`);
}

async function latex(name: string, source: string): Promise<void> {
  const path = await file(`${name}.tex`, source);
  await $`pdflatex -interaction=batchmode -output-directory ${work} ${path}`.quiet();
  await $`cp ${join(work, `${name}.pdf`)} ${out(name)}`;
}

async function libreOffice(name: string, extension: string, content: string): Promise<void> {
  const path = await file(`${name}.${extension}`, content);
  const profile = `-env:UserInstallation=file://${work}/profile`;
  await $`soffice ${profile} --headless --convert-to pdf --outdir ${folder} ${path}`.quiet();
}

async function chromium(name: string, html: string): Promise<void> {
  const page = await file(`${name}.html`, html);
  const options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"];
  await $`chromium ${options} --print-to-pdf=${out(name)} file://${page}`.quiet();
}

async function weasyprint(name: string, html: string): Promise<void> {
  await $`weasyprint ${await file(`${name}.html`, html)} ${out(name)}`.quiet();
}

await make("plain-prose", [], () => {
  const pages = prose(300, 9)
    .split("\n\n")
    .map((paragraph) => ({ lines: paragraph.match(/.{1,80}(?: |$)/g) ?? [] }));
  return Bun.write(out("plain-prose"), makePdf(pages));
});
await make("groff-500-pages", ["groff"], async () => {
  const source = await file("long.ms", `.LP\n${prose(36_000, 1).replaceAll("\n\n", "\n.PP\n")}\n`);
  await $`groff -Kutf8 -ms -Tpdf ${source} > ${out("groff-500-pages")}`.quiet();
});
await make("ghostscript-prose", ["groff", "ps2pdf"], async () => {
  const source = await file("short.ms", `.LP\n${prose(300, 2).replaceAll("\n\n", "\n.PP\n")}\n`);
  await $`groff -Kutf8 -ms -Tps ${source} | ps2pdf - ${out("ghostscript-prose")}`.quiet();
});
await make("latex-two-columns", ["pdflatex"], () => latex("latex-two-columns", latexColumns(prose(400, 3))));
await make("latex-sideways", ["pdflatex"], () => latex("latex-sideways", latexSideways(prose(60, 8))));
await make("latex-form", ["pdflatex"], () => latex("latex-form", latexForm()));
await make("office-prose", ["soffice"], () =>
  libreOffice("office-prose", "html", webPage(prose(300, 4), "")),
);
await make("office-languages", ["soffice"], () =>
  libreOffice("office-languages", "html", webPage(GREETINGS, "")),
);
await make("office-table", ["soffice"], () => libreOffice("office-table", "csv", tableCsv(400)));
await make("browser-columns", ["chromium"], () =>
  chromium("browser-columns", webPage(prose(300, 5), "body { columns: 2; font: 11pt serif }")),
);
await make("browser-table", ["chromium"], () => chromium("browser-table", tableHtml(300)));
await make("browser-languages", ["chromium"], () => chromium("browser-languages", webPage(GREETINGS, "")));
await make("weasyprint-columns", ["weasyprint"], () =>
  weasyprint("weasyprint-columns", webPage(prose(300, 6), "body { columns: 2 }")),
);
await make("weasyprint-languages", ["weasyprint"], () =>
  weasyprint("weasyprint-languages", webPage(GREETINGS, "")),
);
await make("cairo-languages", ["pango-view"], async () => {
  const text = await file("languages.txt", GREETINGS);
  await $`pango-view -q --width=400 --output=${out("cairo-languages")} ${text}`.quiet();
});

await installed("manual-valgrind", "/usr/share/doc/valgrind/valgrind_manual.pdf.gz");
await installed("manual-tasn1", "/usr/share/doc/libtasn1-doc/libtasn1.pdf");
await installed("manual-nettle", "/usr/share/doc/nettle-dev/nettle.pdf.gz");
await installed("paper-crc", "/usr/share/doc/zlib1g-dev/crc-doc.1.0.pdf.gz");
await installed("reference-english", "/usr/share/debian-reference/debian-reference.en.pdf");
await installed("reference-japanese", "/usr/share/debian-reference/debian-reference.ja.pdf");
await installed("faq-german", "/usr/share/doc/debian/FAQ/debian-faq.de.pdf.gz");

const columns = out("latex-two-columns");
const prose2 = out("ghostscript-prose");
await make("rotated-pages", ["qpdf"], () => $`qpdf ${columns} ${out("rotated-pages")} --rotate=+90`);
await make(
  "owner-password",
  ["qpdf"],
  () => $`qpdf --encrypt "" owner 256 --extract=n -- ${columns} ${out("owner-password")}`,
);
await make(
  "user-password",
  ["qpdf"],
  () => $`qpdf --encrypt secret owner 256 -- ${columns} ${out("user-password")}`,
);
await make(
  "object-streams",
  ["qpdf"],
  () => $`qpdf --object-streams=generate --linearize ${out("manual-tasn1")} ${out("object-streams")}`,
);
await make("qpdf-5000-pages", ["qpdf"], () => {
  const pages = Array.from({ length: 10 }, () => [out("groff-500-pages"), "1-r2"]).flat();
  return $`qpdf --empty --pages ${pages} -- ${out("qpdf-5000-pages")}`;
});
await make("scanned", ["pdftoppm", "img2pdf"], async () => {
  await $`pdftoppm -r 100 -l 3 -gray -png ${prose2} ${join(work, "scan")}`;
  const scans = [...new Bun.Glob("scan*.png").scanSync(work)].sort().map((name) => join(work, name));
  await $`img2pdf --output ${out("scanned")} ${scans}`.quiet();
});
await make("truncated", ["qpdf"], async () => {
  const bytes = await Bun.file(columns).bytes();
  await Bun.write(out("truncated"), bytes.subarray(0, Math.round(bytes.length * 0.7)));
});
await rm(work, { recursive: true, force: true });
