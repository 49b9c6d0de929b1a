import murmurhash from 'murmurhash-js';

const SEED = 9999;
const encoder = new TextEncoder();

// Calling the method through `call` keeps one fast path: reading it off the string is keyed by the string's internal
// representation, and a handful of different ones (one Japanese id is enough) makes every later hash several times slower.
const charCodeAt = String.prototype.charCodeAt;

/** MurmurHash3 (x86, 32-bit) of the UTF-8 bytes of `text`, unsigned; lone surrogates count as U+FFFD. */
export function hashText(text: string, seed: number = SEED): number {
  // The library reads one byte per UTF-16 unit, so it gets a string whose units are the bytes.
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return murmurhash.murmur3(bytes, seed);
}

/** 16 hexadecimal digits that tell texts apart. */
export function fingerprint(text: string): string {
  return [0, 1].map((seed) => hashText(text, seed).toString(16).padStart(8, '0')).join('');
}

/** The state of the hash after `text`, so that what follows it can be hashed without joining strings. */
export interface HashPrefix {
  readonly text: string;
  readonly isAscii: boolean;
  readonly state: number;
  /** Bytes that do not fill a block of four yet, lowest first. */
  readonly carry: number;
  readonly carryBits: number;
}

export function hashPrefix(text: string): HashPrefix {
  let state = SEED;
  let carry = 0;
  let carryBits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt.call(text, i);
    if (code > 127) return { text, isAscii: false, state: 0, carry: 0, carryBits: 0 };
    carry |= code << carryBits;
    carryBits += 8;
    if (carryBits === 32) {
      state = mixBlock(state, carry);
      carry = 0;
      carryBits = 0;
    }
  }
  return { text, isAscii: true, state, carry, carryBits };
}

/** `hashText(prefix.text + text)`, several times faster for ASCII text; equality is a property test. */
export function hashAfter(prefix: HashPrefix, text: string): number {
  const { carryBits } = prefix;
  const length = text.length;
  const blocksEnd = length - (length & 3);
  let state = prefix.state;
  let carry = prefix.carry;
  let seen = 0;
  for (let i = 0; i < blocksEnd; i += 4) {
    const a = charCodeAt.call(text, i);
    const b = charCodeAt.call(text, i + 1);
    const c = charCodeAt.call(text, i + 2);
    const d = charCodeAt.call(text, i + 3);
    seen |= a | b | c | d;
    const word = a | (b << 8) | (c << 16) | (d << 24);
    if (carryBits === 0) {
      state = mixBlock(state, word);
    } else {
      state = mixBlock(state, carry | (word << carryBits));
      carry = word >>> (32 - carryBits);
    }
  }
  let bits = carryBits;
  for (let i = blocksEnd; i < length; i++) {
    const code = charCodeAt.call(text, i);
    seen |= code;
    carry |= code << bits;
    bits += 8;
    if (bits === 32) {
      state = mixBlock(state, carry);
      carry = 0;
      bits = 0;
    }
  }
  if (seen > 127 || !prefix.isAscii) return hashText(prefix.text + text);
  if (bits !== 0) state ^= scramble(carry);
  return finish(state ^ (prefix.text.length + length));
}

/** Text whose blocks are scrambled once and then hashed after many prefixes. */
export class PreparedText {
  readonly text: string;
  readonly #aligned: (Aligned | null | undefined)[] = [undefined, undefined, undefined, undefined];

  constructor(text: string) {
    this.text = text;
  }

  /** `hashText(prefix.text + this.text)`. */
  hashAfter(prefix: HashPrefix): number {
    const at = prefix.carryBits >> 3;
    let aligned = this.#aligned[at];
    if (aligned === undefined) {
      aligned = align(this.text, prefix.carryBits);
      this.#aligned[at] = aligned;
    }
    if (aligned === null || !prefix.isAscii) return hashAfter(prefix, this.text);
    let state = mixBlock(prefix.state, prefix.carry | aligned.head);
    const { blocks } = aligned;
    for (let i = 0; i < blocks.length; i++) state = mix(state, blocks[i] ?? 0);
    return finish(state ^ aligned.tail ^ (prefix.text.length + this.text.length));
  }
}

/** A text behind a prefix that leaves some bits of a block open. */
interface Aligned {
  /** What fills the prefix's open block. */
  readonly head: number;
  /** Scrambled. */
  readonly blocks: readonly number[];
  /** Scrambled; 0 when no byte is left over. */
  readonly tail: number;
}

/** `null` for a text that is not ASCII or does not fill the open block. */
function align(text: string, carryBits: number): Aligned | null {
  const blocks: number[] = [];
  let head: number | null = null;
  let block = 0;
  let bits = carryBits;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt.call(text, i);
    if (code > 127) return null;
    block |= code << bits;
    bits += 8;
    if (bits < 32) continue;
    if (head === null) head = block;
    else blocks.push(scramble(block));
    block = 0;
    bits = 0;
  }
  return head === null ? null : { head, blocks, tail: bits === 0 ? 0 : scramble(block) };
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

function mixBlock(state: number, block: number): number {
  return mix(state, scramble(block));
}

function mix(state: number, scrambled: number): number {
  const h = state ^ scrambled;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let h = state ^ (state >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
