/** 128 + SIGPIPE, as shells have it. */
const UNREAD = 141;

/**
 * Ends a command that only prints when nobody reads any more, as in `doctor | head -1`. Not for the service: it works on
 * when its log is not read.
 */
export function endWhenUnread(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(UNREAD);
    throw error;
  });
}
