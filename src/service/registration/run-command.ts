import { AppError } from "../../errors/app-error.ts";

/**
 * Runs a program of the system. @param output `shown` is for the person at the terminal; of `hidden` only the exit code
 * counts. @returns the exit code.
 */
export type RunCommand = (command: readonly string[], output?: "shown" | "hidden") => Promise<number>;

/** @throws AppError SERVICE_SETUP_FAILED when there is no such program. */
export const runCommand: RunCommand = async (command, output = "shown") => {
  const [program = ""] = command;
  if (Bun.which(program) === null) {
    throw new AppError("SERVICE_SETUP_FAILED", `This system has no ${program}.`);
  }
  const stream = output === "shown" ? "inherit" : "ignore";
  return Bun.spawn([...command], { stdio: ["inherit", stream, stream] }).exited;
};

/** @throws AppError SERVICE_SETUP_FAILED when the program reports a failure. */
export async function mustRun(run: RunCommand, command: readonly string[]): Promise<void> {
  const exitCode = await run(command);
  if (exitCode === 0) return;
  throw new AppError("SERVICE_SETUP_FAILED", `\`${command.join(" ")}\` failed with exit code ${exitCode}.`);
}
