import type { Picture } from "../abilities/ability.ts";
import type { Widget } from "../canvus/widget.ts";
import { answerTitle } from "../triggers/our-marks.ts";
import type { CanvasBoard } from "./canvas-board.ts";

/**
 * Puts a picture beside what asked for it, one pixel as large as one unit of a note that looks like the trigger. The
 * upload is found again by its title, so it may be repeated.
 */
export async function placePicture(
  board: CanvasBoard,
  { png, width, height }: Picture,
  beside: { readonly correlationId: string; readonly anchor: Widget },
  signal: AbortSignal,
): Promise<Widget> {
  const { correlationId, anchor } = beside;
  const size = { width, height };
  const { point } = board.places.take({ correlationId, answerId: null, anchor }, size);
  const image = {
    data: png,
    filename: `ai-picture-${correlationId}.png`,
    title: answerTitle(correlationId),
    location: point,
    size,
    ...board.places.standing(anchor),
  };
  return board.uploadImage(image, signal);
}
