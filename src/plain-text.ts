const STEERING = /(?![\n\t])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text that came from elsewhere, for a terminal: what would move the cursor, fake lines or turn the direction of
 * writing becomes a visible escape, which is the same in JSON. Line ends and tabs stay.
 */
export function plainText(text: string): string {
  return text.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
