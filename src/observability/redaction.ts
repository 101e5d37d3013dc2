export const REDACTED = "[redacted]";

/** What stands before a credential stays. */
const BLACKED = `$1${REDACTED}`;

/** Shorter ones would black out ordinary words; such a password protects nothing anyway. */
const SHORTEST_SECRET = 4;

/** A login token lives a day; those of the last weeks are remembered. */
const MAX_CONCEALED = 50;

const MAX_KNOWN_KEYS = 1000;

/** Credentials longer than this are not expected in texts; bounds the patterns and the overlap at cuts. */
const LONGEST_CREDENTIAL = 400;

const SECRET_KEY =
  /(password|passwd|passphrase|pwd|secret|apikey|authorization|cookie|token|credentials?|privatekey)$/;

/** The last letters of the names in NAMED_CREDENTIALS, small; then the names. Both stand before a colon or an equals sign. */
const NAME_ENDS = new Set([..."nydte"].map((letter) => letter.charCodeAt(0)));
const NAME = /(?:token|key|passw(?:or)?d|pwd|secret|cookie|authorization)$/i;
const LONGEST_NAME = 13;
const BETWEEN = /["'\s]/;

/** https://user:password@host */
const USER_INFO = /(\/\/)[^\s/@?#"']{1,400}@/g;

/** ?token=… and the like */
const QUERY = /([?&][\w.-]{0,40}(?:token|key|secret|password|pwd|signature|sig|auth)=)[^&\s"'#]+/gi;

const BEARER = /\b(bearer\s+)[\w.~+/=-]{6,}/gi;

const NAMED_CREDENTIALS: readonly RegExp[] = [
  // Cookie: a=b; c=d (the whole rest of the line)
  /\b((?:set-)?cookie["']?\s{0,4}[:=]\s{0,4})[^\r\n]+/gi,
  // Authorization: Bearer …, Private-Token: …
  /\b((?:(?:proxy-)?authorization|private-token|(?:x-)?api[-_]?key)["']?\s{0,4}[:=]\s{0,4}["']?)(?:(?:bearer|basic|digest|negotiate)\s+)?[^\s"',;]+/gi,
  // password=…, "secret": "…"
  /\b((?:password|passwd|pwd|secret|token)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"',;&}]+/gi,
];

interface RedactedKey {
  /** The name of the field without credentials in it. */
  readonly name: string;
  /** True for names of fields whose value must not be shown at all. */
  readonly secret: boolean;
}

export interface Redactor {
  /** Leaves no credential in a text. */
  text(text: string): string;
  key(key: string): RedactedKey;
  /** Adds a secret; what was written before stays as it is. */
  conceal(secret: string): void;
  /** How many characters before a cut may hold the beginning of something secret. */
  readonly overlap: number;
}

/** @param secrets the configured secrets: they are found wherever they stand, also percent-encoded or in JSON. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const knownKeys = new Map<string, RedactedKey>();
  const concealed: string[] = [];
  let configured = secretPattern(secrets);

  return {
    get overlap() {
      return Math.max(LONGEST_CREDENTIAL, configured.longest);
    },
    text(text) {
      return withoutCredentials(configured.clean(text));
    },
    key(key) {
      const known = knownKeys.get(key);
      if (known !== undefined) return known;
      const named = { name: withoutCredentials(configured.clean(key)), secret: isSecretName(key) };
      // Field names are few; a caller that logs arbitrary keys must not make this grow for ever.
      if (knownKeys.size < MAX_KNOWN_KEYS && key.length < 100) knownKeys.set(key, named);
      return named;
    },
    conceal(secret) {
      if (concealed.includes(secret)) return;
      concealed.push(secret);
      if (concealed.length > MAX_CONCEALED) concealed.shift();
      configured = secretPattern([...secrets, ...concealed]);
      knownKeys.clear();
    },
  };
}

function isSecretName(key: string): boolean {
  return SECRET_KEY.test(
    key
      .slice(-60)
      .toLowerCase()
      .replaceAll(/[-_\s]/g, ""),
  );
}

function secretPattern(secrets: readonly string[]): { clean(text: string): string; longest: number } {
  const forms = new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(writingsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(RegExp.escape).join("|"), "g");
  return {
    longest: longestFirst[0]?.length ?? 0,
    clean(text) {
      // Nearly no text holds one, and looking is many times faster than replacing.
      for (const form of longestFirst) if (text.includes(form)) return text.replace(pattern, REDACTED);
      return text;
    },
  };
}

/** Looks for the few characters that each pattern needs before it runs the pattern. */
function withoutCredentials(text: string): string {
  const assigns = text.includes("=") || text.includes(":");
  if (!assigns && !text.includes(" ")) return text;
  let clean = text;
  if (assigns) {
    if (text.includes("@") && text.includes("//")) clean = clean.replace(USER_INFO, BLACKED);
    if (text.includes("=") && /[?&]/.test(text)) clean = clean.replace(QUERY, BLACKED);
    if (namesCredential(text, ":") || namesCredential(text, "=")) {
      for (const pattern of NAMED_CREDENTIALS) clean = clean.replace(pattern, BLACKED);
    }
  }
  return /bearer/i.test(clean) ? clean.replace(BEARER, BLACKED) : clean;
}

/** Stacks and addresses are full of colons, so the letter before one decides most cases. */
function namesCredential(text: string, separator: ":" | "="): boolean {
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) {
    let end = at - 1;
    // A quote and up to four blanks may stand between.
    while (end > at - 7 && BETWEEN.test(text[end] ?? "")) end--;
    if (!NAME_ENDS.has(text.charCodeAt(end) | 0x20)) continue;
    if (NAME.test(text.slice(Math.max(0, end + 1 - LONGEST_NAME), end + 1))) return true;
  }
  return false;
}

/** The ways in which programs write a text: as it is, in JSON, in a URL (hexadecimal in either case), in a form. */
function writingsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const encoded = encodeURIComponent(wellFormed);
  const inForm = new URLSearchParams([["", wellFormed]]).toString().slice(1);
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    json,
    ...[encoded, encodeURI(wellFormed), inForm].flatMap((form) => [form, lowerHex(form)]),
  ];
}

function lowerHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
}
