/** @throws Error when the page lacks the element: a mistake in the program */
export function need(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page lacks #${id}`);
  return element;
}
