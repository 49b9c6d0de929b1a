import { Core, type CoreEvents } from '@convert-fullstack/core';
import { expect, it } from 'vitest';

const at = (path: string) => ({
  OR: [
    {
      AND: [
        {
          OR_WHEN: [
            {
              rule_type: 'generic_text_key_value',
              key: 'path',
              value: path,
              matching: { match_type: 'startsWith', negated: false },
            },
          ],
        },
      ],
    },
  ],
});

const data = {
  account_id: '1',
  project: { id: '2' },
  locations: [
    { id: '80', key: 'shop', name: 'Shop', rules: at('/shop') },
    { id: '81', key: 'cart', name: 'Cart', rules: at('/shop/cart') },
  ],
  experiences: [
    { id: '10', key: 'hero', variations: [{ id: '11', key: 'a' }] },
    { id: '20', key: 'nobody', variations: [{ id: '21', key: 'a', traffic_allocation: 0 }] },
  ],
};

function listening() {
  const core = new Core({ data, tracking: 'off' });
  const heard: string[] = [];
  const hear =
    (sign: string) =>
    ({ visitorId, location }: CoreEvents['locationActivated']) =>
      heard.push(`${visitorId} ${sign}${location.key} (${location.name})`);
  core.on('locationActivated', hear('+'));
  core.on('locationDeactivated', hear('-'));
  return { core, heard };
}

it('a visitor comes to a location once and leaves it once, also in another context', () => {
  const { core, heard } = listening();
  const visit = (path: string) => {
    heard.length = 0;
    core.createContext('ada').runExperience('hero', { locationAttributes: { path } });
    return [...heard];
  };
  expect(visit('/shop')).toEqual(['ada +shop (Shop)']);
  expect(visit('/shop/pack')).toEqual([]);
  expect(visit('/shop/cart')).toEqual(['ada +cart (Cart)']);
  expect(visit('/about')).toEqual(['ada -shop (Shop)', 'ada -cart (Cart)']);
});

it('a visitor whom nothing was decided for is known to be there too', () => {
  const { core, heard } = listening();
  const options = { locationAttributes: { path: '/shop' } };
  core.createContext('ada').runExperience('nobody', options);
  core.createContext('ada').runExperience('nobody', options);
  expect(heard).toEqual(['ada +shop (Shop)']);
});

it('every way of running tells, diagnosing and payloads do not', () => {
  const options = { locationAttributes: { path: '/shop' } };
  const { core, heard } = listening();
  core.createContext('a').runExperiences(options);
  core.createContext('b').runFeatures(options);
  core.createContext('c').diagnoseExperience('hero', options);
  core.createContext('d').toPayload(options);
  expect(heard).toEqual(['a +shop (Shop)', 'b +shop (Shop)']);
});
