import { describe, expect, it } from 'vitest';
import { isReportable } from '../src/bridge/report-segments.ts';
import { Core } from '../src/core.ts';
import { memoryTransport } from '../src/testing/memory-transport.ts';
import { projectConfig } from '../src/testing/project-config.ts';
import { recordingLogger } from '../src/testing/recording-logger.ts';

describe('a report segment', () => {
  it.each([
    ['country', 'de'],
    ['browser', 'OTH'],
    ['source', 'ai_tool'],
    ['visitorType', 'returning'],
    ['campaign', 'Herbst 2026'],
    ['devices', ['ALLPH', 'IPH']],
    ['customSegments', ['300981001']],
    ['plan', 'gold'],
    ['plan', 3],
    ['plan', true],
  ])('may be %s = %j', (name, value) => {
    expect(isReportable(name, value)).toBe(true);
  });

  it.each([
    ['country', 'Germany'],
    ['country', 49],
    ['country', 'de\n'],
    ['browser', 'chrome'],
    ['browser', 'EDG'],
    ['source', 'newsletter'],
    ['visitorType', true],
    ['campaign', ''],
    ['campaign', 7],
    ['devices', 'DESK'],
    ['devices', ['PHONE']],
    ['devices', []],
    ['customSegments', '300981001'],
    ['customSegments', [7]],
  ])('may not be %s = %j, which the collector would refuse', (name, value) => {
    expect(isReportable(name, value)).toBe(false);
  });
});

describe('what a visitor is reported by', () => {
  const data = projectConfig({ experiences: { hero: {} }, goals: ['signup'] });

  async function reported(attributes: Record<string, unknown>, segments: Record<string, unknown>) {
    const transport = memoryTransport();
    const logger = recordingLogger();
    const core = new Core({ data, transport, logger });
    for (const visitorId of ['visitor-1', 'visitor-2']) {
      const context = core.createContext(visitorId, attributes);
      context.setSegments(segments);
      context.runExperience('hero');
      context.trackConversion('signup');
    }
    await core.flush();
    await core.close();
    const visitors = transport.sent.flatMap(({ body }) => body.visitors);
    return {
      segments: visitors.map((visitor) => visitor.segments),
      events: transport.events.length,
      warnings: logger.records.map(({ details }) => details),
    };
  }

  it('goes without a value that the service would refuse, with everybody’s events; one warning names it', async () => {
    const { segments, events, warnings } = await reported({}, { country: 'Germany', browser: 'CH', plan: 'gold' });
    expect(segments).toEqual([{ browser: 'CH' }, { browser: 'CH' }]);
    expect(events).toBe(4);
    expect(warnings).toEqual([{ segment: 'country' }]);
  });

  it('may be an attribute, which may as well mean something else by that name', async () => {
    const { segments, warnings } = await reported({ country: 'DE', browser: 'chrome', visitorType: true }, {});
    expect(segments).toEqual([{ country: 'DE' }, { country: 'DE' }]);
    expect(warnings).toEqual([]);
  });

  it('is nothing when nothing has the form', async () => {
    expect((await reported({ country: 49 }, {})).segments).toEqual([undefined, undefined]);
  });
});
