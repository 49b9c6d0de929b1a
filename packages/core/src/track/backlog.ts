/** A list that is appended to at the end and taken from at the front, both at a cost that does not grow with it. */
export class Backlog<T> {
  #items: T[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  putBack(items: readonly T[]): void {
    this.#items = [...items, ...this.#items.slice(this.#first)];
    this.#first = 0;
  }

  /** Removes up to `count` items from the front; fewer when `wants` says no to one, but at least one if there is one. */
  take(count: number, wants: (item: T) => boolean = () => true): T[] {
    const taken: T[] = [];
    for (const item of this.#items.slice(this.#first, this.#first + count)) {
      const wanted = wants(item);
      if (!wanted && taken.length > 0) break;
      taken.push(item);
    }
    this.drop(taken.length);
    return taken;
  }

  /** Removes items from anywhere and returns which: places counted from the front. */
  remove(isUnwanted: (item: T, place: number) => boolean): number[] {
    const items = this.#items.slice(this.#first);
    const places = items.flatMap((item, place) => (isUnwanted(item, place) ? [place] : []));
    const unwanted = new Set(places);
    this.#items = items.filter((_item, place) => !unwanted.has(place));
    this.#first = 0;
    return places;
  }

  /** Removes items from the front. */
  drop(count: number): void {
    this.#first += count;
    if (this.#first * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
}
