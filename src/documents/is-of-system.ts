/** What the system says of a file: it is no mistake of the program, nor of what stands in the file. */
export function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
