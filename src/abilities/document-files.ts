import type { Documents } from "../documents/documents.ts";

/** How abilities read files: off the main thread, and every file counts as hostile. */
export type DocumentFiles = Pick<Documents, "readPdf" | "withPdfPage" | "withPicture">;

/** A picture with more pixels takes more memory than it is worth: decoded it is four bytes for each. */
const MAX_PIXELS = 100_000_000;
/** Longer side in pixels. Models that see scale down to less; writing stays readable. */
const MAX_SIDE = 1536;

export const PICTURE_LIMITS = { maxPixels: MAX_PIXELS, maxSide: MAX_SIDE } as const;
