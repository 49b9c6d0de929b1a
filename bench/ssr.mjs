// A page with 20 hooks next to the same page without any, rendered on the server: `pnpm --filter bench ssr`.
import { Core } from '@convert-fullstack/core';
import { ConvertProvider, useExperience } from '@convert-fullstack/react';
import { createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { compare, microseconds, ratio, table } from './measure.mjs';
import { convertConfig, experiments, visitors } from './workload.mjs';

const list = experiments(20);
const everyone = visitors(8192);
const core = new Core({ data: convertConfig(list), tracking: 'off', logLevel: 'silent' });

const Product = ({ i }) =>
  h(
    'li',
    { className: 'product' },
    h('a', { href: `/p/${i}` }, h('span', null, `Product ${i}`), h('em', null, i, ' EUR')),
  );
const page = (Variation) => () =>
  h(
    'main',
    null,
    h(
      'header',
      null,
      h('h1', null, 'Shop'),
      h('nav', null, h('a', { href: '/' }, 'Home'), h('a', { href: '/cart' }, 'Cart')),
    ),
    h(
      'section',
      null,
      list.map(({ key }) => h(Variation, { experience: key, key })),
    ),
    h(
      'ul',
      null,
      Array.from({ length: 30 }, (_, i) => h(Product, { i, key: i })),
    ),
  );
const Plain = page(() => h('p', { className: 'variation' }, 'variation-0'));
const Decided = page(({ experience }) =>
  h('p', { className: 'variation' }, useExperience(experience)?.variationKey ?? 'original'),
);

const { plain, hooks } = compare(
  {
    plain: () => renderToString(h(Plain)),
    hooks: (i) => {
      const { id, attributes } = everyone[i & 8191];
      const payload = core.createContext(id, attributes).toPayload();
      return renderToString(h(ConvertProvider, { payload }, h(Decided)));
    },
  },
  { rounds: 15 },
);
table('CPU time per page, decisions included (median; compare within one run only)', [
  ['without experiments', microseconds(plain)],
  ['provider and 20 useExperience', microseconds(hooks), ratio(hooks, plain)],
]);
