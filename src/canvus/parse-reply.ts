import { AppError } from "../errors/app-error.ts";

/** @throws AppError CANVUS_PROTOCOL when the parser made null of the reply */
export function expectParsed<T>(value: T | null, endpoint: string): T {
  if (value !== null) return value;
  throw new AppError("CANVUS_PROTOCOL", `The answer to ${endpoint} is not what Canvus sends.`, {
    context: { endpoint },
  });
}

/** Elements that are not what they should be are left out. @throws AppError CANVUS_PROTOCOL when it is no list */
export function parseList<T>(reply: unknown, parse: (element: unknown) => T | null, endpoint: string): T[] {
  const elements: unknown[] = expectParsed(Array.isArray(reply) ? reply : null, endpoint);
  return elements.map(parse).filter((element) => element !== null);
}
