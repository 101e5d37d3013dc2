import { humanBytes } from "../human-bytes.ts";
import { withSection } from "../marked-section.ts";
import { CATALOGUE, downloadBytes } from "./catalogue.ts";

/** The README's table of the catalogue. */
function catalogueTable(): string {
  const rows = CATALOGUE.map((model) => {
    const { name, title, purpose, remark, memoryBytes, license, repository } = model;
    const what = [`${title}. ${purpose}`, ...(remark === undefined ? [] : [remark])].join(" ");
    const cells = [
      `\`${name}\``,
      what,
      humanBytes(downloadBytes(model)),
      humanBytes(memoryBytes),
      license,
      `\`${repository}\``,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| Name | What it is | Download | Memory | Licence | Repository at the hub |",
    "|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** @throws Error when the README lacks the markers */
export function withCatalogueTable(readme: string): string {
  return withSection(readme, "models", catalogueTable());
}
