import { Elysia } from "elysia";
import type { WebSources } from "../web-sources.ts";
import { SERVICE_STATUS } from "./status-schema.ts";

export function statusApi({ status }: Pick<WebSources, "status">) {
  return new Elysia({ name: "api status" }).get("/api/v1/status", () => status(), {
    response: SERVICE_STATUS,
    detail: { summary: "How the service is at this moment" },
  });
}
