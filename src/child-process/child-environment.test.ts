import { expect, test } from "bun:test";
import { childEnvironment } from "./child-environment.ts";

test("a runner gets what drivers read, and no secret and no setting of the service", () => {
  const kept = childEnvironment({
    PATH: "/usr/bin",
    LD_LIBRARY_PATH: "/opt/cuda/lib64",
    CUDA_VISIBLE_DEVICES: "0",
    VK_ICD_FILENAMES: "/etc/icd.json",
    SystemRoot: "C:\\Windows",
    CANVUS_API_KEY: "secret",
    CANVUS_PASSWORD: "secret",
    WEBUI_PWD: "secret",
    OPENAI_API_KEY: "secret",
    NODE_LLAMA_CPP_GPU: "nonsense",
    HTTP_PROXY: "http://user:secret@proxy",
    UNSET: undefined,
  });
  expect(Object.keys(kept).sort()).toEqual([
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
    "PATH",
    "SystemRoot",
    "VK_ICD_FILENAMES",
  ]);
});
