/** What kind of trouble it is, and how the service reacts to it. */
export const ERROR_CATEGORIES = {
  transient: "Passes by itself. The operation is repeated with growing waits (`MAX_RETRIES`, `RETRY_DELAY`).",
  configuration:
    "Somebody has to change a setting or the system. At the start it ends the service at once; later it is reported, not repeated.",
  resource:
    "Memory, disk, time or room is short. The service goes on with what is left, says so, and looks again where that can help.",
  model:
    "The model or its answer is at fault. It goes to the log and the history, and a note on the canvas says so.",
  data: "This one object is at fault. It is skipped and logged, and a note says so where there is one to say it on.",
} as const;

export type ErrorCategory = keyof typeof ERROR_CATEGORIES;

export interface ErrorInfo {
  readonly category: ErrorCategory;
  /** True when repeating the same operation later may succeed without anybody changing anything. */
  readonly retryable: boolean;
  /** Of a reply of our own web server when a request to it ends with this error. */
  readonly httpStatus: number;
  /** One or two sentences for people: what to do next. */
  readonly hint: string;
}
