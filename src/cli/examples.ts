/** Examples at the end of a help text. */
export function examples(list: readonly (readonly [command: string, meaning: string])[]): string {
  const lines = list.map(([command, meaning]) => `  ${command}\n      ${meaning}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
