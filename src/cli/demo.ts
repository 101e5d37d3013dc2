/** `canvuslocallm demo`. @returns the exit code. */
export async function runDemo(): Promise<number> {
  process.stderr.write("canvuslocallm: the demo is not put together yet\n");
  return 1;
}
