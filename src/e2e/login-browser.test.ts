import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { chromiumPath, openBrowser } from "./browser.ts";
import type { Execution } from "./executable.ts";
import { faintTexts } from "./faint-texts.ts";
import { Harness } from "./harness.ts";
import { complaintsOf, logIn } from "./watched-page.ts";

const PASSWORD = "a-long-password-of-the-tests";

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.start();
});

afterAll(async () => {
  await harness.close();
});

function start(changes: Record<string, string> = {}): Promise<Execution & { url: string }> {
  return harness.runDashboard({ WEBUI_PWD: PASSWORD, ...changes });
}

describe.skipIf(chromiumPath === undefined)("a person in a browser", () => {
  let service: Execution & { url: string };
  let browser: Browser;

  beforeAll(async () => {
    service = await start();
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  test.each([true, false])(
    "logs in, sees what was asked for, logs out and is out (with scripts: %j)",
    async (javaScriptEnabled) => {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      const complaints = complaintsOf(page, service.url);
      await page.goto(`${service.url}/?from=bookmark`);
      expect(new URL(page.url()).pathname).toBe("/login");
      await logIn(page, PASSWORD);
      await page.waitForURL(`${service.url}/?from=bookmark`);
      await page.getByRole("navigation").getByText("Overview").waitFor();
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({ path: "/", httpOnly: true, sameSite: "Strict" });

      await page.getByRole("button", { name: "Log out" }).click();
      await page.waitForURL(`${service.url}/login`);
      expect(await context.cookies()).toEqual([]);
      await page.goto(service.url);
      await page.waitForURL(`${service.url}/login`);
      await page.goBack();
      expect(await page.getByRole("button", { name: "Log out" }).count()).toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  test("is told kindly that the password is wrong, and loses nothing", async () => {
    const page = await browser.newPage();
    await page.goto(`${service.url}/?from=bookmark`);
    await logIn(page, "wrong");
    await page.getByRole("alert").getByText("That is not the password.").waitFor();
    await logIn(page, PASSWORD);
    await page.waitForURL(`${service.url}/?from=bookmark`);
    await page.close();
  });

  test("stays logged in over a restart, is out when the password changes, and waits after wrong guesses", async () => {
    const first = await start({ CANVUSLLM_DATA_DIR: join(harness.folder, "story") });
    const { port } = new URL(first.url);
    const again = (changes: Record<string, string> = {}) =>
      start({ CANVUSLLM_DATA_DIR: join(harness.folder, "story"), PORT: port, ...changes });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${first.url}/metrics`);
    await logIn(page, PASSWORD);
    await page.waitForURL(`${first.url}/metrics`);

    await first.stop();
    const second = await again();
    await page.goto(`${first.url}/errors`);
    await page.getByRole("heading", { name: "Errors" }).waitFor();

    await second.stop();
    const changed = await again({ WEBUI_PWD: "another-password" });
    await page.goto(`${first.url}/errors`);
    expect(new URL(page.url()).pathname).toBe("/login");
    for (let guess = 1; guess <= 5; guess += 1) {
      await logIn(page, `guess ${guess}`);
      await page.getByRole("alert").getByText("That is not the password.").waitFor();
    }
    await logIn(page, "another-password");
    await page
      .getByRole("alert")
      .getByText(/Please wait \d+ seconds?, then try again/)
      .waitFor();
    await context.close();
    await changed.stop();
  });

  test.each(["light", "dark"] as const)(
    "reads every text of the frame and the login in %s",
    async (scheme) => {
      const context = await browser.newContext({
        colorScheme: scheme,
        viewport: { width: 390, height: 844 },
      });
      const page = await context.newPage();
      await page.goto(`${service.url}/login`);
      expect(await faintTexts(page)).toEqual([]);
      await logIn(page, PASSWORD);
      await page.getByRole("navigation").waitFor();
      expect(await faintTexts(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      await context.close();
    },
  );
});
