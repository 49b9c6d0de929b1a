import { readFileSync } from 'node:fs';
import { Core } from '@convert-fullstack/core';
import { memoryTransport } from '@convert-fullstack/core/testing';
import { expect, it } from 'vitest';
import { createShop } from './handle.mjs';

const sample = new URL('../../packages/emulator/projects/sample-project.json', import.meta.url);
const STORY = 'cv_vid=5a1f5057-a703-49da-a8de-345f34b178ea';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

function shop(edit = (text) => text) {
  const transport = memoryTransport();
  const core = new Core({ data: JSON.parse(edit(readFileSync(sample, 'utf8'))), environment: 'production', transport });
  const handle = createShop(core);
  const ask = (path, { headers, ...init } = {}) => {
    const ofBrowser = { host: 'shop.example', 'user-agent': BROWSER, ...headers };
    return handle(new Request(`http://shop.example${path}`, { ...init, headers: ofBrowser }));
  };
  return { core, transport, ask };
}

it('a visitor sees their variation, and only a new one gets a cookie', async () => {
  const { ask } = shop();
  const known = await ask('/', { headers: { cookie: STORY } });
  expect(await known.text()).toContain('data-variation="trail-story"');
  expect(known.headers.get('set-cookie')).toBeNull();
  expect((await ask('/')).headers.get('set-cookie')).toMatch(/^cv_vid=/);
});

it('a bot sees the original and gets no cookie', async () => {
  const answer = await shop().ask('/', { headers: { cookie: STORY, 'user-agent': 'Googlebot/2.1' } });
  expect(await answer.text()).toContain('data-variation="original"');
  expect(answer.headers.get('set-cookie')).toBeNull();
});

it('a visitor who does not want to be counted sees the original, and their cookie is erased', async () => {
  const answer = await shop().ask('/', { headers: { cookie: `${STORY}; consent=no` } });
  expect(await answer.text()).toContain('data-variation="original"');
  expect(answer.headers.get('set-cookie')).toMatch(/^cv_vid=; Max-Age=0;/);
});

it('a key that is markup stays text', async () => {
  const markup = '"><script>alert(1)</script>';
  const { ask } = shop((text) => text.replaceAll('"trail-story"', JSON.stringify(markup)));
  const html = await (await ask('/', { headers: { cookie: STORY } })).text();
  expect(html).toContain('data-variation="&#34;&#62;&#60;script&#62;');
  expect(html).not.toContain('<script>');
});

it('a preview link shows its variation to anybody', async () => {
  const answer = await shop().ask('/?convert_preview=3009860001.3009870003', { headers: { cookie: STORY } });
  expect(await answer.text()).toContain('data-variation="silent-loop"');
});

it('a preview is remembered until it is left', async () => {
  const { ask } = shop();
  const link = await ask('/?convert_preview=3009860001.3009870003');
  const [cookie] = link.headers.getSetCookie().filter((value) => value.startsWith('cv_preview='));
  const next = await ask('/', { headers: { cookie: `${STORY}; ${cookie.split(';')[0]}` } });
  expect(await next.text()).toContain('data-variation="silent-loop"');
  const left = await ask('/?convert_preview=off', { headers: { cookie: cookie.split(';')[0] } });
  expect([left.status, left.headers.get('location')]).toEqual([307, 'http://shop.example/']);
  expect(left.headers.get('set-cookie')).toMatch(/^cv_preview=; Max-Age=0;/);
});

it('an exposure the browser reports reaches the collector', async () => {
  const { core, transport, ask } = shop();
  const event = { type: 'exposure', experienceId: '3009860001', variationId: '3009870002' };
  const answer = await ask('/api/convert/events', {
    method: 'POST',
    headers: { cookie: STORY, 'content-type': 'application/json', origin: 'http://shop.example' },
    body: JSON.stringify({ events: [event] }),
  });
  expect(await answer.json()).toEqual({ accepted: 1, rejected: [] });
  await core.flush();
  expect(transport.sent).toHaveLength(1);
});
