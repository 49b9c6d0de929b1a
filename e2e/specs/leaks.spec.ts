import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { EMULATOR } from '../support/addresses.ts';
import { browserFetch } from '../support/browser-fetch.ts';
import { open } from '../support/hydrated.ts';
import { RENDERING_MODES } from '../support/rendering-modes.ts';
import { sampleProject } from '../support/sample-project.ts';
import { startApp } from '../support/servers.ts';
import { newVisitor } from '../support/visitors.ts';

const RELAY = '/api/convert/events';
const SDK_KEY = '10051234/key-that-nobody-may-see';

const { audiences, locations, segments, experiences } = sampleProject as Record<
  'audiences' | 'locations' | 'segments' | 'experiences',
  { id: string; key: string; name: string }[]
>;
const notToBeSeen = [
  ...['OR_WHEN', 'rule_type', 'match_type', 'matching_options', 'traffic_allocation', 'variables_data', 'site_area'],
  ...[...audiences, ...segments].flatMap(({ id, key, name }) => [id, key, name]),
  ...locations.flatMap(({ id, name }) => [id, name]),
  ...experiences.map(({ name }) => name),
];

/** What the engine cannot do without: the multipliers of its hash, and the words that rules are written in. */
const ENGINE = [
  ...[0xcc9e2d51, 0x1b873593, 0x85ebca6b, 0xc2b2ae35, 0xe6546b64].map(
    (number) => new RegExp(`\\b(${number}|0x${number.toString(16)}|${number | 0})\\b`, 'i'),
  ),
  ...['regexMatches', 'lessEqual', 'bucketed_into_experience'].map((word) => new RegExp(word)),
];

test('nothing that the storefront answers contains rules, audiences, other variations or the SDK key', async ({
  page,
}) => {
  const storefront = await startApp('storefront', {
    sdkKey: SDK_KEY,
    configUrl: `${EMULATOR}/api/v1`,
    trackUrl: `${EMULATOR}/v1`,
  });
  try {
    const answers: { url: string; content: string }[] = [];
    const reading: Promise<unknown>[] = [];
    page.on('response', (response) => {
      const body = response.url().endsWith(RELAY) ? '' : response.body().catch(() => '');
      const read = Promise.all([response.allHeaders(), body]).then(([headers, content]) => {
        answers.push({ url: response.url(), content: JSON.stringify(headers) + content });
      });
      reading.push(read);
    });
    const visitorId = newVisitor({
      'home-hero': 'trail-story',
      'product-gallery': 'carousel',
      'shipping-threshold': 'threshold-75',
    });
    await page.context().addCookies([{ name: 'cv_vid', value: visitorId, url: storefront.url }]);
    for (const path of ['/', '/pricing', '/products/ridge-28', '/cart', '/checkout/complete', '/nowhere']) {
      await page.goto(storefront.url + path);
    }
    await open(page, storefront.url);
    await page.getByRole('link', { name: 'Fell Mug' }).click();
    await page.getByTestId('add-to-cart').click();
    await page.waitForURL('**/cart');
    const payload = await page.evaluate(() =>
      fetch('/api/convert/payload?url=/pricing').then((answer) => answer.text()),
    );
    const receipt = await page.evaluate(
      (url) => fetch(url, { method: 'POST', body: '{"events":[{}]}' }).then((answer) => answer.text()),
      RELAY,
    );
    await Promise.all(reading);
    answers.push({ url: 'payload', content: payload }, { url: RELAY, content: receipt });

    expect(answers.length).toBeGreaterThan(30);
    expect(answers.some(({ content }) => content.includes('Tell us where the path goes'))).toBe(true);
    const others = ['Weather is part of it', 'Free delivery from 50', 'silent-loop', 'threshold-50'];
    const secrets = [
      SDK_KEY,
      'key-that-nobody-may-see',
      encodeURIComponent(SDK_KEY),
      new URL(EMULATOR).host,
      'x-convert-visit',
    ];
    const leaks = answers.flatMap(({ url, content }) =>
      [...notToBeSeen, ...others, ...secrets]
        .filter((word) => content.includes(word))
        .map((word) => `${word} in ${url}`),
    );
    expect(leaks).toEqual([]);
    expect(storefront.output()).not.toContain('key-that-nobody-may-see');
  } finally {
    await storefront.stop();
  }
});

test('no page of any rendering mode contains rules, audiences or names, in HTML or in what navigation fetches', async () => {
  // Without a server, the config is public.
  for (const { name, url, subject } of RENDERING_MODES.filter(({ before }) => before !== 'placeholder')) {
    const variation = Object.keys(subject.variations)[1] ?? '';
    const cookie = `cv_vid=${newVisitor({ [subject.experience]: variation })}`;
    for (const headers of [{ cookie }, { cookie, rsc: '1' }]) {
      const content = await (await browserFetch(url, { headers })).text();
      expect(content, name).toContain(subject.experience);
      expect(content, name).toContain(variation);
      expect(
        notToBeSeen.filter((word) => content.includes(word)),
        name,
      ).toEqual([]);
    }
  }
});

test('every word that is looked for is found where the config is', () => {
  const config = JSON.stringify(sampleProject);
  expect(notToBeSeen.filter((word) => !config.includes(word))).toEqual([]);
});

test('no script that the browser can load contains the engine', () => {
  const scripts = scriptsIn('../../examples/storefront/.next/static');
  expect(scripts.length).toBeGreaterThan(3);
  expect(scripts.filter(({ text }) => text.includes('cv_seen'))).toHaveLength(1);
  const found = scripts.flatMap(({ name, text }) =>
    ENGINE.filter((sign) => sign.test(text)).map((sign) => `${sign} in ${name}`),
  );
  expect(found).toEqual([]);
});

test('every sign of the engine is found where the engine is', () => {
  const code = [
    ...scriptsIn('../../packages/core/dist'),
    ...scriptsIn('../../packages/core/node_modules/murmurhash-js'),
  ];
  const text = code.map((script) => script.text).join('\n');
  expect(ENGINE.filter((sign) => !sign.test(text))).toEqual([]);
});

function scriptsIn(folder: string): { name: string; text: string }[] {
  const root = fileURLToPath(new URL(folder, import.meta.url));
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  return names.map((name) => ({ name, text: readFileSync(`${root}/${name}`, 'utf8') }));
}
