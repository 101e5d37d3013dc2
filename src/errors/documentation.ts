import { withSection } from "../marked-section.ts";
import { ERROR_CATEGORIES, ERRORS, type ErrorInfo } from "./registry.ts";

/** The README's error reference: what the categories mean, and every code with what to do. */
export function errorReference(): string {
  const categories = Object.entries(ERROR_CATEGORIES).map(([name, meaning]) => `| ${name} | ${meaning} |`);
  const codes = Object.entries<ErrorInfo>(ERRORS).map(
    ([code, { category, retryable, hint }]) =>
      `| \`${code}\` | ${category}${retryable ? ", repeated" : ""} | ${hint.replaceAll("|", "\\|")} |`,
  );
  return [
    "| Category | What it means and how the service reacts |",
    "|---|---|",
    ...categories,
    "",
    "| Code | Category | What to do |",
    "|---|---|---|",
    ...codes,
  ].join("\n");
}

/** @throws Error when the README lacks the markers */
export function withErrorReference(readme: string): string {
  return withSection(readme, "errors", errorReference());
}
