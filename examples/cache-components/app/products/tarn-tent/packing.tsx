/** Made once for each variation: the argument is the key of the cache, and visitors are none of its business. */
export async function Packing({ isSeasonal }: { isSeasonal: boolean }) {
  'use cache';
  return (
    <p data-testid="packing">
      {isSeasonal ? 'Packed with autumn pegs' : 'Packed with pegs'}, <time>{new Date().toISOString()}</time>
    </p>
  );
}
