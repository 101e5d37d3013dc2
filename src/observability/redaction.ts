export const REDACTED = "[redacted]";

/** Shorter ones would black out ordinary words; such a password protects nothing anyway. */
const SHORTEST_SECRET = 4;

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
  /** How many characters before a cut may hold the beginning of something secret. */
  readonly overlap: number;
}

/** @param secrets the configured secrets: they are found wherever they stand, also percent-encoded or in JSON. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(writingsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const configured =
    longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(RegExp.escape).join("|"), "g");
  const knownKeys = new Map<string, boolean>();

  return {
    overlap: Math.max(LONGEST_CREDENTIAL, longestFirst[0]?.length ?? 0),
    text(text) {
      let result = configured ? text.replace(configured, REDACTED) : text;
      if (!SUSPICIOUS.test(result)) return result;
      for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
      return result;
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
  };
}

function writingsOf(secret: string): string[] {
  return [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)];
}
