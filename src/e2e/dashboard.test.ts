import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { migrate } from "../storage/migrate.ts";
import { addHistory } from "../storage/testing/sample-rows.ts";
import { chromiumPath, openBrowser } from "./browser.ts";
import { DashboardClient } from "./dashboard-client.ts";
import type { Execution } from "./executable.ts";
import { faintTexts } from "./faint-texts.ts";
import { Harness } from "./harness.ts";
import { complaintsOf, logIn } from "./watched-page.ts";

const PASSWORD = "a-long-password-of-the-tests";
const PAGES = ["/", "/history", "/metrics", "/errors", "/logs"];
const SEEDED = 120;
const HOSTILE = `<script>document.title="taken"</script><img src=x onerror="document.title='taken'"> Why?`;

let harness: Harness;
let service: Execution & { url: string };

beforeAll(async () => {
  harness = await Harness.start();
  seed();
  service = await harness.runReady({ WEBUI_PWD: PASSWORD });
});

afterAll(async () => {
  await harness.close();
});

/** Prompts of yesterday, among them one that failed. */
function seed(): void {
  const folder = join(harness.folder, "data");
  mkdirSync(folder);
  const database = new Database(join(folder, "data.db"), { create: true, strict: true });
  migrate(database);
  const yesterday = Date.now() - 24 * 60 * 60 * 1000;
  const rows = Array.from({ length: SEEDED }, (_, n) => {
    const created_at = new Date(yesterday + n * 1000).toISOString();
    const common = {
      correlation_id: `seed${n}`,
      prompt: `Question ${n}`,
      created_at,
      completed_at: created_at,
    };
    if (n !== 7) return common;
    return {
      ...common,
      status: "failed",
      response: null,
      error_code: "PROMPT_TIMEOUT",
      error_message: "Late.",
    } as const;
  });
  database.transaction(() => addHistory(database, ...rows))();
  database.close();
}

async function client(): Promise<DashboardClient> {
  const visitor = new DashboardClient(service.url);
  await visitor.login(PASSWORD);
  return visitor;
}

describe("the API", () => {
  test("tells the state, the history and one prompt, and describes itself", async () => {
    const visitor = await client();
    const json = async (path: string) => (await visitor.get(`/api/v1/${path}`)).json();
    const model = expect.objectContaining({ kind: "text", is_demo: true, usable: true });
    expect(await json("status")).toMatchObject({ ready: true, models: expect.arrayContaining([model]) });
    const page = (await json("history?limit=100")) as { rows: unknown[]; next: number };
    expect(page.rows).toHaveLength(100);
    const rest = (await json(`history?limit=100&before=${page.next}`)) as { next: number | null };
    expect(rest.next).toBeNull();
    expect(await json("history/seed7")).toMatchObject({
      task: { status: "failed" },
      hint: expect.anything(),
    });
    expect((await json("openapi.json")) as unknown).toMatchObject({ openapi: "3.1.0" });
    const csv = await (await visitor.get("/api/v1/history.csv?status=failed")).text();
    expect(csv.trim().split("\r\n")).toHaveLength(2);
  });

  test("a stream of events says at once how things are, and ends when the service stops", async () => {
    const other = await harness.runReady({
      WEBUI_PWD: PASSWORD,
      CANVUSLLM_DATA_DIR: join(harness.folder, "other"),
    });
    const visitor = new DashboardClient(other.url);
    await visitor.login(PASSWORD);
    const events = await visitor.get("/api/v1/events");
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new Error("no stream");
    let text = "";
    while (!text.includes("event: status")) text += (await reader.read()).value;
    expect(text).toStartWith("event: heartbeat");
    expect(await other.stop()).toBe(143);
    const ended = (async () => {
      while (!(await reader.read()).done);
    })();
    await ended.catch(() => undefined);
  });
});

