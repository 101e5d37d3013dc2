import type { SessionStore } from "../storage/session-store.ts";

/** Where sessions survive a restart: the store's operations, awaited. */
export type SessionRepository = {
  [Name in keyof SessionStore]: (
    ...args: Parameters<SessionStore[Name]>
  ) => Promise<ReturnType<SessionStore[Name]>>;
};
