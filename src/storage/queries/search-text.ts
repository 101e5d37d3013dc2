/** More words than people type; bounds the work of one search. */
const MAX_WORDS = 12;
const MAX_LENGTH = 300;

/**
 * What people type into a search field as an expression of the full-text index: every word must be there, in any
 * order; what stands in quotes or is joined by punctuation must stand together. Nothing they type can be an operator.
 *
 * @returns null when there is no word to look for; nothing can be found then
 */
export function searchExpression(input: string): string | null {
  const phrases = input.slice(0, MAX_LENGTH).matchAll(/"([^"]*)"|[^\s"]+/g);
  const words = [...phrases]
    // Control characters and halves of surrogate pairs would end or break the expression within SQLite.
    .map(([whole, quoted]) => (quoted ?? whole).replace(/\p{C}+/gu, " "))
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .slice(0, MAX_WORDS)
    .map((word) => `"${word.replaceAll('"', '""')}"`);
  return words.length === 0 ? null : words.join(" ");
}
