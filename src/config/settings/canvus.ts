import type { Setting } from "../setting.ts";
import { HOUR, MEBIBYTE, SECOND } from "./amounts.ts";

const GROUP = "Canvus server";

export const CANVUS_SETTINGS = {
  CANVUS_SERVER: {
    type: "url",
    group: GROUP,
    required: true,
    example: "https://canvus.example.com",
    description: "Address of the Canvus server.",
  },
  CANVUS_API_KEY: {
    type: "string",
    group: GROUP,
    secret: true,
    description:
      "Access token of the Canvus user the service works as. Create it in the Canvus web interface. Wins over user name and password.",
  },
  CANVUS_USERNAME: {
    type: "string",
    group: GROUP,
    example: "assistant@example.com",
    description: "Email address of the Canvus user, when there is no access token.",
  },
  CANVUS_PASSWORD: {
    type: "string",
    group: GROUP,
    secret: true,
    description: "Password of CANVUS_USERNAME. Put it in quotes when it contains # or spaces.",
  },
  CANVAS_IDS: {
    type: "list",
    group: GROUP,
    aliases: ["CANVAS_ID"],
    example: "2c4ae0b5-6b1f-4a6e-9d58-1f0f6b6f7c11, Planning board",
    description: "Canvases to watch, separated by commas: each an id, a share link or a unique canvas name.",
  },
  ALLOW_SELF_SIGNED_CERTS: {
    type: "boolean",
    group: GROUP,
    default: false,
    description: "Accept any TLS certificate of the Canvus server. CANVUS_CA_FILE is the safe way.",
  },
  CANVUS_CA_FILE: {
    type: "path",
    group: GROUP,
    description: "PEM file with the certificate authority of the Canvus server.",
  },
  CANVUSLLM_REQUEST_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 30 * SECOND,
    min: SECOND,
    max: HOUR,
    description: "Longest wait for one answer of the Canvus server.",
  },
  CANVUSLLM_STREAM_IDLE_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 60 * SECOND,
    min: SECOND,
    max: HOUR,
    description:
      "A canvas stream that is silent for so long counts as broken and is opened anew. Canvus sends a sign of life every 15 s.",
  },
  MAX_FILE_SIZE: {
    type: "size",
    group: GROUP,
    default: 50 * MEBIBYTE,
    min: 1024,
    max: 1024 * MEBIBYTE,
    description: "Largest file that is downloaded from or uploaded to a canvas.",
  },
} as const satisfies Record<string, Setting>;
