/** How many of all places one experience gets: a power of two, so that the bits of a hash tell a visitor's place. */
export function placesFor(experiences: number, most: number, all: number): number {
  return Math.min(most, 2 ** Math.max(3, Math.floor(Math.log2(all / experiences))));
}
