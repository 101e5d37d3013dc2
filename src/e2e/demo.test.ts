import { afterEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { chromiumPath, openBrowser } from "./browser.ts";
import { Execution } from "./executable.ts";

let demo: Execution | undefined;
let browser: Browser | undefined;
let temporary: string | undefined;

afterEach(async () => {
  await browser?.close();
  await demo?.stop("SIGKILL");
  if (temporary) await rm(temporary, { recursive: true, force: true });
});

interface DemoPlaces {
  readonly canvasUrl: string;
  readonly dashboardUrl: string;
  readonly password: string;
}

async function startDemo(): Promise<DemoPlaces> {
  temporary = await mkdtemp(join(tmpdir(), "cll-demo-"));
  demo = new Execution(["demo"], { TMPDIR: temporary });
  return {
    canvasUrl: await lastWord(demo, "Canvas "),
    dashboardUrl: await lastWord(demo, "Dashboard "),
    password: await lastWord(demo, "Password "),
  };
}

async function lastWord(execution: Execution, label: string): Promise<string> {
  const line = await execution.printed((each) => each.includes(label));
  return line.trim().split(/\s+/).at(-1) ?? "";
}

test.skipIf(chromiumPath === undefined)(
  "a person opens the demo, types a question, has a PDF summarised, asks about a picture, and sees the answers",
  async () => {
    const { canvasUrl, dashboardUrl, password } = await startDemo();
    browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("request", (request) => {
      const isOwn = [canvasUrl, `blob:${canvasUrl}`, "data:"].some((start) =>
        request.url().startsWith(start),
      );
      if (!isOwn) complaints.push(request.url());
    });
    await page.goto(canvasUrl);
    await page.getByText("Jupiter.").waitFor();
    await page.getByText("A tadpole.").waitFor();
    await page.getByRole("button", { name: "Add note" }).click();
    // The note exists, and can be typed into, when the server has answered.
    await page.locator("textarea:focus").waitFor();
    await page.keyboard.type("{{What is the capital of Japan?}}", { delay: 10 });
    await page.getByText("Tokyo.").waitFor();
    expect(await page.getByText("{{What is the capital of Japan?}}").count()).toBe(0);
    await page.getByText("The new bridge.pdf").click();
    await page.getByRole("toolbar").getByRole("button", { name: "Summarize" }).click();
    await page.getByText("Summary: The new bridge opens in April.").waitFor();
    await page.getByRole("img", { name: "A picture" }).click();
    await page.getByRole("button", { name: "Ask about it" }).click();
    await page.locator("textarea:focus").waitFor();
    await page.keyboard.type("What color is the shape?", { delay: 10 });
    await page.keyboard.press("Escape");
    await page.getByText("Red.", { exact: true }).waitFor();
    expect(complaints).toEqual([]);

    await page.goto(dashboardUrl);
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByText("prompts on the canvases are answered").waitFor();
    expect(await page.getByText("The built-in demo model answers").count()).toBe(1);
  },
);

test("the demo leaves nothing behind", async () => {
  await startDemo();
  expect(await demo?.stop("SIGINT")).toBe(130);
  expect(temporary && existsSync(temporary) && (await readdir(temporary))).toEqual([]);
});

test("a second demo finds free ports for itself", async () => {
  const first = await startDemo();
  const other = new Execution(["demo"], { TMPDIR: temporary ?? "" });
  const line = await other.printed((each) => each.includes("Canvas "));
  expect(line).not.toContain(first.canvasUrl);
  expect(await other.stop("SIGTERM")).toBe(143);
});
