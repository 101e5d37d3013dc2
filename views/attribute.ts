/**
 * Text of people as the value of an attribute. The renderer escapes the quotes itself, but no ampersands: `&lt;` typed
 * into a search would come back as `<`.
 */
export function attribute(text: string): string {
  return text.replaceAll("&", "&amp;");
}
