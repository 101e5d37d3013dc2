import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { chromiumPath, openBrowser } from "./browser.ts";
import type { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";
import { logIn } from "./watched-page.ts";

const PASSWORD = "a-long-password-of-the-tests";
const NEEDLE = "hostile-text-of-the-tests";
/** Each would mark the page if it were taken for anything but text. */
const PAYLOADS = [
  "<script>window.taken = 1</script>",
  "<img src=x onerror='window.taken = 2'>",
  '"><svg onload="window.taken = 3">',
  "</textarea></script><iframe srcdoc='<script>parent.taken = 4</script>'></iframe>",
  "javascript:window.taken=5",
];
const TEXT = `${NEEDLE} ${PAYLOADS.join(" ")}`;

let harness: Harness;
let service: Execution & { url: string };
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  harness = await Harness.start();
  service = await harness.runReady({ WEBUI_PWD: PASSWORD });
  // A picture cannot be drawn here, so that the prompt is in the errors too.
  await harness.canvas.addNote(`{{image: ${TEXT}}}`, { title: TEXT });
  await service.logged(({ message }) => message === "prompt failed");
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await harness?.close();
});

async function expectUntaken(page: Page): Promise<void> {
  // What is loaded or run late is run by now: the page has been drawn twice.
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  expect(await page.evaluate(() => Reflect.get(window, "taken"))).toBeUndefined();
  expect(await page.locator("iframe, [onerror], [onload]").count()).toBe(0);
}

test.skipIf(chromiumPath === undefined)("the simulated canvas shows texts of notes as texts", async () => {
  const page = await browser.newPage();
  await page.goto(harness.url);
  await page.getByText(NEEDLE).first().waitFor();
  await expectUntaken(page);
  await page.close();
});

test.skipIf(chromiumPath === undefined)("the dashboard shows prompts and errors as texts", async () => {
  const page = await browser.newPage();
  await page.goto(`${service.url}/history`);
  await logIn(page, PASSWORD);
  await page.getByText(NEEDLE).first().waitFor();
  await expectUntaken(page);
  await page.getByText(NEEDLE).first().click();
  await page.waitForURL(/\/history\/\w+$/);
  await expectUntaken(page);
  for (const path of ["/", "/errors", "/logs", `/history?q=${encodeURIComponent(TEXT.slice(0, 250))}`]) {
    await page.goto(service.url + path);
    await page.getByRole("navigation", { name: "Pages", exact: true }).waitFor();
    await expectUntaken(page);
  }
  await page.close();
});
