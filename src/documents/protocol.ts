import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ERRORS } from "../errors/registry.ts";

/**
 * What the service and the process that reads documents say to each other, over Bun's IPC with structured clones. The
 * process answers each request with one message, in the order in which they came. Its stdout and stderr are no part
 * of it.
 */

const MAX_TEXT_LENGTH = 16 * 1024 * 1024;

const Side = Type.Integer({ minimum: 1, maximum: 16_384 });
const Count = Type.Integer({ minimum: 0 });

const Request = Type.Union([
  /** The next pages from `first` on; as many as come together in a moment. */
  Type.Object({
    type: Type.Literal("pages"),
    path: Type.String(),
    first: Type.Integer({ minimum: 1 }),
    maxBytes: Count,
    maxPages: Count,
    maxCharacters: Count,
  }),
  /** To be called when nobody reads a PDF any more: until then it is held open. */
  Type.Object({ type: Type.Literal("close"), path: Type.String() }),
  Type.Object({
    type: Type.Literal("render"),
    path: Type.String(),
    page: Type.Integer({ minimum: 1 }),
    maxBytes: Count,
    maxSide: Side,
    target: Type.String(),
  }),
  Type.Object({
    type: Type.Literal("picture"),
    path: Type.String(),
    maxBytes: Count,
    maxPixels: Count,
    maxSide: Side,
    target: Type.String(),
  }),
]);

const Page = Type.Object({
  page: Type.Integer({ minimum: 1 }),
  pages: Type.Integer({ minimum: 1 }),
  kind: Type.Union([
    Type.Literal("text"),
    Type.Literal("picture"),
    Type.Literal("blank"),
    Type.Literal("damaged"),
  ]),
  text: Type.String({ maxLength: MAX_TEXT_LENGTH }),
});

const ErrorCodes = Type.Union(
  (Object.keys(ERRORS) as (keyof typeof ERRORS)[]).map((code) => Type.Literal(code)),
);

const Reply = Type.Union([
  Type.Object({ type: Type.Literal("ready") }),
  Type.Object({ type: Type.Literal("pages"), pages: Type.Array(Page, { minItems: 1 }) }),
  Type.Object({ type: Type.Literal("closed") }),
  /** Written to `target`. */
  Type.Object({ type: Type.Literal("picture"), width: Side, height: Side }),
  Type.Object({
    type: Type.Literal("failed"),
    code: ErrorCodes,
    message: Type.String({ maxLength: 4096 }),
    /** The process cannot go on: it is to be ended. */
    isBroken: Type.Boolean(),
  }),
]);

export type DocumentRequest = Static<typeof Request>;
export type DocumentReply = Static<typeof Reply>;

/** @returns null for anything that is not such a message. */
export function parseRequest(value: unknown): DocumentRequest | null {
  return Value.Check(Request, value) ? value : null;
}

/** @returns null for anything that is not such a message. */
export function parseReply(value: unknown): DocumentReply | null {
  return Value.Check(Reply, value) ? value : null;
}
