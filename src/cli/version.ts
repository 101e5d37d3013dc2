import llamaRelease from "../../node_modules/node-llama-cpp/llama/llama.cpp.info.json" with { type: "json" };
import llamaPackage from "../../node_modules/node-llama-cpp/package.json" with { type: "json" };
import { buildInfo } from "../build-info.ts";

/** The program and what is inside. */
export function versionFacts() {
  return {
    version: buildInfo.version,
    commit: buildInfo.commit,
    target: `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`,
    bun: Bun.version,
    node_llama_cpp: llamaPackage.version,
    llama_cpp: llamaRelease.tag,
  };
}

/** `canvuslocallm version`. @returns the exit code. */
export function showVersion(json: boolean): number {
  const facts = versionFacts();
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : asText(facts));
  return 0;
}

function asText({ version, ...rest }: Readonly<Record<string, string>>): string {
  const lines = Object.entries(rest).map(
    ([name, value]) => `  ${name.replaceAll("_", "-").padEnd(15)}${value}`,
  );
  return [`canvuslocallm ${version}`, ...lines, ""].join("\n");
}
