import { CACHE_COMPONENTS, EDGE_RUNTIME, RENDERING } from './addresses.ts';

/** One way to render the same page about `seasonal-badges`, and what visitors may rely on. */
export interface RenderingMode {
  readonly name: string;
  readonly url: string;
  readonly guarantee: string;
  /** Whether a fallback is sent before the variation; `maybe`: only if deciding takes longer than rendering the rest. */
  readonly fallback: 'never' | 'maybe' | 'always';
}

export const RENDERING_MODES: readonly RenderingMode[] = [
  {
    name: 'Dynamic Server Components',
    url: `${RENDERING}/products/dynamic`,
    guarantee: 'the variation is in the first HTML',
    fallback: 'never',
  },
  {
    name: 'Streaming',
    url: `${RENDERING}/products/streaming`,
    guarantee: 'the page does not wait for the decision; never a wrong variation',
    fallback: 'maybe',
  },
  {
    name: '`cacheComponents`',
    url: `${CACHE_COMPONENTS}/products/tarn-tent`,
    guarantee: 'the shell stays static; never a wrong variation',
    fallback: 'always',
  },
  {
    name: 'Static, one page for each variation',
    url: `${RENDERING}/products/static`,
    guarantee: 'from the cache, with the variation in the first HTML',
    fallback: 'never',
  },
  {
    name: 'Pages Router, `getServerSideProps`',
    url: `${RENDERING}/products/legacy`,
    guarantee: 'the variation is in the first HTML',
    fallback: 'never',
  },
  {
    name: 'Pages Router, `getStaticProps`',
    url: `${RENDERING}/products/legacy-static`,
    guarantee: 'from the cache, with the variation in the first HTML',
    fallback: 'never',
  },
  {
    name: 'Server actions and route handlers',
    url: `${RENDERING}/products/actions`,
    guarantee: 'they decide and count for the visitor of the page',
    fallback: 'never',
  },
  {
    name: 'Edge runtime, `middleware.ts`',
    url: `${EDGE_RUNTIME}/products/tarn-tent`,
    guarantee: 'the variation is in the first HTML',
    fallback: 'never',
  },
];
