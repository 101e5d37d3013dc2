import { afterEach, describe, expect, test } from "bun:test";
import { canBuildFakeNvml, FakeNvml } from "../native/testing/build-fake-nvml.ts";
import { SmallDisk } from "../storage/testing/small-disk.ts";
import { chromiumPath, openBrowser } from "./browser.ts";
import type { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";
import { complaintsOf, logIn } from "./watched-page.ts";

const PASSWORD = "a-long-password-of-the-tests";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

/** Kills each runner that comes, until no further one does. */
async function wearOut(service: Execution): Promise<void> {
  for (let crashes = 1; crashes <= 3; crashes += 1) {
    const loaded = (line: { message: string }) => line.message.endsWith(" is loaded");
    await service.loggedTimes(crashes, loaded);
    for (const runner of await service.children()) process.kill(runner, "SIGKILL");
  }
}

const title = "the overview (needs Chromium, cc, and root to mount a small disk)";
describe.skipIf(chromiumPath === undefined || !canBuildFakeNvml || !SmallDisk.available)(title, () => {
  test("says what is wrong while one looks, what to do, and when it is well again", async () => {
    const disk = new SmallDisk(24);
    const driver = new FakeNvml();
    harness = await Harness.start();
    await using browser = await openBrowser();
    try {
      driver.play("init 9");
      const service = await harness.runReady({
        ...{ WEBUI_PWD: PASSWORD, CANVUSLLM_DATA_DIR: disk.folder },
        ...{ LD_LIBRARY_PATH: driver.folder, PATH: driver.folder },
      });
      const page = await browser.newPage();
      const complaints = complaintsOf(page, service.url);
      await page.goto(service.url);
      await logIn(page, PASSWORD);
      const alerts = page.locator("#alerts");
      const alert = (text: string) => alerts.locator(".alert", { hasText: text });

      await alerts.getByText("prompts on the canvases are answered").waitFor();
      await alert("The built-in demo model answers").getByText("Set LLAMA_MODEL_PATH").waitFor();
      await alert("The GPU cannot be reached").getByText("nvidia-smi").waitFor();

      disk.fill();
      await harness.canvas.addNote("{{What is the capital of France?}}");
      await alert("Nothing can be stored just now").getByText("free space").waitFor();
      disk.free();
      await alert("Nothing can be stored just now").waitFor({ state: "detached" });

      await wearOut(service);
      await alert("crashed too often and rests for a while").getByText("ten minutes").waitFor();
      await page.locator("#service-state", { hasText: "Not ready" }).waitFor();
      await page
        .locator("section", { hasText: "Models" })
        .getByText("quarantined", { exact: true })
        .waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await harness.close();
      driver.remove();
      disk.remove();
    }
  });
});
