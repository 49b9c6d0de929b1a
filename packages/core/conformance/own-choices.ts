/** What this engine does where a file recommends no reference or another rule of this project speaks against it. */
export type OwnChoice = { readonly why: string } & ({ readonly take: 'js' | 'py' } | { readonly expected: unknown });

const NOT_A_NUMBER = 'NaN is useless to callers: a value that cannot be cast stays as it is';
const IN_PLACE = 'an exclusion rule inside a larger tree is one condition among the others';

const PURCHASE_WITH_DETAILS = {
  accountId: '10051234',
  projectId: '10049876',
  enrichData: true,
  source: 'js-sdk',
  visitors: [
    {
      visitorId: 'shopper-1',
      events: [
        { eventType: 'bucketing', data: { experienceId: '100410041', variationId: '1004200001' } },
        { eventType: 'bucketing', data: { experienceId: '100410042', variationId: '1004200002' } },
        {
          eventType: 'conversion',
          data: {
            goalId: '61',
            goalData: [
              { key: 'transactionId', value: 'x' },
              { key: 'productsCount', value: 2 },
            ],
            bucketingData: { '100410041': '1004200001', '100410042': '1004200002' },
          },
        },
      ],
    },
  ],
};

const own: Record<string, OwnChoice> = {
  'experiences-0462': { why: IN_PLACE, take: 'js' },
  'experiences-0463': { why: IN_PLACE, take: 'py' },
  'segments-0173': {
    why: 'a segment without rules describes nobody, like an audience without rules',
    expected: { matched: [], customSegments: [] },
  },
  'tracking-0097': {
    why: 'items_count is what the API examples call productsCount; other unknown keys are left out',
    expected: { bodies: [PURCHASE_WITH_DETAILS], tracked: [true] },
  },
};

/** The expected answer of a vector on which the references differ. */
export function chosenAnswer(vector: {
  readonly id: string;
  readonly expected: unknown;
  readonly recommended?: string;
}): unknown {
  const choice = own[vector.id];
  if (choice !== undefined && 'expected' in choice) return choice.expected;
  const answers = vector.expected as Readonly<Record<string, unknown>>;
  if (choice !== undefined) return answers[choice.take];
  const recommended = answers[vector.recommended ?? ''];
  return hasNaN(recommended) ? answers.py : recommended;
}

/** Why the engine does not take the recommended answer of a vector; `null` where it does. */
export function whyNotRecommended(vector: { readonly id: string; readonly expected: unknown }): string | null {
  return own[vector.id]?.why ?? (hasNaN((vector.expected as { js: unknown }).js) ? NOT_A_NUMBER : null);
}

// NaN stands in the files as {"$number": "NaN"}.
function hasNaN(answer: unknown): boolean {
  return JSON.stringify(answer ?? null).includes('{"$number":"NaN"}');
}
