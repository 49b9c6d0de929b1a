/** MurmurHash3 (x86, 32-bit) on bytes, written from the published algorithm and nothing else. */
export function referenceMurmur3(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
  const scramble = (block: number): number => Math.imul(rotate(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
  const blocks = Math.floor(bytes.length / 4);
  let hash = seed | 0;
  for (let block = 0; block < blocks; block++) {
    hash = (Math.imul(rotate(hash ^ scramble(view.getUint32(block * 4, true)), 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocks * 4; at--) tail = (tail << 8) | view.getUint8(at);
  hash ^= scramble(tail);
  hash ^= bytes.length;
  for (const [shift, factor] of [
    [16, 0x85ebca6b],
    [13, 0xc2b2ae35],
  ] as const) {
    hash = Math.imul(hash ^ (hash >>> shift), factor);
  }
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** UTF-8, every lone surrogate as U+FFFD, encoded by hand. */
export function referenceUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    const trail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), trail(0));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), trail(6), trail(0));
    else bytes.push(0xf0 | (code >> 18), trail(12), trail(6), trail(0));
  }
  return Uint8Array.from(bytes);
}
