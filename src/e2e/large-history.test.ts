import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { makeLargeHistory } from "../storage/testing/large-history.ts";
import { chromiumPath, openBrowser } from "./browser.ts";
import { DashboardClient } from "./dashboard-client.ts";
import type { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";
import { complaintsOf, logIn } from "./watched-page.ts";

const PASSWORD = "a-long-password-of-the-tests";
const ROWS = 1_000_000;
/** Each is asked fifty times, spread over the whole history. */
const SUBJECTS = 20_000;
const NEWEST = "c00000999999";
const PAGES = [
  "/",
  "/history",
  `/history/${NEWEST}`,
  ...["hour", "day", "week", "month"].map((range) => `/metrics?range=${range}`),
  "/errors?range=day",
  "/errors?range=month",
  "/logs",
];
/** Making a million prompts takes half a minute where nobody else works. */
const PATIENCE_MS = 180_000;

let harness: Harness;
let service: Execution & { url: string };

beforeAll(async () => {
  harness = await Harness.start();
  const folder = join(harness.folder, "data");
  mkdirSync(folder);
  makeLargeHistory(join(folder, "data.db"), {
    ...{ rows: ROWS, days: 30, metricsDays: 1, now: Date.now() },
    texts: Array.from({ length: SUBJECTS }, (_, n) => ({
      prompt: `What about subject${n}?`,
      response: `It needs a plan and a budget.`,
    })),
  });
  service = await harness.runReady({ WEBUI_PWD: PASSWORD, CANVUSLLM_HISTORY_RETENTION: "8760h" });
}, PATIENCE_MS);

afterAll(async () => {
  await harness.close();
});

describe("the API, with a million prompts,", () => {
  let client: DashboardClient;

  interface HistoryPage {
    readonly rows: readonly { readonly id: number; readonly status: string; readonly prompt: string }[];
    readonly next: number | null;
  }

  beforeAll(async () => {
    client = new DashboardClient(service.url);
    await client.login(PASSWORD);
  });

  /** Page after page, as often as there is a next one. */
  async function all(query: string): Promise<HistoryPage["rows"]> {
    const rows: HistoryPage["rows"][number][] = [];
    for (let before = ""; ; ) {
      const page = (await (
        await client.get(`/api/v1/history?${query}&limit=200${before}`)
      ).json()) as HistoryPage;
      rows.push(...page.rows);
      if (page.next === null) return rows;
      before = `&before=${page.next}`;
    }
  }

  test("finds every one of a few, wherever they stand", async () => {
    const found = await all("q=subject12345");
    expect(found).toHaveLength(ROWS / SUBJECTS);
    expect(new Set(found.map(({ prompt }) => prompt))).toEqual(new Set(["What about subject12345?"]));
    const ids = found.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(await all("q=nobody")).toEqual([]);
  });

  test("filters what is searched, and begins anywhere", async () => {
    const [failed] = await all("q=budget&status=cancelled&to=2000-01-01");
    expect(failed).toBeUndefined();
    const page = (await (
      await client.get("/api/v1/history?status=failed&before=500000")
    ).json()) as HistoryPage;
    expect(page.rows).toHaveLength(50);
    expect(page.rows.every(({ id, status }) => id < 500_000 && status === "failed")).toBe(true);
  });
});

describe.skipIf(chromiumPath === undefined)("in a browser, with a million prompts,", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  /** Asks for a page as somebody who has to log in first. */
  async function visit(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints = complaintsOf(page, service.url);
    await page.goto(service.url + path);
    expect(new URL(page.url()).pathname).toBe("/login");
    await logIn(page, PASSWORD);
    await page.waitForURL(service.url + path);
    // Chromium shows a long page in parts.
    await page.waitForFunction(() => document.readyState === "complete");
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  test("login, the page that was asked for, logout", async () => {
    await using visitor = await visit("/history?status=failed&model=qwen3-8b");
    const { page } = visitor;
    expect(await page.locator("tbody tr").count()).toBe(50);
    expect(await page.locator("tbody .badge").allTextContents()).toEqual(new Array(50).fill("failed"));
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${service.url}/login`);
    await page.goto(`${service.url}/history`);
    expect(new URL(page.url()).pathname).toBe("/login");
    expect(visitor.complaints).toEqual([]);
  });

  test("the history is searched, filtered and turned over", async () => {
    await using visitor = await visit("/history");
    const { page } = visitor;
    expect(await page.locator("tbody a").first().textContent()).toBe(
      `What about subject${subjectOf(ROWS - 1)}?`,
    );
    await page.getByRole("link", { name: "Older" }).click();
    await page.waitForURL(/before=/);
    expect(await page.locator("tbody a").first().textContent()).toBe(
      `What about subject${subjectOf(ROWS - 51)}?`,
    );

    await page.getByLabel("Words in prompt or answer").fill("subject777");
    await page.getByLabel("Kind").selectOption({ label: "Picture" });
    await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL(/q=subject777&.*operation=image_prompt/);
    const found = await gather(page);
    expect(found.length).toBeWithin(1, ROWS / SUBJECTS);
    expect(new Set(found)).toEqual(new Set(["What about subject777?"]));

    await page.goto(`${service.url}/history?q=subject777`);
    expect(await gather(page)).toHaveLength(ROWS / SUBJECTS);
    await page.getByRole("link", { name: "What about subject777?" }).first().click();
    await page.getByRole("heading", { name: "Steps" }).waitFor();
    expect(visitor.complaints).toEqual([]);
  });

  test("every page is whole", async () => {
    await using visitor = await visit("/", { viewport: { width: 1280, height: 900 } });
    const { page } = visitor;
    for (const path of PAGES) {
      await page.goto(service.url + path);
      expect([path, await page.getByRole("heading", { level: 1 }).count()]).toEqual([path, 1]);
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 1280]);
      for (const plot of await page.locator(".plot").all()) await drawn(plot);
    }
    expect(visitor.complaints).toEqual([]);
  });

  test("charts tell their figures where one points, all of the same time", async () => {
    await using visitor = await visit("/metrics?range=month", { viewport: { width: 1280, height: 900 } });
    const { page } = visitor;
    const prompts = page.getByRole("figure", { name: "Prompts", exact: true });
    const tokens = page.getByRole("figure", { name: "Tokens" });
    await drawn(prompts.locator(".plot"));
    await prompts.getByText("in all").waitFor();
    await prompts.locator(".u-over").hover({ position: { x: 200, y: 40 } });
    const time = await prompts.locator(".legend-at").textContent();
    expect(time).toMatch(/^\d{4}-\d\d-\d\d 00:00$/);
    expect(await tokens.locator(".legend-at").textContent()).toBe(time);
    const shown = await prompts.locator(".legend strong").first().textContent();
    await prompts.getByText("Figures").click();
    const row = prompts.getByRole("row", { name: time ?? "" });
    expect(await row.getByRole("cell").first().textContent()).toBe(shown);

    const light = await pixelsOf(prompts.locator(".plot"));
    await page.emulateMedia({ colorScheme: "dark" });
    // The change is told before the next frame is painted.
    await page.evaluate(
      () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
    );
    expect((await pixelsOf(prompts.locator(".plot"))).isSubsetOf(light)).toBe(false);

    const name = prompts.getByRole("button", { name: "Succeeded" });
    await name.focus();
    await page.keyboard.press("Enter");
    expect(await name.getAttribute("aria-pressed")).toBe("false");
    expect(visitor.complaints).toEqual([]);
  });
});

/** Which subject the prompt of a row is about, counted from 0. */
function subjectOf(row: number): number {
  return (row * 7919) % SUBJECTS;
}

/** The prompts on this page of the history and on all that follow. */
async function gather(page: Page): Promise<string[]> {
  const prompts: string[] = [];
  for (;;) {
    prompts.push(...(await page.locator("tbody a").allTextContents()));
    const next = page.locator('a[rel="next"]');
    if ((await next.count()) === 0) return prompts;
    const address = await next.getAttribute("href");
    await page.goto(new URL(address ?? "", page.url()).href);
  }
}

/** A chart is drawn when it is there: paper, grid, letters and at least one colour. */
async function drawn(plot: Locator): Promise<void> {
  expect((await pixelsOf(plot)).size).toBeGreaterThan(3);
}

/** The colours in the picture, each as a number. */
async function pixelsOf(plot: Locator): Promise<Set<number>> {
  await plot.locator("canvas").waitFor();
  const colours = await plot.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return [...new Set(new Uint32Array(new Uint8Array(pixels).buffer))];
  });
  return new Set(colours);
}
