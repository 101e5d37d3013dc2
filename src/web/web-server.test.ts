import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AppError } from "../errors/app-error.ts";
import type { Readiness } from "./health.ts";
import { WebServer } from "./web-server.ts";

let readiness: Readiness;
let web: WebServer;

const options = { hostname: "127.0.0.1", port: 0, version: "1.2.3", readiness: async () => readiness };

beforeEach(() => {
  readiness = { ready: true, reasons: [], notices: [] };
  web = new WebServer(options);
  web.start();
});

afterEach(() => web.stop());

test("/healthz answers while the process lives, ready or not", async () => {
  readiness = { ready: false, reasons: [], notices: [] };
  const response = await fetch(`${web.url}/healthz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok" });
});

test("/readyz tells why it is not ready", async () => {
  readiness = { ready: false, reasons: [{ part: "model", message: "loading" }], notices: [] };
  const response = await fetch(`${web.url}/readyz`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual(readiness);
  readiness = { ready: true, reasons: [], notices: ["n"] };
  expect((await fetch(`${web.url}/readyz`)).status).toBe(200);
});

test("the page shows names of canvases as text, never as markup", async () => {
  readiness = {
    ready: false,
    reasons: [{ part: "canvas", message: "<script>alert(1)</script>" }],
    notices: ["<b>"],
  };
  const page = await (await fetch(web.url)).text();
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).not.toContain("<script");
  expect(page).not.toContain("<b>");
});

test("every answer forbids scripts and frames", async () => {
  for (const path of ["/", "/healthz", "/style.css", "/nothing"]) {
    const { headers } = await fetch(web.url + path);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("a taken port is an error with a code, also when Bun itself has it", () => {
  const other = new WebServer({ ...options, port: Number(new URL(web.url).port) });
  let error: AppError | undefined;
  try {
    other.start();
  } catch (thrown) {
    error = thrown as AppError;
  }
  expect(error?.code).toBe("PORT_IN_USE");
});
