/** A canvas as the API lists it. Old servers send nothing but id, name, folder_id and state. */
export interface Canvas {
  readonly id: string;
  readonly name: string;
  /** The caller's right: "owner", "edit", "view" or "none"; absent on old servers. */
  readonly access?: string;
  readonly in_trash?: boolean;
  readonly state?: string;
}

export interface ServerInfo {
  /** For example "3.2.0 [1a2b3c4d]". */
  readonly version: string;
  /** Minor API versions the server speaks, for example "v1.2". */
  readonly api: readonly string[];
}

/** @returns null when the value is not a canvas. */
export function parseCanvas(value: unknown): Canvas | null {
  if (typeof value !== "object" || value === null) return null;
  const fields: Record<string, unknown> = { ...value };
  const { id, name, access, in_trash, state } = fields;
  if (typeof id !== "string" || id === "") return null;
  return {
    id,
    name: typeof name === "string" ? name : "",
    ...(typeof access === "string" ? { access } : {}),
    ...(typeof in_trash === "boolean" ? { in_trash } : {}),
    ...(typeof state === "string" ? { state } : {}),
  };
}

export function parseServerInfo(value: unknown): ServerInfo | null {
  if (typeof value !== "object" || value === null) return null;
  const fields: Record<string, unknown> = { ...value };
  const { version, api } = fields;
  if (typeof version !== "string" && !Array.isArray(api)) return null;
  return {
    version: typeof version === "string" ? version : "unknown",
    api: Array.isArray(api) ? api.filter((entry) => typeof entry === "string") : [],
  };
}
