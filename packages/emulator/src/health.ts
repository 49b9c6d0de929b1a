import * as v from 'valibot';

// What `core.health()` returns, as far as the dashboard shows it. What else is in there is left out, not refused: the
// application's version is its own affair.

const text = v.pipe(v.string(), v.maxLength(1_000));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const pValue = v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1)));

const variationSchema = v.object({ variationId: text, assigned: count, exposed: count, converted: count });

const experienceSchema = v.object({
  experienceId: text,
  isSuspicious: v.boolean(),
  variations: v.array(variationSchema),
  pValues: v.object({ assigned: pValue, exposed: pValue }),
  causes: v.array(v.object({ cause: text, message: text })),
});

/** From the JSON text of an application's health. */
export const healthSchema = v.pipe(v.string(), v.parseJson(), v.object({ experiences: v.array(experienceSchema) }));

/** What an application has counted by itself: it knows whom it assigned a variation, seen or not. */
export type Health = v.InferOutput<typeof healthSchema>;
export type ExperienceHealth = Health['experiences'][number];
