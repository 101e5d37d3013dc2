/** Tenths of a token that a character may cost, by UTF-16 unit. */
const LETTER = 4;
const SIGN = 10;
const ACCENTED_LETTER = 15;
/** Greek, Cyrillic, Arabic and the like. */
const SHORT_SCRIPT = 11;
/** Those whose characters take three bytes. */
const LONG_SCRIPT = 16;

const COSTS = Uint8Array.from({ length: 0x800 }, (_, unit) => {
  if (unit >= 0x250) return SHORT_SCRIPT;
  if (unit >= 0x80) return ACCENTED_LETTER;
  return /[a-z ]/i.test(String.fromCharCode(unit)) ? LETTER : SIGN;
});

/**
 * Tokens that a text may have, for servers that do not count: rather too many than too few, because what is cut into
 * pieces by it must fit. English has about half as many, other languages with a small vocabulary (32,000) about as
 * many. Compared with the tokenizers of GPT-4, GPT-4o, Llama 3 and Mistral on 14 languages, tables and code; too low
 * only for long runs of letters and digits without spaces.
 */
export function estimateTokens(text: string): number {
  let tenths = 0;
  for (let index = 0; index < text.length; index += 1) tenths += COSTS[text.charCodeAt(index)] ?? LONG_SCRIPT;
  return Math.ceil(tenths / 10);
}
