/** Everything people can ask for on a canvas. The names are in the history and in the log: they stay as they are. */
export type Operation =
  | "note_prompt"
  | "image_prompt"
  | "image_question"
  | "image_analysis"
  | "pdf_precis"
  | "canvas_precis"
  | "handwriting";
