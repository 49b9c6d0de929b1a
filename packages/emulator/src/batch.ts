import * as v from 'valibot';

// The wire format of POST /v1/track/…, told strictly: every member is named here, absent parts are absent.

const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const amount = v.custom<string | number>(isNumeric, 'must be a number');
const dimension = v.custom<string | number>(isValue, 'must be a number or a string that is not empty');
const listedDimension = v.custom<string | number | string[]>(
  (input) => isValue(input) || isValueList(input),
  'must be a number, a string that is not empty, or a list of strings of at most 32 characters',
);

const goalDatumSchema = v.variant(
  'key',
  [
    v.strictObject({ key: v.picklist(['amount', 'productsCount']), value: amount }),
    v.strictObject({ key: v.literal('transactionId'), value: dimension }),
    v.strictObject({
      key: v.picklist(['customDimension1', 'customDimension2', 'customDimension3']),
      value: listedDimension,
    }),
    v.strictObject({ key: v.picklist(['customDimension4', 'customDimension5']), value: dimension }),
  ],
  'must be one of amount, productsCount, transactionId, customDimension1 to customDimension5',
);

const bucketingDataSchema = v.custom<Readonly<Record<string, string>>>(
  isIdMap,
  'must map at least one experience id to a variation id, both strings',
);

const segmentsSchema = v.pipe(
  v.strictObject({
    country: v.optional(v.pipe(text, v.regex(/^[A-Za-z]{2}$/, 'must be a country code of two letters'))),
    browser: v.optional(picklist(['IE', 'CH', 'FF', 'OP', 'SF', 'OTH'])),
    devices: v.optional(list(picklist(['ALLPH', 'IPH', 'OTHPH', 'ALLTAB', 'IPAD', 'OTHTAB', 'DESK', 'OTHDEV']))),
    source: v.optional(picklist(['campaign', 'search', 'referral', 'direct', 'ai_tool'])),
    campaign: v.optional(text),
    visitorType: v.optional(picklist(['new', 'returning'])),
    customSegments: v.optional(list(text)),
  }),
  v.check((segments) => Object.keys(segments).length > 0, 'must not be empty'),
);

const eventSchema = v.variant(
  'eventType',
  [
    v.strictObject({
      eventType: v.literal('bucketing'),
      data: v.strictObject({ experienceId: text, variationId: text }),
    }),
    v.strictObject({
      eventType: v.literal('conversion'),
      data: v.strictObject({
        goalId: text,
        goalData: v.optional(list(goalDatumSchema)),
        bucketingData: v.optional(bucketingDataSchema),
      }),
    }),
  ],
  'must be "bucketing" or "conversion"',
);

export const batchSchema = v.strictObject({
  accountId: text,
  projectId: text,
  enrichData: v.boolean('must be true or false'),
  source: v.optional(text),
  visitors: list(
    v.strictObject({
      visitorId: text,
      segments: v.optional(segmentsSchema),
      events: list(eventSchema),
    }),
  ),
});

/** The body of one tracking request. */
export type Batch = v.InferOutput<typeof batchSchema>;
export type BatchVisitor = Batch['visitors'][number];
export type BatchEvent = BatchVisitor['events'][number];
export type GoalDatum = v.InferOutput<typeof goalDatumSchema>;

function list<Item extends v.GenericSchema>(item: Item) {
  return v.pipe(v.array(item, 'must be a list'), v.nonEmpty('must not be empty'));
}

function picklist<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, `must be one of ${options.join(', ')}`);
}

// By hand, since a schema library's record leaves out keys such as "__proto__", and a strict reader must see them.
function isIdMap(input: unknown): boolean {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  const variationIds: unknown[] = Object.values(input);
  return variationIds.length > 0 && variationIds.every((id) => typeof id === 'string' && id !== '');
}

function isValue(input: unknown): boolean {
  return typeof input === 'string' ? input !== '' : Number.isFinite(input);
}

function isNumeric(input: unknown): boolean {
  return typeof input === 'string' ? /^-?\d+(\.\d+)?$/.test(input) : Number.isFinite(input);
}

function isValueList(input: unknown): boolean {
  return Array.isArray(input) && input.length > 0 && input.every((item) => isListItem(item));
}

function isListItem(input: unknown): boolean {
  return typeof input === 'string' && input !== '' && input.length <= 32;
}
