import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Core } from '@convert-fullstack/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Report, reportOf } from '../src/report/report.ts';
import { reportText } from '../src/report/report-text.ts';
import { sampleProject } from './fixtures.ts';

/** A folder with these files, gone after the test. */
async function folderOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convert-report-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const traced = (...files: string[]) => JSON.stringify({ version: 1, files });

/** The report on an application, after a build that has left these files in `.next`. */
async function report(built: Record<string, string>, sources: Record<string, string> = {}): Promise<Report> {
  const app = await folderOf({ ...inDist(built), ...sources });
  return reportOf({ app, dist: '.next', data: sampleProject(), environment: 'production' });
}

const namesOf = ({ routes }: Report) => Object.fromEntries(routes.map(({ route, names }) => [route, names]));

describe('what a route names', () => {
  it('is in its own code and in what it shares with others', async () => {
    const built = await report({
      'server/app/page.js': 'r("home-hero")',
      'server/app/page.js.nft.json': traced('../chunks/1.js', './data.json', '../../../other.js'),
      'server/app/data.json': '"pricing-page"',
      '../other.js': 'n("pricing-page")',
      'server/chunks/1.js': "n(`hero-banner`);n('search-rollout')",
      'server/chunks/2.js': 'n("pricing-page")',
    });
    expect(namesOf(built)).toEqual({ '/': ['hero-banner', 'home-hero', 'search-rollout'] });
  });

  it('is a whole text: neither a part of one, nor an entity of a config that was built in', async () => {
    const config = JSON.stringify(sampleProject());
    const built = await report({
      'server/app/page.js': `"home-hero-2";"/home-hero";a={key:"pricing-page",value:'search-rollout'};JSON.parse('${config.replaceAll("'", "\\'")}');JSON.parse(${JSON.stringify(config)})`,
      'server/app/page.js.nft.json': traced(),
    });
    expect(namesOf(built)).toEqual({ '/': [] });
  });

  it('belongs to the address that visitors know, in both routers and on the edge', async () => {
    const names = { 'x.js': 'n("home-hero")' };
    const built = await report({
      ...names,
      'server/app/(shop)/pricing/page.js': '',
      'server/app/(shop)/pricing/page.js.nft.json': traced('../../../../x.js'),
      'server/app/(shop)/pricing/@note/page.js': 'n("hero-banner")',
      'server/app/(shop)/pricing/@note/page.js.nft.json': traced(),
      'server/app/api/orders/route.js': '',
      'server/app/api/orders/route.js.nft.json': traced('../../../../x.js'),
      'server/app/_not-found/page.js': '',
      'server/app/_not-found/page.js.nft.json': traced('../../../x.js'),
      'server/pages/_app.js': 'n("search-rollout")',
      'server/pages/_app.js.nft.json': traced(),
      'server/pages/blog/index.js': '',
      'server/pages/blog/index.js.nft.json': traced('../../../x.js'),
      'server/pages/api/vote.js': 'n("home-hero")',
      'server/pages/api/vote.js.nft.json': traced(),
      'server/middleware-manifest.json': JSON.stringify({
        functions: { '/edge/page': { name: 'app/edge/page', files: ['x.js', 'server/gone.js'] } },
      }),
    });
    expect(namesOf(built)).toEqual({
      '/api/orders': ['home-hero'],
      '/api/vote': ['home-hero'],
      '/blog': ['home-hero', 'search-rollout'],
      '/edge': ['home-hero'],
      '/pricing': ['hero-banner', 'home-hero'],
    });
    expect(built.routes.filter(({ payload }) => payload === null).map(({ route }) => route)).toEqual([
      '/api/orders',
      '/api/vote',
    ]);
  });
});

describe('the bytes of a route', () => {
  const PAGE = { 'server/app/page.js': 'n("home-hero")', 'server/app/page.js.nft.json': traced() };

  it('are those of the largest payload that a visitor gets with `only` what the route names', async () => {
    const [page] = (await report(PAGE)).routes;
    const core = new Core({ data: sampleProject(), environment: 'production', tracking: 'off' });
    const sizes = Array.from({ length: 200 }, (_, at) => {
      // As long as an id that the proxy mints.
      const context = core.createContext(`00000000-0000-4000-8000-${String(at).padStart(12, '0')}`);
      return JSON.stringify(context.toPayload({ only: ['home-hero'], locationAttributes: { path: '/' } })).length;
    });
    expect(page?.experiences).toEqual(['home-hero']);
    expect(page?.payload?.raw).toBe(Math.max(...sizes));
    expect(Math.min(...sizes)).toBeLessThan(Math.max(...sizes));
  });

  it('are less than those of everything, and a feature brings the experiences that carry it', async () => {
    const { routes, everything, unnamed } = await report({
      ...PAGE,
      'server/app/pricing/page.js': 'n("pricing-table")',
      'server/app/pricing/page.js.nft.json': traced(),
    });
    const [home, pricing] = routes;
    expect(pricing?.experiences).toEqual(['pricing-page']);
    expect(everything.payload.raw).toBeGreaterThan((home?.payload?.raw ?? 0) + (pricing?.payload?.raw ?? 0));
    expect(everything.experiences).toEqual(expect.arrayContaining(['home-hero', 'pricing-page', ...unnamed]));
    expect(unnamed).toHaveLength(everything.experiences.length - 2);
  });

  it('leave out what does not run in the environment', async () => {
    const app = await folderOf(inDist(PAGE));
    const { routes, everything } = await reportOf({ app, dist: '.next', data: sampleProject(), environment: 'moon' });
    expect([routes[0]?.names, routes[0]?.experiences, everything.experiences]).toEqual([['home-hero'], [], []]);
  });
});

