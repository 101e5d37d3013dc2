const LOG_CALL =
  /(?:\blog|\blogger|#log|#logger)(?:\([^()]*\))?\??(?:\.(?:debug|info|warn|error)|\[[\w.]+\])\(/;
const METHOD =
  /^ {2}(?:(?:private|public|protected|static|override|async|get|set) )*\*?#?([A-Za-z_]\w*)(?:<.*>)?\(/;
const FUNCTION = /^(?:export )?(?:default )?(?:async )?(?:function\*? (\w+)|(?:const|let) (\w+)\b.*=)/;
const CLASS = /^(?:export )?(?:abstract )?class (\w+)/;

export interface LogCall {
  /** From 1. */
  readonly line: number;
  /** The method, or the function at the top of the file, that the call stands in. */
  readonly functionName: string;
  /** The text of that function. */
  readonly body: string;
}

/** Finds the calls of a logger in a formatted source file; the formatter's indentation tells what stands where. */
export function findLogCalls(text: string): LogCall[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (!LOG_CALL.test(line) || /^\s*(?:\/\/|\*)/.test(line)) return [];
    const { name, from } = enclosingFunction(lines, index);
    const to = lines.findIndex((each, at) => at > index && each.startsWith(closingOf(lines[from] ?? "")));
    return [{ line: index + 1, functionName: name, body: lines.slice(from, to + 1).join("\n") }];
  });
}

function enclosingFunction(lines: readonly string[], index: number): { name: string; from: number } {
  let method: { name: string; from: number } | undefined;
  for (let at = index; at >= 0; at--) {
    const line = lines[at] ?? "";
    const ofClass = METHOD.exec(line);
    if (ofClass?.[1] !== undefined && !/^ {2}(?:if|for|while|switch|return|catch)\b/.test(line)) {
      method ??= { name: ofClass[1], from: at };
    }
    if (CLASS.test(line) && method) return method;
    const top = FUNCTION.exec(line);
    if (top) return { name: top[1] ?? top[2] ?? "", from: at };
  }
  return { name: "module", from: 0 };
}

function closingOf(opening: string): string {
  return `${/^ */.exec(opening)?.[0] ?? ""}}`;
}
