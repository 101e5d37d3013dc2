import type { Setting } from "../setting.ts";

const GROUP = "Vision model";

/** The model that looks at pictures. */
export const VISION_SETTINGS = {
  VISION_MODEL_PATH: {
    type: "path",
    group: GROUP,
    keywords: ["builtin:demo"],
    example: "/srv/models/vision-model.gguf",
    description:
      "GGUF file of the model that looks at pictures; it may be the one of LLAMA_MODEL_PATH, and is when only VISION_MMPROJ_PATH is set. builtin:demo knows simple shapes and comes along with the demo model. Without any, pictures are not looked at on this machine.",
  },
  VISION_MMPROJ_PATH: {
    type: "path",
    group: GROUP,
    example: "/srv/models/mmproj-vision-model.gguf",
    description: "GGUF file of the picture encoder (mmproj) that was made for that model.",
  },
  OPENAI_IMAGE_ANALYSIS_TOKENS: {
    type: "integer",
    group: GROUP,
    // The old application's 16384 is more than most models that fit here can write.
    default: 2000,
    min: 1,
    max: 32_768,
    description: "Longest description of a picture, in tokens.",
  },
} as const satisfies Record<string, Setting>;
