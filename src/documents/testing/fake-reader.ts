/**
 * A process that reads documents as badly as the name of the file says, and speaks the real protocol. What it is asked
 * for is appended to the file named by its argument, so that tests see what reached it, and said in its output, so that
 * they can wait for it in the log.
 */
import { appendFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { type DocumentReply, parseRequest } from "../protocol.ts";

const [record = "", startup = ""] = process.argv.slice(2);
const PAGES = 3;

function say(reply: DocumentReply | { readonly type: "nonsense" }): void {
  process.send?.(reply);
}

process.on("message", (value) => {
  const request = parseRequest(value);
  if (request === null) return;
  const name = basename(request.path);
  appendFileSync(record, `${request.type} ${name}\n`);
  writeSync(process.stderr.fd, `asked for ${request.type} ${name}\n`);
  if (request.type === "close") say({ type: "closed" });
  else if (name === "hangs") return;
  else if (name === "crashes") process.kill(process.pid, "SIGKILL");
  else if (name === "babbles") say({ type: "nonsense" });
  else if (name === "breaks")
    say({ type: "failed", code: "PDF_INVALID", message: "It is damaged.", isBroken: true });
  else if (request.type === "pages") {
    const { first: page } = request;
    say({ type: "pages", pages: [{ page, pages: PAGES, kind: "text", text: `page ${page}` }] });
  } else say({ type: "failed", code: "IMAGE_INVALID", message: "It is damaged.", isBroken: false });
});
process.on("disconnect", () => process.exit());
if (startup === "dies") process.exit(1);
say({ type: "ready" });
