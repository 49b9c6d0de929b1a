import { describe, expect, it } from 'vitest';
import { runEmulator } from './emulator.ts';
import { openPage } from './open-page.ts';
import { exposure, send, visitor } from './sample.ts';

const warnings = '[data-testid=split-warning]';
const account = { account_id: '1', project: { id: '2' } };

/**
 * Runs the page against a real emulator that has counted these visitors for the variations "a", "b", … of experience "x".
 * What it returns reads the page's texts.
 */
async function openDashboard(
  project: object,
  counts: readonly number[] = [],
  discarded = 0,
): Promise<(selector: string) => string[]> {
  const emulator = await runEmulator({ project: { ...account, ...project } });
  const crowd = counts.flatMap((count, variation) => {
    const seen = exposure('x', 'abc'.charAt(variation));
    return Array.from({ length: count }, (_, index) => visitor(`${variation}-${index}`, seen));
  });
  const body = { accountId: '1', projectId: '2', enrichData: false, visitors: crowd };
  if (crowd.length > 0) expect((await send(emulator.trackUrl, body)).status).toBe(200);
  for (let index = 0; index < discarded; index += 1) await send(emulator.trackUrl, {}, { 'User-Agent': 'bot' });

  return openPage(emulator);
}

function hero(...allocations: readonly unknown[]): object {
  const variations = allocations.map((allocation, index) => ({
    id: 'abc'.charAt(index),
    traffic_allocation: allocation,
  }));
  return { experiences: [{ id: 'x', key: 'hero', variations }] };
}

describe('the dashboard shows of the split', () => {
  it('one quiet line when it is as configured', async () => {
    const textsOf = await openDashboard(hero(40, 30, 30), [412, 295, 293], 12);
    const [card] = textsOf('.card');
    expect(card).toContain('Split as configured, p = 0.74');
    expect(card).not.toContain('expected');
    expect(textsOf(warnings)).toEqual([]);
  });

  it('that it is too early to tell', async () => {
    const textsOf = await openDashboard(hero(40, 30, 30), [90, 0, 0]);
    const [card] = textsOf('.card');
    expect(card).toContain('Too few visitors yet to check the split');
    expect(textsOf(warnings)).toEqual([]);
  });

  it('a warning with the expected visitors and what the numbers speak for when it is skewed', async () => {
    const textsOf = await openDashboard(hero(40, 30, 30), [400, 300, 150], 3);
    const [card] = textsOf('.card');
    const [warning] = textsOf(warnings);
    expect(warning).toContain('Visitors are not split as configuredp < 0.001');
    expect(warning).toMatch(/Likely\s*One-sided error\. c may fail before it is seen\./);
    expect(warning).toMatch(/Check also\s*Cached Set-Cookie\..*Matcher gap\..*Bots\. 3 requests were discarded/);
    expect(card).toMatch(/400340 expected.*300255 expected.*150255 expected/);
    expect(card).not.toContain('Split as configured');
  });

  it('everything there is to check when the numbers speak for nothing', async () => {
    const textsOf = await openDashboard(hero(40, 30, 30), [900, 300, 300]);
    const [warning] = textsOf(warnings);
    expect(warning).not.toContain('Likely');
    expect(warning).toMatch(/Check\s*Cached Set-Cookie\..*Matcher gap\..*One-sided error\..*Bots\./);
    expect(warning).not.toContain('discarded');
  });

  it('nothing where there is nothing to compare', async () => {
    const textsOf = await openDashboard(hero(25), [300]);
    const [card] = textsOf('.card');
    expect(card).toContain('300 visitors');
    expect(card).not.toMatch(/split|expected/i);
  });
});

describe('the dashboard stands', () => {
  it.each([
    ['no experiences', {}],
    ['lists that are null', { experiences: null, goals: null }],
    ['an experience without variations', { experiences: [{ id: 'x', variations: null }] }],
  ])('a project with %s', async (_, project) => {
    const textsOf = await openDashboard(project);
    expect(textsOf('.card')).toEqual([]);
    expect(textsOf('#experiences')).not.toEqual(['']);
  });

  it.each([
    ['no allocations', hero(undefined, undefined), 'no traffic'],
    ['null allocations', hero(null, null), 'no traffic'],
    ['one variation', hero(undefined), '100%'],
    ['zero allocations', hero(0, 0), 'no traffic'],
    ['strings', hero('50', 'half'), 'b50%'],
    ['odd values', hero({ much: 1 }, [-1]), 'no traffic'],
    ['values out of range', hero(-1e300, 1e300), 'no traffic'],
  ])('an experience with %s', async (_, project, shown) => {
    const textsOf = await openDashboard(project, [200]);
    const [card] = textsOf('.card');
    expect(card).toContain('200 visitors');
    expect(card).toContain(shown);
    expect(card).not.toMatch(/NaN|undefined|Infinity|∞/);
  });

  it('a stopped variation that still has visitors', async () => {
    const variations = [{ id: 'a', status: 'stopped' }, { id: 'b', traffic_allocation: 50 }, { id: 'c' }];
    const textsOf = await openDashboard({ experiences: [{ id: 'x', key: 'hero', variations }] }, [40, 20, 180]);
    const [card] = textsOf('.card');
    expect(card).toMatch(/stopped\D*40\D.*50%\D*20100 expected.*50%\D*180100 expected/);
    expect(card).toContain('Changed allocation. 40 visitors saw a variation that gets no traffic now.');
  });

  it('long and hostile names, which stay text', async () => {
    const name = `<img src=x onerror=alert(1)>${'x'.repeat(500)}`;
    const variations = ['a', 'b'].map((id) => ({ id, name, key: name, traffic_allocation: 50 }));
    const textsOf = await openDashboard({ experiences: [{ id: 'x', key: name, name, variations }] }, [300]);
    expect(textsOf('img')).toEqual([]);
    const [warning] = textsOf(warnings);
    expect(warning).toContain('<img src=x onerror=alert(1)>xxxxxxxxxxx…');
  });
});
