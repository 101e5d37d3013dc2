/** How llama.cpp names the files of a split model; given the first, it opens the others itself. */
const FIRST = /-00001-of-(\d{5})(?=\.gguf$)/;

/** The files of a model, the given one first: a split model has several, told by the name of its first. */
export function modelParts(first: string): string[] {
  const total = FIRST.exec(first)?.[1];
  if (total === undefined) return [first];
  return Array.from({ length: Math.max(1, Number(total)) }, (_, index) =>
    first.replace(FIRST, `-${String(index + 1).padStart(5, "0")}-of-${total}`),
  );
}
