/** True for the second and later bytes of a multi-byte UTF-8 character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * Cuts a frame into pieces of `size` bytes, wherever that falls. Size 0 cuts once, inside the first multi-byte
 * character, or in the middle of a frame that has none.
 */
export function cutFrame(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  if (size === 0) {
    const inside = bytes.findIndex(isContinuation);
    const at = inside === -1 ? Math.floor(bytes.length / 2) : inside;
    return [bytes.subarray(0, at), bytes.subarray(at)];
  }
  const pieces: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += size) pieces.push(bytes.subarray(start, start + size));
  return pieces;
}
