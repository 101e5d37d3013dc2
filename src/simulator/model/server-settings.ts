import type { JsonObject } from "../json.ts";

/** What the server says about itself. */
export class ServerSettings {
  readonly serverId: string = crypto.randomUUID();
  /** Set once the port is known. */
  externalUrl = "";

  get info(): JsonObject {
    return {
      api: ["v1.0", "v1.1", "v1.2"],
      go: "go1.22.5",
      server_id: this.serverId,
      version: "3.2.0 [simulator]",
    };
  }

  /** @param full false leaves out what callers without a token may not see */
  config(full: boolean): JsonObject {
    const open = {
      authentication: {
        password: { enabled: true, sign_up_enabled: false },
        qr: { enabled: false },
        saml: { enabled: false },
      },
      external_url: this.externalUrl,
      server_name: "Canvus simulator",
    };
    if (!full) return open;
    return { ...open, access: { link_sharing_enabled: true }, email: { smtp_host: "", sender: "" } };
  }

  get license(): JsonObject {
    return {
      edition: "Simulator",
      has_expired: false,
      is_valid: true,
      max_clients: -1,
      seat_model: "concurrent",
      type: "lifetime",
    };
  }
}
