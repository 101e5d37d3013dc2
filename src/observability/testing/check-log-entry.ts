import Ajv from "ajv/dist/2020.js";
import schema from "../log-entry.schema.json" with { type: "json" };

const check = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** What is wrong with a line of the log according to its schema; nothing for a good one. */
export function problemsOfEntry(line: string): string[] {
  if (check(JSON.parse(line))) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}: ${line}`);
}
