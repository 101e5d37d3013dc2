import type { Point } from "../../canvus/widget.ts";

export interface FileDropElements {
  readonly board: HTMLElement;
  readonly hint: HTMLElement;
  readonly picker: HTMLInputElement;
}

/** Takes pictures and PDFs that are dropped on the board, pasted, or picked. */
export function acceptFiles(
  { board, hint, picker }: FileDropElements,
  take: (file: File, at: Point | undefined) => void,
): void {
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  board.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    hint.hidden = false;
  });
  board.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) hint.hidden = true;
  });
  board.addEventListener("drop", (event) => {
    hint.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    for (const file of event.dataTransfer?.files ?? []) take(file, { x: event.clientX, y: event.clientY });
  });
  document.addEventListener("paste", (event) => {
    if (event.target instanceof HTMLTextAreaElement) return;
    for (const file of event.clipboardData?.files ?? []) take(file, undefined);
  });
  picker.addEventListener("change", () => {
    for (const file of picker.files ?? []) take(file, undefined);
    picker.value = "";
  });
}

/** The collection that takes such a file; undefined when none does. */
export function segmentFor(file: File): string | undefined {
  if (file.type.startsWith("image/")) return "images";
  if (file.type.startsWith("video/")) return "videos";
  return file.type === "application/pdf" || /\.pdf$/i.test(file.name) ? "pdfs" : undefined;
}
