import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Asked, remoteError } from "./remote-errors.ts";

/** A canvas shows pictures of some megabytes; beyond this it is not what was asked for. */
export const MAX_IMAGE_BYTES = 32 * 1024 * 1024;
const MAX_PIXELS = 4096 * 4096;

const optionalText = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const Generated = Type.Object({
  data: Type.Array(Type.Object({ b64_json: optionalText, url: optionalText }), { minItems: 1 }),
});

/** Where the picture is: in the answer itself, or at an address. */
export type ImageSource = { readonly bytes: Uint8Array } | { readonly url: string };

/** @throws AppError REMOTE_INVALID_ANSWER */
export function imageSource(answer: unknown, asked: Asked): ImageSource {
  const [first] = Value.Check(Generated, answer) ? answer.data : [];
  if (first?.b64_json) {
    // Some write it as a data URL.
    const base64 = first.b64_json.replace(/^data:[^,]{0,100},/, "");
    try {
      return { bytes: Uint8Array.fromBase64(base64) };
    } catch (cause) {
      throw remoteError(
        "REMOTE_INVALID_ANSWER",
        asked,
        `The picture that ${asked.host} sent is damaged.`,
        cause,
      );
    }
  }
  if (first?.url) return { url: first.url };
  throw remoteError(
    "REMOTE_INVALID_ANSWER",
    asked,
    `The model server ${asked.host} answered without a picture.`,
  );
}

/**
 * Turns whatever image format came into PNG.
 * @throws AppError REMOTE_INVALID_ANSWER when it is no picture, or a huge one
 */
export async function toPng(
  bytes: Uint8Array,
  asked: Asked,
): Promise<{ readonly png: Uint8Array; readonly width: number; readonly height: number }> {
  try {
    const image = new Bun.Image(bytes, { maxPixels: MAX_PIXELS });
    const { width, height, format } = await image.metadata();
    return { png: format === "png" ? bytes : await image.png().bytes(), width, height };
  } catch (cause) {
    const message = `What ${asked.host} sent is no picture that can be read.`;
    throw remoteError("REMOTE_INVALID_ANSWER", asked, message, cause);
  }
}
