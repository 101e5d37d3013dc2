// Takes the README's pictures of the demo: `bun run build && bun scripts/screenshots.ts`. Needs Chromium.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openBrowser } from "../src/e2e/browser.ts";
import { Execution } from "../src/e2e/executable.ts";

const FOLDER = join(import.meta.dir, "../.github/screenshots");
const VIEWPORT = { width: 1360, height: 850 };

const temporary = await mkdtemp(join(tmpdir(), "canvuslocallm-screenshots-"));
const demo = new Execution(["demo"], { TMPDIR: temporary });
try {
  const [canvas, dashboard, password] = await Promise.all(
    ["Canvas ", "Dashboard ", "Password "].map(printed),
  );
  const browser = await openBrowser();
  try {
    await takeCanvas(browser, canvas ?? "");
    await takeDashboard(browser, dashboard ?? "", password ?? "");
  } finally {
    await browser.close();
  }
} finally {
  await demo.stop("SIGTERM");
  await rm(temporary, { recursive: true, force: true });
}

async function printed(label: string): Promise<string> {
  const line = await demo.printed((each) => each.includes(label));
  return line.trim().split(/\s+/).at(-1) ?? "";
}

async function takeCanvas(browser: Browser, url: string): Promise<void> {
  const page = await openPage(browser);
  await page.goto(url);
  // The last question of the demo is typed while somebody looks.
  const written = (text: string) => page.locator(".note-text", { hasText: text }).first().waitFor();
  await written("Jupiter.");
  await written("A tadpole.");
  await page.getByText("The new bridge.pdf").click();
  await page.getByRole("toolbar").getByRole("button", { name: "Summarize" }).click();
  await written("Summary: The new bridge opens in April.");
  await page.getByRole("img", { name: "A picture" }).click();
  await page.getByRole("toolbar").getByRole("button", { name: "Describe" }).click();
  await written("red circle");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Show everything" }).click();
  await save(page, "canvas");
}

async function takeDashboard(browser: Browser, url: string, password: string): Promise<void> {
  const page = await openPage(browser);
  await page.goto(url);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.getByText("prompts on the canvases are answered").waitFor();
  await save(page, "dashboard");
}

function openPage(browser: Browser): Promise<Page> {
  return browser.newPage({ viewport: VIEWPORT, colorScheme: "light", reducedMotion: "reduce" });
}

async function save(page: Page, name: string): Promise<void> {
  const picture = await page.screenshot({ animations: "disabled" });
  const file = join(FOLDER, `${name}.webp`);
  await Bun.write(file, await new Bun.Image(picture).webp({ quality: 85 }).bytes());
  process.stdout.write(`${file}: ${Math.ceil(Bun.file(file).size / 1000)} kB\n`);
}
