/**
 * Behind the title of a picture that asks something: how far we are with it. The word joiner (U+2060) is on no keyboard,
 * so what people write is never taken for ours.
 */
const MARK = " ⏳ AI: \u2060";
const WORKING = "working";
const FAILED = "failed ";

/** `place` is where the picture was when the work on it failed; see `placeOf`. */
export type ImageClaim =
  | { readonly state: "none" }
  | { readonly state: "working" }
  | { readonly state: "failed"; readonly place: string };

/** A title as people know it, and what we have written behind it. */
export function readImageTitle(title: string): { readonly plain: string; readonly claim: ImageClaim } {
  const at = title.indexOf(MARK);
  if (at < 0) return { plain: title, claim: { state: "none" } };
  const plain = title.slice(0, at);
  const mark = title.slice(at + MARK.length);
  if (!mark.startsWith(FAILED)) return { plain, claim: { state: "working" } };
  return { plain, claim: { state: "failed", place: mark.slice(FAILED.length) } };
}

export function withWorking(title: string): string {
  return `${readImageTitle(title).plain}${MARK}${WORKING}`;
}

export function withFailure(title: string, place: string): string {
  return `${readImageTitle(title).plain}${MARK}${FAILED}${place}`;
}
