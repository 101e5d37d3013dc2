import type { Setting } from "../setting.ts";
import { HOUR, MINUTE, SECOND } from "./amounts.ts";

const GROUP = "Pictures";

export const PICTURE_SETTINGS = {
  SD_MODEL_PATH: {
    type: "path",
    bareNames: true,
    group: GROUP,
    example: "/srv/models/stable-diffusion.safetensors",
    description:
      "The model that draws pictures: one safetensors, GGUF or ckpt file with all its parts (Stable Diffusion 1, 2, 3 or XL), or the name of a model, such as stable-diffusion-1.5. Without it no pictures are drawn on this machine.",
  },
  SD_LIBRARY_PATH: {
    type: "path",
    group: GROUP,
    description:
      "The library that draws (libcanvuslocallm-sd.so, canvuslocallm-sd.dll). Without it, the one in lib/stable-diffusion beside the executable.",
  },
  SD_IMAGE_SIZE: {
    type: "integer",
    group: GROUP,
    default: 512,
    min: 64,
    max: 2048,
    multipleOf: 64,
    description:
      "Width and height of pictures in pixels. The size the model was trained for gives the best ones: 512 for Stable Diffusion 1, 1024 for XL.",
  },
  SD_INFERENCE_STEPS: {
    type: "integer",
    group: GROUP,
    default: 20,
    min: 1,
    max: 200,
    description: "Steps in which a picture comes out of noise. More take longer and give finer pictures.",
  },
  SD_GUIDANCE_SCALE: {
    type: "number",
    group: GROUP,
    default: 7,
    min: 0,
    max: 50,
    description:
      "How closely pictures follow the prompt. Models made for few steps (turbo, LCM) want 1 to 2.",
  },
  SD_NEGATIVE_PROMPT: {
    type: "string",
    group: GROUP,
    example: "blurry, watermark",
    description: "What must not be in pictures.",
  },
  SD_SEED: {
    type: "integer",
    group: GROUP,
    default: -1,
    min: -1,
    max: 4_294_967_295,
    description: "The same seed draws the same picture for the same prompt. -1 takes another one each time.",
  },
  SD_TIMEOUT_SECONDS: {
    type: "duration",
    group: GROUP,
    default: 2 * MINUTE,
    min: SECOND,
    max: 24 * HOUR,
    description:
      "Longest time for drawing one picture, without the loading of the model. A picture on which nothing moves for half of it counts as stuck.",
  },
  SD_MAX_CONCURRENT: {
    type: "integer",
    group: GROUP,
    default: 1,
    min: 1,
    max: 8,
    description: "Pictures drawn at the same time. Each takes the memory of the whole model.",
  },
} as const satisfies Record<string, Setting>;
