import * as fc from "fast-check";

export interface WantedRequest {
  readonly method: string;
  /** Path and query as they stand in the first line. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Whether it comes from somebody who has logged in. */
  readonly hasSession: boolean;
}

const PATHS = [
  ...["/", "/login", "/history", "/history/1", "/history/export.csv", "/errors", "/logs", "/metrics"],
  ...["/healthz", "/readyz", "/assets/style.css", "/assets/nothing.js", "/favicon.ico"],
  ...["/api/v1/status", "/api/v1/history", "/api/v1/history/1", "/api/v1/history/export", "/api/v1/events"],
  ...["/api/v1/errors", "/api/v1/logs", "/api/v1/metrics", "/api/v1/openapi.json", "/api/v1/nothing"],
];
const PARAMETERS = [
  ...["q", "from", "to", "canvas", "operation", "status", "model", "before", "limit", "range", "level"],
  ...["id", "next", "format", "code", "search", "since", "v", "__proto__"],
];
const VALUES = [
  ...["", "0", "-1", "1", "50", "200", "201", "1e309", "9007199254740993", "NaN", "null", "true"],
  ...["day", "week", "month", "2026-01-02", "2026-01-02T03:04:05Z", "+275760-09-13", "not a time"],
  ...[
    "succeeded",
    "failed",
    "error",
    "csv",
    "json",
    "'",
    '"',
    "%",
    "*",
    "(",
    ")",
    "a OR b",
    "NEAR(",
    "x".repeat(400),
  ],
  ...[
    "'; DROP TABLE processing_history; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u0000",
    "漢字",
  ],
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["Host", ["127.0.0.1", "localhost:1", "", "evil.example", "[::1]", "a b", "x".repeat(300)]],
  ["Origin", ["null", "http://127.0.0.1", "https://evil.example", ""]],
  [
    "Content-Type",
    [
      "application/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain",
      ";",
    ],
  ],
  ["Accept", ["text/html", "application/json", "*/*", ""]],
  ["Accept-Encoding", ["gzip", "br", "identity;q=0"]],
  [
    "Cookie",
    [
      "canvuslocallm_session=",
      "canvuslocallm_session=abc",
      "a=b; canvuslocallm_session=%00",
      "=;=;",
      "x".repeat(2000),
    ],
  ],
  ["If-None-Match", ["*", '"x"', 'W/"', ""]],
  ["Range", ["bytes=0-", "bytes=5-1", "bytes=-999999999999", "x"]],
  ["Transfer-Encoding", ["chunked", "gzip, chunked", "identity"]],
  ["Content-Length", ["0", "5", "-1", "99999999999999999999", "1e3"]],
  ["Expect", ["100-continue", "x"]],
  ["Upgrade", ["websocket", "h2c"]],
  ["X-Forwarded-For", ["1.2.3.4", "::1, x", "unknown", ""]],
  ["X-Forwarded-Proto", ["https", "javascript"]],
  ["X-Forwarded-Host", ["evil.example", "a,b"]],
  ["Last-Event-ID", ["1", "x"]],
  ["X-CSRF-Token", ["", "abc"]],
];

const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 50 }) },
);
const escaped = fc.oneof(
  { weight: 4, arbitrary: value.map((text) => encodeURIComponent(text.toWellFormed())) },
  { weight: 1, arbitrary: fc.constantFrom("%", "%zz", "%c0%af", "%00", "%u0041", "+", ";", "[]", "#", "\\") },
);
const parameter = fc
  .tuple(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PARAMETERS) }, escaped), escaped)
  .map(([name, text]) => `${name}=${text}`);
const query = fc
  .array(parameter, { maxLength: 4 })
  .map((all) => (all.length === 0 ? "" : `?${all.join("&")}`));
const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PATHS) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...PATHS), escaped).map(([known, more]) => `${known}/${more}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "*",
      "//",
      "/../..",
      "/%2e%2e/",
      "http://127.0.0.1/",
      "/a?b?c",
      "//evil.example/",
      "/login/../history",
    ),
  },
);
const host = fc.oneof(
  { weight: 12, arbitrary: fc.constant([["Host", "127.0.0.1"]] as const) },
  { weight: 1, arbitrary: fc.constant([]) },
);
const header = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...HEADERS.flatMap(([name, values]) => values.map((text) => [name, text] as const)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.stringMatching(/^[A-Za-z-]{1,20}$/),
      fc.string({ maxLength: 60 }).map((text) => text.replace(/[\r\n]/g, " ")),
    ),
  },
);
const body = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "password=x",
      "password=x&next=//evil.example",
      "csrf=x",
      "{}",
      "[",
      "--x\r\n\r\n--x--",
    ),
  },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  { weight: 1, arbitrary: fc.constantFrom(1000, 70_000).map((length) => "x".repeat(length)) },
);

/** A request that some client could send, sensible or not. */
export const anyRequest: fc.Arbitrary<WantedRequest> = fc.record({
  method: fc.oneof(
    { weight: 6, arbitrary: fc.constant("GET") },
    { weight: 2, arbitrary: fc.constant("POST") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "X"),
    },
  ),
  target: fc.tuple(path, query).map((parts) => parts.join("")),
  headers: fc
    .tuple(host, fc.array(header, { maxLength: 2 }), fc.array(header, { maxLength: 4 }), fc.nat({ max: 3 }))
    .map(([first, few, more, dice]) => [...first, ...few, ...(dice === 0 ? more : [])]),
  body,
  hasSession: fc.boolean(),
});
