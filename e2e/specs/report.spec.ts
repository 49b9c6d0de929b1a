import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';

const run = promisify(execFile);
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const COMMAND = at('../../packages/next/bin/convert-report.js');
const PROJECT = at('../../packages/emulator/projects/sample-project.json');

interface Report {
  readonly routes: readonly {
    readonly route: string;
    readonly names: readonly string[];
    readonly pages: number;
    readonly payload: { readonly raw: number } | null;
  }[];
  readonly everything: { readonly payload: { readonly raw: number } };
  readonly unknown: readonly unknown[];
}

async function reportOn(app: string): Promise<Report> {
  const options = ['--config', PROJECT, '--environment', 'production', '--json'];
  const { stdout } = await run(process.execPath, [COMMAND, ...options], { cwd: at(`../../examples/${app}`) });
  return JSON.parse(stdout);
}

const namesOf = ({ routes }: Report) => Object.fromEntries(routes.map(({ route, names }) => [route, names]));

test('what the pages of the storefront name is what its components ask for, and less than everything', async () => {
  const report = await reportOn('storefront');
  expect(namesOf(report)).toEqual({
    '/': ['hero-banner', 'home-hero', 'search-suggest'],
    '/api/convert/[...convert]': [],
    '/api/health': [],
    '/api/newsletter': [],
    '/api/webhooks/order-paid': [],
    '/cart': ['search-suggest', 'shipping-bar', 'shipping-threshold'],
    '/checkout/complete': ['search-suggest'],
    '/icon.svg': [],
    '/newsletter': ['search-suggest'],
    '/pricing': ['pricing-page', 'pricing-table', 'search-suggest'],
    '/products/[slug]': ['product-gallery', 'search-suggest', 'season-badge', 'seasonal-badges'],
  });
  for (const { payload } of report.routes) {
    if (payload) expect(payload.raw).toBeLessThan(report.everything.payload.raw / 2);
  }
  expect(report.unknown).toEqual([]);
});

test('a config that was built in, both routers and static variants are told apart', async () => {
  const { routes } = await reportOn('rendering');
  const pages = new Map(routes.map(({ route, pages, names }) => [route, { pages, names }]));
  const names = ['season-badge', 'seasonal-badges'];
  expect(pages.get('/products/dynamic')).toEqual({ pages: 0, names });
  expect(pages.get('/products/legacy')).toEqual({ pages: 0, names });
  expect(pages.get('/convert/[variants]/products/static')).toEqual({ pages: 3, names });
  expect(pages.get('/convert/[variants]/products/legacy-static')).toEqual({ pages: 3, names });
  expect(pages.get('/')?.names).toEqual([]);
});

test('pages on the edge runtime are looked into as well', async () => {
  expect(namesOf(await reportOn('edge-runtime'))).toMatchObject({
    '/products/tarn-tent': ['season-badge', 'seasonal-badges'],
    '/api/newsletter': [],
  });
});
