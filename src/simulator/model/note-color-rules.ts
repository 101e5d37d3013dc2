import { HttpFailure } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";

/**
 * The 409 rules around `auto_text_color`. While it is on (after this request), `text_color` may not be sent at all,
 * and `background_color` may not be patched; creating a note with a background alone is always fine.
 * @param strict false leaves out the background rule, as some servers do
 * @throws HttpFailure 409
 */
export function checkNoteColors(
  fields: JsonObject,
  stored: JsonObject,
  creating: boolean,
  strict: boolean,
): void {
  const automatic = fields.auto_text_color ?? stored.auto_text_color;
  if (automatic !== true) return;
  if (fields.text_color !== undefined) {
    throw new HttpFailure(409, "text_color cannot be set while auto_text_color is true");
  }
  if (strict && !creating && fields.background_color !== undefined) {
    throw new HttpFailure(409, "background_color cannot be set while auto_text_color is true");
  }
}
