import { describe, expect, it } from 'vitest';
import type { DashboardState } from '../src/dashboard-state.ts';
import { runEmulator } from './emulator.ts';
import { batch, conversion, exposure, goals, homeHero, send, visitor } from './sample.ts';

const hostile = '</script><img src=x onerror=alert(1)>';

async function getState(url: string): Promise<DashboardState> {
  // The emulator's own answer.
  return (await (await fetch(`${url}/api/state`)).json()) as DashboardState;
}

describe('the dashboard', () => {
  it('is one page that loads nothing from elsewhere', async () => {
    const { dashboardUrl } = await runEmulator();
    const response = await fetch(dashboardUrl);
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).not.toMatch(/<(script|img|iframe)[^>]*\ssrc=|<link[^>]*href="(?!data:)|@import ['"u]|url\(http/);
    expect(page).not.toMatch(/^(import|export) /m);
  });

  it('only lets its own script and style act', async () => {
    const { dashboardUrl } = await runEmulator();
    const policy = (await fetch(dashboardUrl)).headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'none'.*style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/);
    expect(policy).not.toContain('unsafe');
  });

  it('turns what it is given into text and never into markup', async () => {
    const { dashboardUrl } = await runEmulator();
    const page = await (await fetch(dashboardUrl)).text();
    expect(page).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/);
  });

  it('is the same page whatever was sent or configured', async () => {
    const project = { account_id: '1', project: { id: '2', name: hostile }, experiences: [{ id: '3', name: hostile }] };
    const [plain, attacked] = [await runEmulator(), await runEmulator({ project })];
    await send(attacked.trackUrl, batch(visitor(hostile, exposure(hostile, hostile))));
    const pages = [plain, attacked].map(async ({ dashboardUrl }) => (await fetch(dashboardUrl)).text());
    const [plainPage, attackedPage] = await Promise.all(pages);
    expect(attackedPage).toBe(plainPage);
    const state = await fetch(`${attacked.url}/api/state`);
    expect(state.headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('shows the project, the counts and what arrived', async () => {
    const { url, trackUrl } = await runEmulator();
    const credited = conversion(goals.addToCart, { bucketingData: { [homeHero.id]: homeHero.trailStory } });
    await send(trackUrl, batch(visitor('v-1', exposure(homeHero.id, homeHero.trailStory), credited)));
    await send(trackUrl, batch(visitor('v-2', conversion('9'))));
    await send(trackUrl, 'x', { 'User-Agent': 'bot' });
    const state = await getState(url);
    expect(state.project.name).toBe('Fernhollow Outfitters (sample store)');
    expect(state.totals).toMatchObject({ visitors: 1, exposures: 1, conversions: 1, refused: 1, discarded: 1 });
    expect(state.feed.map(({ kind, subject }) => [kind, subject])).toEqual([
      ['exposure', 'home-hero'],
      ['conversion', 'add-to-cart'],
      ['refused', 'Refused with 400'],
      ['discarded', 'Discarded'],
    ]);
    const checkout = state.experiences.find(({ key }) => key === 'checkout-express');
    expect(checkout).toMatchObject({
      status: 'active',
      environment: 'production',
      traffic: 100,
      audiences: ['dach-countries', 'desktop-shoppers'],
      locations: ['checkout'],
    });
    const hero = state.experiences.find(({ key }) => key === 'home-hero');
    expect(hero?.variations.map(({ visitors }) => visitors)).toEqual([0, 1, 0]);
    expect(hero?.variations.map(({ expectedVisitors }) => expectedVisitors)).toEqual([0.4, 0.3, 0.3]);
    expect(hero?.split).toEqual({ status: 'too_few_visitors' });
  });

  it('hears of every delivery and reset while it is open', async () => {
    const { url, trackUrl, reset, close } = await runEmulator();
    const response = await fetch(`${url}/events/stream`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const received = response.text();
    await send(trackUrl, batch(visitor(`${hostile}\n\nevent: reset`, exposure(homeHero.id, homeHero.original))));
    await send(trackUrl, 'not json');
    reset();
    await close();

    const messages = (await received).split('\n\n').filter((message) => message.startsWith('event: '));
    expect(messages.map((message) => message.split('\n')[0])).toEqual([
      'event: delivery',
      'event: delivery',
      'event: reset',
      'event: faults',
    ]);
    expect(messages[0]).toContain('"subject":"home-hero"');
    expect(messages[1]).toContain('"detail":"The body is not JSON"');
  });
});
