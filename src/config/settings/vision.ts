import type { Setting } from "../setting.ts";

const GROUP = "Vision model";

/** The model that looks at pictures. */
export const VISION_SETTINGS = {
  VISION_MODEL_PATH: {
    type: "path",
    group: GROUP,
    keywords: ["builtin:demo"],
    bareNames: true,
    example: "/srv/models/vision-model.gguf",
    description:
      "The model that looks at pictures: a GGUF file or the name of a model. Without it, the one of LLAMA_MODEL_PATH, when that came with its encoder or VISION_MMPROJ_PATH is set. builtin:demo knows simple shapes and comes along with the demo model. Without any, pictures are not looked at on this machine.",
  },
  VISION_MMPROJ_PATH: {
    type: "path",
    group: GROUP,
    example: "/srv/models/mmproj-vision-model.gguf",
    description:
      "GGUF file of the picture encoder (mmproj) that was made for that model. Models with a name bring their own.",
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
