import { AppError } from "../../errors/app-error.ts";

const KINDS = [
  { name: "PNG", begins: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { name: "JPEG", begins: [0xff, 0xd8, 0xff] },
] as const;
const LONGEST = 8;

/**
 * Makes sure that native code gets nothing but a picture: what it does not know it takes for a film, and starts
 * another program with it.
 * @throws AppError INFERENCE_FAILED
 */
export async function checkPicture(path: string): Promise<void> {
  const begin = await Bun.file(path)
    .slice(0, LONGEST)
    .bytes()
    .catch(() => null);
  if (begin === null) throw new AppError("INFERENCE_FAILED", "The picture's file cannot be read.");
  if (KINDS.some(({ begins }) => begins.every((byte, index) => begin[index] === byte))) return;
  const names = KINDS.map(({ name }) => name).join(" or ");
  throw new AppError("INFERENCE_FAILED", `The picture is no ${names} file.`);
}
