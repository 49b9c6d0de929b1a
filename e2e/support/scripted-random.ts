import { createHash } from 'node:crypto';

/** Chance that can be repeated: from the same seed come the same draws. */
export interface Random {
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number;
  /** In the form of a random UUID. */
  uuid(): string;
}

export function randomOf(...seed: readonly (string | number)[]): Random {
  let draws = 0;

  function digest(): Buffer {
    draws += 1;
    return createHash('sha256')
      .update([...seed, draws].join(' '))
      .digest();
  }
  const below = (limit: number) => digest().readUInt32BE() % limit;

  return {
    below,
    chance: (probability) => digest().readUInt32BE() < probability * 2 ** 32,
    pick: ([first, ...others]) => [first, ...others][below(others.length + 1)] ?? first,
    uuid() {
      const hex = digest().toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    },
  };
}
