import { connect } from "node:net";
import * as fc from "fast-check";
import { DashboardClient } from "../../../src/e2e/dashboard-client.ts";
import { Harness } from "../../../src/e2e/harness.ts";
import { Random } from "../../chaos-test/random.ts";
import { residentBytes } from "../../resident-bytes.ts";
import { damaged } from "../damage.ts";
import type { Target } from "../target.ts";
import { anyRequest, type WantedRequest } from "./any-request.ts";

const PASSWORD = "the-password-of-the-fuzzer-1";
const ANSWER_MS = 10_000;
/** A server that waits for the rest of a request that has none is told so after this time. */
const REST_MS = 150;
/** Said before the request gets to the dashboard: a method or version of HTTP that the server does not know. */
const NOT_HTTP = [501, 505];
const USUAL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** Headers by which a made-up request may promise more than it has. */
const LENGTHS = ["Content-Length", "Transfer-Encoding"];

interface Input {
  readonly request: WantedRequest;
  /** With damaged bytes when it is not 0. */
  readonly damage: number;
}

/** Sends made-up and damaged requests to the dashboard of the built executable, with and without a session. */
export async function dashboard(): Promise<Target<Input>> {
  const harness = await Harness.start();
  const service = await harness.runReady({ WEBUI_PWD: PASSWORD });
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.answerWith("Paris.", question.id);
  const client = new DashboardClient(service.url);
  await client.login(PASSWORD);
  return {
    inputs: fc.record({
      request: anyRequest,
      damage: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat() }),
    }),
    async check({ request, damage }) {
      const whole = bytesOf(request, client.cookie);
      const bytes = damage === 0 ? whole : damaged(whole, new Random(damage));
      const isWhole = damage === 0 && deservesAnswer(request);
      const answer = await exchange(service.url, bytes, isWhole ? ANSWER_MS : REST_MS);
      if (answer.includes(PASSWORD)) throw new Error("the password is told");
      const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      if (statuses.some((status) => status >= 500 && !NOT_HTTP.includes(status)))
        throw new Error(`it answers ${answer.slice(0, 1000)}`);
      if (isWhole && statuses.length === 0) throw new Error("there is no answer");
      return String(statuses.at(-1) ?? "no answer");
    },
    residentBytes: () => residentBytes(service.pid),
    maxGrowth: 96e6,
    describe: ({ request, damage }) =>
      `${JSON.stringify(Buffer.from(bytesOf(request, "COOKIE")).toString("latin1"))}, damaged with the seed ${damage}`,
    async end() {
      const isIn = await client.isIn();
      const complaints = service.log.filter(({ level }) => level === "error").map(({ message }) => message);
      const code = await service.stop();
      await harness.close();
      if (!isIn) throw new Error("the session is gone");
      if (complaints.length > 0) throw new Error(`the log has errors: ${complaints.slice(0, 5).join("; ")}`);
      if (code !== 143) throw new Error(`the service ended with ${code}`);
    },
  };
}

/** Others the server may just hang up on. */
function deservesAnswer({ method, headers }: WantedRequest): boolean {
  return USUAL_METHODS.includes(method) && !headers.some(([name]) => LENGTHS.includes(name));
}

function bytesOf({ method, target, headers, body, hasSession }: WantedRequest, cookie: string): Uint8Array {
  const content = Buffer.from(body, "utf8");
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(hasSession ? [`Cookie: ${cookie}`] : []),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(content.length > 0 ? [`Content-Length: ${content.length}`] : []),
    "Connection: close",
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8"), content]);
}

/** @returns what came back until the server hung up */
function exchange(url: string, bytes: Uint8Array, patienceMs: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(bytes));
  let answer = "";
  const noMore = setTimeout(() => socket.end(), patienceMs);
  const giveUp = setTimeout(() => socket.destroy(), patienceMs + ANSWER_MS);
  socket.setEncoding("latin1");
  socket.on("data", (text) => {
    answer += text;
    // Live events go on for ever.
    if (answer.includes("text/event-stream")) socket.destroy();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    clearTimeout(noMore);
    clearTimeout(giveUp);
    resolve(answer);
  });
  return promise;
}
