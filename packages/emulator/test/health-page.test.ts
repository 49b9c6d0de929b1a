import { describe, expect, it } from 'vitest';
import { experienceHealth, runApplication, says } from './application.ts';
import { runEmulator } from './emulator.ts';
import { openPage } from './open-page.ts';
import { homeHero, pricingPage } from './sample.ts';

const hero = experienceHealth(homeHero.id, homeHero.original, homeHero.trailStory);

async function openDashboardOf(health: unknown): Promise<(selector: string) => string[]> {
  return openPage(await runEmulator({ health: await runApplication(says(health)) }));
}

describe('the dashboard shows of an application', () => {
  it('who was assigned, exposed and converted, though nothing has arrived', async () => {
    const textsOf = await openDashboardOf({ experiences: [hero] });
    expect(textsOf('.card h3')).toHaveLength(1);
    const [assigned = '', exposed, converted] = textsOf('.health tbody tr:first-child td');
    expect([assigned, exposed, converted]).toEqual(['120', '110', '10']);
    expect(textsOf('.health tbody tr:nth-child(2) td')).toEqual(['121', '111', '11']);
    expect(textsOf('.health tbody tr:nth-child(3) td')).toEqual(['–', '–', '–']);
    expect(textsOf('.health .verdict')).toEqual([
      'The application finds nothing suspicious: assigned p = 0.50, exposed p = 0.25',
    ]);
    expect(textsOf('#health[hidden]')).toHaveLength(1);
  });

  it('that it has too few visitors to say', async () => {
    const textsOf = await openDashboardOf({ experiences: [{ ...hero, pValues: { assigned: null, exposed: null } }] });
    expect(textsOf('.health .verdict')).toEqual(['Too few visitors yet for the application to check the split']);
  });

  it('what it finds suspicious, with its causes as text', async () => {
    const causes = [
      { cause: 'matcher_gap', message: 'Check the <b>matcher</b>.' },
      { cause: 'constructor', message: 'Check this.' },
    ];
    const pricing = {
      ...experienceHealth(pricingPage.id, pricingPage.annualFirst),
      isSuspicious: true,
      causes,
      pValues: { assigned: 0.5, exposed: 0.0001 },
    };
    const textsOf = await openDashboardOf({ experiences: [pricing] });
    expect(textsOf('[data-testid=health-warning] li')).toEqual([
      'Matcher gap. Check the <b>matcher</b>.',
      'constructor Check this.',
    ]);
    expect(textsOf('[data-testid=health-warning] .p')).toEqual(['assigned p = 0.50, exposed p < 0.001']);
    expect(textsOf('.health .verdict')).toEqual([]);
  });

  it('why it tells nothing', async () => {
    const textsOf = await openDashboardOf('<p>Not found</p>');
    expect(textsOf('#health:not([hidden])')).toEqual([
      expect.stringMatching(/^The application does not tell whom .* answers something else than core\.health\(\)\.$/),
    ]);
    expect(textsOf('.card')).toEqual([]);
  });

  it('nothing where there is none', async () => {
    const textsOf = await openPage(await runEmulator());
    expect(textsOf('#health[hidden]')).toHaveLength(1);
    expect(textsOf('.health')).toEqual([]);
  });
});
