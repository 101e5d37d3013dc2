/**
 * Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` in a document that is otherwise written by hand.
 * @throws Error when the markers are not there, each once and in order
 */
export function withSection(document: string, name: string, section: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, middle, more] = document.split(begin);
  const [, after, rest] = (middle ?? "").split(end);
  if (before === undefined || after === undefined || more !== undefined || rest !== undefined) {
    throw new Error(`the document must contain ${begin} and ${end} once each, in this order`);
  }
  return `${before}${begin}\n\n${section}\n\n${end}${after}`;
}
