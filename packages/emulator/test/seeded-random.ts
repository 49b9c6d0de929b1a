/** Numbers from 0 to 1 that are the same for the same seed (xorshift, warmed up so that near seeds differ). */
export function seededRandom(seed: number): () => number {
  let state = (seed + 1) * 2654435761;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
  for (let round = 0; round < 8; round += 1) next();
  return next;
}
