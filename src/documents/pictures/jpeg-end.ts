/** Markers of ITU T.81, table B.1; each follows a byte 0xff. */
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/**
 * Whether the end of a JPEG is missing, as after a broken transfer. Decoders fill up what is missing with grey and
 * say nothing.
 */
export function isCutOffJpeg(bytes: Uint8Array): boolean {
  const scan = firstScan(bytes);
  if (scan === null) return true;
  // Inside the data of a scan 0xff is always followed by zero, so the first such pair is the marker.
  for (let at = bytes.indexOf(0xff, scan); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === END_OF_IMAGE) return false;
  }
  return true;
}

/** Segments before it are skipped by their length: previews in them have ends of their own. */
function firstScan(bytes: Uint8Array): number | null {
  for (let at = 2; at + 3 < bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    at += 2 + length;
    if (marker === START_OF_SCAN) return at;
  }
  return null;
}
