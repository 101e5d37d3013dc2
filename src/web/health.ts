import { Elysia } from "elysia";

/** Why the service cannot do its work just now, for people and machines; no secrets, no prompts. */
export interface ReadinessReason {
  readonly part: "database" | "canvas" | "model" | "service";
  readonly message: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly ReadinessReason[];
  /** Things that are worth knowing but do not keep the service from working, such as the demo model in use. */
  readonly notices: readonly string[];
}

/** Answers for programs that look after the service: no secrets, so no session. */
export function isHealthPath(path: string): boolean {
  return path === "/healthz" || path === "/readyz";
}

/** `/healthz`: the process lives. `/readyz`: it can answer prompts; 503 with reasons when it cannot. */
export function healthRoutes(readiness: () => Promise<Readiness>) {
  return new Elysia({ name: "health" })
    .get("/healthz", () => ({ status: "ok" }))
    .get("/readyz", async ({ set }) => {
      const state = await readiness();
      if (!state.ready) set.status = 503;
      return state;
    });
}
