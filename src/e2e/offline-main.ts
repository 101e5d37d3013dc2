// Run by models.test.ts in a network namespace that has nothing but its own loopback: a whole service and what one does
// with it. Prints what was answered, and how many attempts to reach anything else the kernel counted.
import { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";

/** Connections and datagrams for which there was no route, DNS questions included. */
async function attempts(): Promise<number> {
  const four = await Bun.file("/proc/net/snmp").text();
  const [names = [], values = []] = four
    .split("\n")
    .filter((line) => line.startsWith("Ip:"))
    .map((line) => line.split(" "));
  const six = /^Ip6OutNoRoutes\s+(\d+)$/m.exec(await Bun.file("/proc/net/snmp6").text())?.[1];
  return Number(values[names.indexOf("OutNoRoutes")]) + Number(six ?? 0);
}

const harness = await Harness.start();
try {
  const service = await harness.runReady({ WEBUI_PWD: "password-of-the-tests-52" });
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  const answer = await harness.canvas.answerWith("Paris.", question.id);
  const commands = [["models", "list"], ["models", "verify"], ["doctor"], ["config"], ["history"]];
  const exitCodes: number[] = [];
  for (const command of commands) exitCodes.push(await new Execution(command, harness.settings()).exited);
  await service.stop();
  const before = await attempts();
  // What the count is worth: this one must be in it.
  await fetch("http://hub.test/").catch(() => undefined);
  const control = (await attempts()) - before;
  process.stdout.write(`${JSON.stringify({ answer: answer.text, exitCodes, attempts: before, control })}\n`);
} finally {
  await harness.close();
}
process.exit(0);