it('counts the pages that static variants have become', async () => {
  const route = '/convert/[variants]/landing';
  const { routes } = await report({
    'server/app/convert/[variants]/landing/page.js': '',
    'server/app/convert/[variants]/landing/page.js.nft.json': traced(),
    'prerender-manifest.json': JSON.stringify({
      routes: { '/about': {}, '/convert/a/landing': { srcRoute: route }, '/convert/b/landing': { srcRoute: route } },
    }),
  });
  expect(routes).toMatchObject([{ route, pages: 2 }]);
});

it('names what the sources ask for and the project does not have, with its place', async () => {
  const { unknown } = await report(
    { 'server/middleware-manifest.json': '{}' },
    {
      'app/hero.tsx': "useExperience('home-hero');\nuseExperience('home-hreo');\nuseFeature(\n  'hero-banner',\n);",
      'app/page.tsx': '<Experience className="x" of="hero-of-old">\n<Experience of={\'home-hero\'}>',
      'convert.ts':
        "convert.payload({ only: ['home-hero', 'hero-banner', `nothing`] });\nstaticVariants({ experiences: ['none'] })",
      'lib/actions.js':
        "await convert.trackConversion('purchase');\nawait convert.trackConversion('purchas', { revenue })",
      'lib/more.ts': `await convert.feature('banner');\nuseExperience(keyOfToday);\nuseExperience(\`hero-\${season}\`);`,
      'lib/hero.test.ts': "useExperience('of-a-test')",
      'convert-project.d.ts': "useExperience('of-a-type')",
      'node_modules/other/index.js': "useExperience('of-a-package')",
    },
  );
  expect(unknown.map(({ place, kind, key }) => `${place} ${kind} ${key}`).sort()).toEqual([
    'app/hero.tsx:2 experience home-hreo',
    'app/page.tsx:1 experience hero-of-old',
    'convert.ts:1 experience or feature nothing',
    'convert.ts:2 experience none',
    'lib/actions.js:2 goal purchas',
    'lib/more.ts:1 feature banner',
  ]);
});

it('reads like this', async () => {
  const text = reportText(
    await report(
      {
        'server/app/page.js': 'n("home-hero")',
        'server/app/page.js.nft.json': traced(),
        'server/app/about/page.js': '',
        'server/app/about/page.js.nft.json': traced(),
        'server/app/api/vote/route.js': 'n("pricing-page")',
        'server/app/api/vote/route.js.nft.json': traced(),
      },
      { 'app/page.tsx': "useExperience('home-hreo')" },
    ),
  );
  expect(text.replace(/\d+ B/g, 'n B').replace(/ +/g, ' ')).toMatch(
    new RegExp(
      [
        'Route Experiences and features in its code Decides Payload gzip',
        '/ home-hero 1 n B n B',
        '/api/vote pricing-page',
        'any, without `only` experiences that run 12 n B n B',
        '',
        'Decides: .*',
        'Names nothing: /about',
        'Runs, but no route names it: .*',
        '',
        'Not in the project:',
        ' app/page.tsx:1 experience "home-hreo"',
      ].join('\n'),
    ),
  );
});

it('rejects where nothing was built, and what is no config', async () => {
  const app = await folderOf({ 'app/page.tsx': '' });
  const where = { app, dist: '.next' };
  await expect(reportOf({ ...where, data: sampleProject() })).rejects.toThrow(/\.next.*next build/);
  await expect(reportOf({ ...where, data: { experiences: 1 } })).rejects.toMatchObject({ code: 'config_invalid' });
});

function inDist(built: Record<string, string>): Record<string, string> {
  const files = Object.entries({ BUILD_ID: 'b', ...built });
  return Object.fromEntries(files.map(([path, text]) => [`.next/${path}`, text]));
}
