import { withSection } from "../marked-section.ts";
import { ERROR_CATEGORIES, type ErrorInfo } from "./error-info.ts";
import { ERRORS } from "./registry.ts";

/** The error reference (README.md beside this file): what the categories mean, and every code with what to do. */
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

/** @throws Error when the page lacks the markers */
export function withErrorReference(page: string): string {
  return withSection(page, "errors", errorReference());
}
