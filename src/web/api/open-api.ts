import { type AnyElysia, Elysia } from "elysia";

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: {
    readonly query?: Schema;
    readonly response?: Schema | Readonly<Record<string, Schema>>;
    readonly detail?: { readonly summary?: string };
  };
}

const FAILURE = {
  description: "What went wrong and what to do",
  content: {
    "application/json": {
      schema: {
        type: "object",
        required: ["error"],
        properties: {
          error: {
            type: "object",
            required: ["code", "message", "hint"],
            properties: { code: { type: "string" }, message: { type: "string" }, hint: { type: "string" } },
          },
        },
      },
    },
  },
};

/**
 * The description of the API, made from the very schemas that the routes check what comes in and goes out with.
 * Written by hand because the usual plugin brings a page that loads its parts from elsewhere; TypeBox schemas are JSON
 * Schemas already.
 */
function openApiDocument(api: AnyElysia, version: string) {
  const routes = api.routes as unknown as readonly Route[];
  const paths: Record<string, unknown> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "CanvusLocalLLM",
      version,
      description: "What the dashboard shows. Log in at /login and send the cookie of the session along.",
    },
    paths,
    components: {
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: "canvuslocallm_session" } },
    },
    security: [{ session: [] }],
  };
}

function operationOf({ path, hooks }: Route) {
  const { query, response, detail } = hooks;
  const ofPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const ofQuery = Object.entries(query?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: query?.required?.includes(name) ?? false,
    description: schema.description,
    schema: plain(schema),
  }));
  const content = isSchema(response) ? { content: { "application/json": { schema: plain(response) } } } : {};
  return {
    summary: detail?.summary,
    parameters: [...ofPath, ...ofQuery],
    responses: { 200: { description: detail?.summary ?? "", ...content }, default: FAILURE },
  };
}

function isSchema(value: Route["hooks"]["response"]): value is Schema {
  return value !== undefined && ("type" in value || "anyOf" in value);
}

/** Without what TypeBox keeps for itself. */
function plain(schema: Schema): unknown {
  return JSON.parse(JSON.stringify(schema));
}

export function openApiRoute(api: AnyElysia, version: string) {
  const document = openApiDocument(api, version);
  return new Elysia({ name: "api document" }).get("/api/v1/openapi.json", () => document);
}
