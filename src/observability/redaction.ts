export const REDACTED = "[redacted]";

/** Shorter ones would black out ordinary words; such a password protects nothing anyway. */
const SHORTEST_SECRET = 4;

/** A login token lives a day; those of the last weeks are remembered. */
const MAX_CONCEALED = 50;

/** Credentials longer than this are not expected in texts; bounds the patterns and the overlap at cuts. */
const LONGEST_CREDENTIAL = 400;

const SECRET_KEY =
  /(password|passwd|passphrase|pwd|secret|apikey|authorization|cookie|token|credentials?|privatekey)$/;

/** A cheap look whether any of the patterns can match at all; most strings end here. */
const SUSPICIOUS = /\/\/|[?&]|authori|bearer|token|cookie|passw|pwd|secret|key/i;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // https://user:password@host
  [/(\/\/)[^\s/@?#"']{1,400}@/g, `$1${REDACTED}@`],
  // ?token=… and the like
  [/([?&][\w.-]{0,40}(?:token|key|secret|password|pwd|signature|sig|auth)=)[^&\s"'#]+/gi, `$1${REDACTED}`],
  // Cookie: a=b; c=d (the whole rest of the line)
  [/\b((?:set-)?cookie["']?\s{0,4}[:=]\s{0,4})[^\r\n]+/gi, `$1${REDACTED}`],
  // Authorization: Bearer …, Private-Token: …
  [
    /\b((?:(?:proxy-)?authorization|private-token|(?:x-)?api[-_]?key)["']?\s{0,4}[:=]\s{0,4}["']?)(?:(?:bearer|basic|digest|negotiate)\s+)?[^\s"',;]+/gi,
    `$1${REDACTED}`,
  ],
  [/\b(bearer\s+)[\w.~+/=-]{6,}/gi, `$1${REDACTED}`],
  // password=…, "secret": "…"
  [/\b((?:password|passwd|pwd|secret|token)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"',;&}]+/gi, `$1${REDACTED}`],
];

export interface Redactor {
  /** Leaves no credential in a text. */
  text(text: string): string;
  /** True for names of fields whose value must not be shown at all. */
  isSecretKey(key: string): boolean;
  /** Adds a secret; what was written before stays as it is. */
  conceal(secret: string): void;
  /** How many characters before a cut may hold the beginning of something secret. */
  readonly overlap: number;
}

/** @param secrets the configured secrets: they are found wherever they stand, also percent-encoded or in JSON. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const knownKeys = new Map<string, boolean>();
  const concealed: string[] = [];
  let configured = secretPattern(secrets);

  return {
    get overlap() {
      return Math.max(LONGEST_CREDENTIAL, configured.longest);
    },
    text(text) {
      const result = configured.pattern ? text.replace(configured.pattern, REDACTED) : text;
      if (!SUSPICIOUS.test(result)) return result;
      let clean = result;
      for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
      return clean;
    },
    isSecretKey(key) {
      const known = knownKeys.get(key);
      if (known !== undefined) return known;
      const secret = SECRET_KEY.test(
        key
          .slice(-60)
          .toLowerCase()
          .replaceAll(/[-_\s]/g, ""),
      );
      // Field names are few; a caller that logs arbitrary keys must not make this grow for ever.
      if (knownKeys.size < 1000) knownKeys.set(key, secret);
      return secret;
    },
    conceal(secret) {
      if (concealed.includes(secret)) return;
      concealed.push(secret);
      if (concealed.length > MAX_CONCEALED) concealed.shift();
      configured = secretPattern([...secrets, ...concealed]);
    },
  };
}

function secretPattern(secrets: readonly string[]): { pattern: RegExp | undefined; longest: number } {
  const forms = new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(writingsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const source = longestFirst.map(RegExp.escape).join("|");
  return {
    pattern: source === "" ? undefined : new RegExp(source, "g"),
    longest: longestFirst[0]?.length ?? 0,
  };
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