describe.skipIf(chromiumPath === undefined)("in a browser", () => {
  let browser: Browser;
  /** Of the page that was opened last. */
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    complaints = complaintsOf(page, service.url);
    await page.goto(service.url + path);
    await logIn(page, PASSWORD);
    await page.waitForURL(service.url + path);
    return page;
  }

  test.each(["light", "dark"] as const)(
    "every page is whole and fits a phone, in %s",
    async (colorScheme) => {
      const page = await open("/", { colorScheme, viewport: { width: 390, height: 844 } });
      for (const path of [...PAGES, "/history/seed7"]) {
        await page.goto(service.url + path);
        expect([path, await page.getByRole("heading", { level: 1 }).count()]).toEqual([path, 1]);
        expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 390]);
        expect([path, await faintTexts(page)]).toEqual([path, []]);
      }
      await page.context().close();
      expect(complaints).toEqual([]);
    },
  );

  test("a prompt that is being answered is there without a reload, and so is its end", async () => {
    const page = await open("/");
    await page.getByText("Live", { exact: true }).waitFor();
    const [runner] = await service.children();
    if (runner === undefined) throw new Error("there is no runner");
    process.kill(runner, "SIGSTOP");
    const running = page.locator("section", { has: page.getByRole("heading", { name: "Working on now" }) });
    try {
      await harness.canvas.addNote("{{What is the capital of Japan?}}");
      await running.getByRole("link", { name: "What is the capital of Japan?" }).first().waitFor();
      await running.getByText("reading the question").first().waitFor();
    } finally {
      process.kill(runner, "SIGCONT");
    }
    await running.getByText("Nothing at the moment").waitFor();
    await page.getByText("Tokyo.").first().waitFor();
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  test("what stands in a note is shown as text, on every page that shows it", async () => {
    await harness.canvas.addNote(`{{${HOSTILE}}}`);
    await service.logged((line) => line.message === "prompt accepted");
    const page = await open("/history");
    const link = page.getByRole("link", { name: "document.title" });
    await page.getByRole("navigation").first().waitFor();
    while ((await link.count()) === 0) await page.reload();
    expect(await link.first().textContent()).toContain('<script>document.title="taken"</script>');
    await link.first().click();
    await page.getByRole("heading", { name: "Steps" }).waitFor();
    expect(await page.locator("pre.text").first().textContent()).toContain("<img src=x onerror=");
    expect(await page.getByText("prompt accepted").count()).toBe(1);
    expect(await page.title()).not.toContain("taken");
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  test.each([true, false])(
    "the history is searched and turned over (with scripts: %j)",
    async (javaScriptEnabled) => {
      const page = await open("/history", { javaScriptEnabled });
      await page.getByRole("link", { name: "Older" }).click();
      await page.waitForURL(/before=/);
      await page.getByRole("link", { name: "Older" }).click();
      await page.getByText("That is all.").waitFor();
      await page.getByLabel("Status").selectOption("failed");
      await page.getByRole("button", { name: "Search" }).click();
      await page.waitForURL(/status=failed/);
      await page.getByRole("link", { name: "Question 7" }).click();
      await page.getByText("PROCESSING_TIMEOUT").waitFor();
      await page.goto(`${service.url}/history?q=%22Question+42%22`);
      expect(await page.locator("tbody tr").count()).toBe(1);
      const download = page.waitForEvent("download");
      await page.getByRole("link", { name: "CSV" }).click();
      expect(await Bun.file(await (await download).path()).text()).toContain("Question 42");
      await page.context().close();
      expect(complaints).toEqual([]);
    },
  );

  test("the log grows before one's eyes, and holds still on request", async () => {
    const page = await open("/logs?q=prompt+accepted");
    await page.getByText("Live", { exact: true }).waitFor();
    const lines = page.locator("#log > li");
    const before = await lines.count();
    await harness.canvas.addNote("{{What is the capital of Spain?}}");
    await lines.nth(before).waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Pause" }).click();
    await harness.canvas.addNote("{{What is the capital of Italy?}}");
    await page.getByText("Paused, 1 new").waitFor();
    expect(await lines.count()).toBe(before + 1);
    await page.getByRole("button", { name: "Go on" }).click();
    await lines.nth(before + 1).waitFor({ state: "attached" });
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  test("charts are renewed while one looks; what is hidden stays so, what is enlarged waits", async () => {
    const page = await open("/metrics?range=week");
    const prompts = page.getByRole("figure", { name: "Prompts", exact: true });
    const figure = (name: string) =>
      prompts.getByRole("listitem").filter({ hasText: name }).locator("strong");
    const pressed = () => prompts.getByRole("button", { name: "Failed" }).getAttribute("aria-pressed");
    const before = Number(await figure("Succeeded").textContent());

    await page.clock.install();
    await page.reload();
    await prompts.getByRole("button", { name: "Failed" }).click();
    const question = await harness.canvas.addNote("{{What is the capital of Japan?}}");
    await harness.canvas.answerWith("Tokyo.", question.id);
    const grown = async () => Number(await figure("Succeeded").textContent()) > before;
    while (!(await grown())) await page.clock.fastForward(20_000);
    expect(await pressed()).toBe("false");

    await prompts.locator(".u-over").hover({ position: { x: 100, y: 40 } });
    await page.mouse.down();
    await prompts.locator(".u-over").hover({ position: { x: 300, y: 40 } });
    await page.mouse.up();
    expect(await prompts.getAttribute("data-zoomed")).toBe("");
    await prompts.locator(".u-over").dblclick({ position: { x: 200, y: 40 } });
    expect(await prompts.getAttribute("data-zoomed")).toBeNull();
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  test("figures of a chart stand in a table below it", async () => {
    const page = await open("/metrics?range=week");
    const chart = page.getByRole("figure", { name: "Prompts" });
    await chart.getByText("Figures").click();
    expect(await chart.getByRole("table").getByRole("row").count()).toBeGreaterThan(1);
    expect(await chart.getByRole("cell", { name: "1", exact: true }).count()).toBeGreaterThan(0);
    await page.context().close();
    expect(complaints).toEqual([]);
  });
});
