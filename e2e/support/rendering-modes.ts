import { CACHE_COMPONENTS, EDGE_RUNTIME, RENDERING } from './addresses.ts';

/** What a page is about: its experiment, and where it can be seen. */
interface Subject {
  readonly experience: 'seasonal-badges' | 'pricing-page';
  readonly experienceId: string;
  /** Key to id; the original first. */
  readonly variations: Readonly<Record<string, string>>;
  readonly testId: string;
  readonly heading: string;
  readonly button: string;
  readonly goal: string;
}

/** One way to render a page with an experiment, and what visitors may rely on. */
export interface RenderingMode {
  readonly name: string;
  readonly url: string;
  readonly guarantee: string;
  /**
   * What there is before the variation. `maybe`: a fallback, if deciding takes longer than rendering the rest. `placeholder`:
   * the server decides nothing. `reserved`: on soft navigation, the place of the original.
   */
  readonly before: 'nothing' | 'maybe' | 'fallback' | 'placeholder' | 'reserved';
  /** Soft navigation leads to the page: from here, with this link. */
  readonly from?: { readonly url: string; readonly link: string };
  readonly subject: Subject;
}

const BADGES: Subject = {
  experience: 'seasonal-badges',
  experienceId: '3009860011',
  variations: { 'no-badge': '3009870022', badge: '3009870023' },
  testId: 'badges',
  heading: 'Tarn Tent',
  button: 'Add to cart',
  goal: 'add-to-cart',
};

const PLANS: Subject = {
  experience: 'pricing-page',
  experienceId: '3009860002',
  variations: { 'monthly-first': '3009870004', 'annual-first': '3009870005' },
  testId: 'plans',
  heading: 'Membership',
  button: 'Choose',
  goal: 'plan-selected',
};

const LINKS = `${RENDERING}/navigation`;

/** One entry is one row of the table in docs/rendering.md. */
export const RENDERING_MODES: readonly RenderingMode[] = [
  {
    name: 'Dynamic Server Components',
    url: `${RENDERING}/products/dynamic`,
    guarantee: 'the variation is in the first HTML',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Streaming',
    url: `${RENDERING}/products/streaming`,
    guarantee: 'the page does not wait for the decision; never a wrong variation',
    before: 'maybe',
    subject: BADGES,
  },
  {
    name: '`cacheComponents`',
    url: `${CACHE_COMPONENTS}/products/tarn-tent`,
    guarantee: 'the shell stays static; never a wrong variation',
    before: 'fallback',
    subject: BADGES,
  },
  {
    name: 'Static, one page for each variation',
    url: `${RENDERING}/products/static`,
    guarantee: 'from the cache, with the variation in the first HTML',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Static, with `cacheComponents`',
    url: `${CACHE_COMPONENTS}/products/ridge-tent`,
    guarantee: 'from the cache, with the variation in the first HTML',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Pages Router, `getServerSideProps`',
    url: `${RENDERING}/products/legacy`,
    guarantee: 'the variation is in the first HTML',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Pages Router, `getStaticProps`',
    url: `${RENDERING}/products/legacy-static`,
    guarantee: 'from the cache, with the variation in the first HTML',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Server actions and route handlers',
    url: `${RENDERING}/products/actions`,
    guarantee: 'they decide and count for the visitor of the page',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Edge runtime, `middleware.ts`',
    url: `${EDGE_RUNTIME}/products/tarn-tent`,
    guarantee: 'the variation is in the first HTML',
    before: 'nothing',
    subject: BADGES,
  },
  {
    name: 'Soft navigation to a page that the server renders',
    url: `${RENDERING}/pricing/navigate`,
    guarantee: 'decided for its own address, before it is seen',
    before: 'nothing',
    from: { url: LINKS, link: 'Plans, rendered on the server' },
    subject: PLANS,
  },
  {
    name: 'Soft navigation to a page that only the browser renders',
    url: `${RENDERING}/pricing/client-page`,
    guarantee: 'decided once for its own address; the original keeps the place, unseen',
    before: 'reserved',
    from: { url: LINKS, link: 'Plans, rendered in the browser' },
    subject: PLANS,
  },
  {
    name: 'Without a server',
    url: `${RENDERING}/client-only`,
    guarantee: 'nothing is rendered twice; a placeholder until the browser has decided',
    before: 'placeholder',
    subject: BADGES,
  },
];
