import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVisitSigner, VISIT_HEADER, type Visit } from '../src/visit-header.ts';

const VISIT: Visit = {
  visitorId: 'visitor-1',
  consent: 'granted',
  isBot: false,
  isNew: true,
  method: 'GET',
  url: 'https://shop.example/pricing?plan=a',
  configVersion: 'v1',
  decisions: [
    ['3009860001', '3009870001'],
    ['3009860002', '3009870005'],
  ],
};
const manyDecisions = (count: number): Visit['decisions'] =>
  Array.from({ length: count }, (_, i) => [`${3009860000 + i}`, `${3009870000 + i}`] as const);
const PRINTABLE = /^[\x21-\x7e]+$/;

describe('the visit header', () => {
  it('brings back what was signed', async () => {
    const signer = await createVisitSigner('secret');
    const visits: Visit[] = [
      VISIT,
      { ...VISIT, isNew: false, decisions: [] },
      { ...VISIT, consent: 'pending' },
      { ...VISIT, visitorId: null, consent: 'denied', decisions: null },
      { ...VISIT, visitorId: null, isBot: true, decisions: null },
      { ...VISIT, url: null, configVersion: null, decisions: null },
      { ...VISIT, configVersion: '-', visitorId: '-' },
    ];
    for (const visit of visits) {
      expect(await signer.read(await signer.write(visit))).toEqual(visit);
    }
  });

  it('brings back any text, in printable ASCII', async () => {
    const signer = await createVisitSigner('secret');
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.array(fc.tuple(text, text), { maxLength: 5 }),
        async (url, version, decisions) => {
          const visit = { ...VISIT, url, configVersion: version, decisions };
          const header = await signer.write(visit);
          expect(header).toMatch(PRINTABLE);
          expect(await signer.read(header)).toEqual(visit);
        },
      ),
    );
  });

  it('is refused after any change', async () => {
    const signer = await createVisitSigner('secret');
    const header = await signer.write(VISIT);
    for (let i = 0; i < header.length; i++) {
      const changed = header.slice(0, i) + (header[i] === 'A' ? 'B' : 'A') + header.slice(i + 1);
      // The last of 43 base64url characters carries 4 of its 6 bits: some changes to it mean the same bytes.
      if (i !== 42) expect(await signer.read(changed), `character ${i}`).toBeNull();
    }
  });

  it.each([
    '',
    ';',
    'garbage',
    '2;visitor-1;granted;human;new;GET;v1;;-',
    `${'A'.repeat(43)};2;visitor-1;granted;human;new;GET;v1;;-`,
    `${'A'.repeat(42)}=;2;visitor-1;granted;human;known;GET;-;-;-`,
    `é${'A'.repeat(42)};2`,
    'A'.repeat(100_000),
  ])('is refused when somebody made it up (%#)', async (header) => {
    expect(await (await createVisitSigner('secret')).read(header)).toBeNull();
  });

  it('is accepted by every process that has the secret', async () => {
    const header = await (await createVisitSigner('secret')).write(VISIT);
    expect(await (await createVisitSigner('secret')).read(header)).toEqual(VISIT);
    expect(await (await createVisitSigner('Secret')).read(header)).toBeNull();
  });

  describe('below 4 KB', () => {
    const sizeOf = (header: string) => VISIT_HEADER.length + ': '.length + header.length + '\r\n'.length;
    const longest = 'a'.repeat(128);

    it.each([
      ['a hundred decisions', { ...VISIT, decisions: manyDecisions(100) }, { ...VISIT, decisions: manyDecisions(100) }],
      ['800 decisions', { ...VISIT, decisions: manyDecisions(800) }, { ...VISIT, decisions: null }],
      [
        'a long query',
        { ...VISIT, url: `https://shop.example/pricing?q=${'x'.repeat(6_000)}` },
        { ...VISIT, url: 'https://shop.example/pricing', decisions: null },
      ],
      [
        'a long path',
        { ...VISIT, visitorId: longest, url: `https://shop.example/${'x'.repeat(6_000)}` },
        { ...VISIT, visitorId: longest, url: null, decisions: null },
      ],
    ])('with %s', async (_what, visit, handedOn) => {
      const signer = await createVisitSigner('secret');
      const header = await signer.write(visit);
      expect(sizeOf(header)).toBeLessThan(4_096);
      expect(await signer.read(header)).toEqual(handedOn);
    });

    it('whatever the URL and however many decisions', async () => {
      const signer = await createVisitSigner('secret');
      await fc.assert(
        fc.asyncProperty(fc.nat(5_000), fc.nat(400), async (urlLength, count) => {
          const url = `https://shop.example/?q=${'é%'.repeat(urlLength / 2)}`;
          expect(sizeOf(await signer.write({ ...VISIT, url, decisions: manyDecisions(count) }))).toBeLessThan(4_096);
        }),
      );
    });
  });
});
