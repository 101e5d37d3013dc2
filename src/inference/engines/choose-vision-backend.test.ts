import { expect, test } from "bun:test";
import { AppError } from "../../errors/app-error.ts";
import type { GpuSetting } from "../protocol.ts";
import { chooseVisionBackend } from "./choose-vision-backend.ts";
import { openVisionLibrary, type VisionVariant } from "./vision-library.ts";

/** The real library with other devices: none of these machines has a GPU. */
const REAL = openVisionLibrary("cpu");

/** What each build finds; those that are not named are not there. */
function choose(setting: GpuSetting, found: Partial<Record<VisionVariant, readonly string[]>>) {
  const said: string[] = [];
  const { gpu } = chooseVisionBackend(
    setting,
    (level, message) => said.push(`${level}: ${message}`),
    (variant) => {
      const types = found[variant];
      if (types === undefined) throw new Error("cannot open shared object file");
      return { ...REAL, devices: () => types.map((type) => ({ type, deviceName: type })) };
    },
  );
  return { gpu, said };
}

test("the real library finds the processor, and without a GPU it is not asked further", () => {
  expect(REAL.devices().map(({ type }) => type)).toContain("cpu");
  expect(chooseVisionBackend("off", () => undefined).gpu).toBe("off");
});

test("the best that finds something to compute with is taken, and it is said why not a better one", () => {
  expect(choose("auto", { cuda: ["cpu", "gpu"], vulkan: ["gpu"], cpu: ["cpu"] })).toEqual({
    gpu: "cuda",
    said: [],
  });
  expect(choose("auto", { vulkan: ["gpu"], cpu: ["cpu"] })).toEqual({
    gpu: "vulkan",
    said: ["info: Looking at pictures with vulkan; not with cuda: cannot open shared object file"],
  });
  expect(choose("auto", { cuda: ["cpu"], cpu: ["cpu"] })).toEqual({
    gpu: "off",
    said: [
      "info: Looking at pictures with cpu; not with cuda: it finds no GPU; not with vulkan: cannot open shared object file",
    ],
  });
});

test("a build that is not there is said to be missing", () => {
  const refused = () => chooseVisionBackend("cuda", () => undefined);
  expect(refused).toThrow("The vision engine cannot start: not with cuda: this build has none.");
});

test("what somebody insists on is taken, or nothing", () => {
  expect(choose("vulkan", { cuda: ["gpu"], vulkan: ["gpu"], cpu: ["cpu"] }).gpu).toBe("vulkan");
  expect(choose("off", { cuda: ["gpu"], cpu: ["cpu"] })).toEqual({ gpu: "off", said: [] });
  const refused = () => choose("cuda", { cuda: ["cpu"], vulkan: ["gpu"], cpu: ["cpu"] });
  expect(refused).toThrow(AppError);
  expect(refused).toThrow("The vision engine cannot start: not with cuda: it finds no GPU.");
});
