import { type FeedOptions, feed } from "./feed.ts";
import type { TargetResult } from "./target.ts";
import { dashboard } from "./targets/dashboard.ts";
import { pdfs, pictures } from "./targets/documents.ts";
import { envFiles } from "./targets/env-files.ts";
import { noteTexts } from "./targets/note-texts.ts";
import { streamLines } from "./targets/stream-lines.ts";
import { widgets } from "./targets/widgets.ts";

/** All that reads what others wrote, by name. */
export const TARGETS: Readonly<Record<string, (options: FeedOptions) => Promise<TargetResult>>> = {
  "stream-lines": (options) => feed(streamLines(), options),
  widgets: (options) => feed(widgets(), options),
  "note-texts": (options) => feed(noteTexts(), options),
  "env-files": async (options) => feed(await envFiles(), options),
  pdfs: async (options) => feed(await pdfs(), options),
  pictures: async (options) => feed(await pictures(), options),
  dashboard: async (options) => feed(await dashboard(), options),
};
