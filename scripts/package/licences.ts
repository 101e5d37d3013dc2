import type { Component } from "./components.ts";

const RULE = "-".repeat(100);

/** One text with the licence of everything by others. Equal texts stand there once. */
export function thirdPartyLicences(components: readonly Component[]): string {
  const byText = Map.groupBy(components, ({ licenseText }) => licenseText);
  const parts = [...byText].map(([text, owners]) => {
    const heads = owners.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return [RULE, ...heads, RULE, "", text, ""].join("\n");
  });
  const head =
    "CanvusLocalLLM is under the MIT licence (LICENSE). It contains the following works of others.\n";
  return `${head}\n${parts.join("\n")}`;
}
