import { ConvertError, type Core } from '@convert-fullstack/core';
import type { Assignment, StaticPayload } from '@convert-fullstack/core/bridge';
import type { ExperienceAssignment, ExperienceKey, FeatureKey } from '@convert-fullstack/core/register';
import { PHASE_PRODUCTION_BUILD } from 'next/constants.js';
import { combinationsOf } from './combinations.ts';
import { type Decided, decided } from './decided.ts';
import { notFoundPage, outsideRender } from './next-protocol.ts';
import type { SharedCore } from './shared-core.ts';
import { codeOf, decisionsIn } from './variants-code.ts';
import type { Decision } from './visit-header.ts';
import type { ReadPayloadOptions, TypedFeature } from './visits.ts';

export interface StaticVariantsOptions<Key extends ExperienceKey = ExperienceKey> {
  /** Keys of the experiences that these pages are rendered with; all others show their original on them. */
  readonly experiences: readonly Key[];
  /** Public paths of the pages: `/static`, or `/static/:slug`, where `:slug` is any one segment. */
  readonly paths: readonly string[];
  /** How many pages a path may become. Each experience has its variations and, for who is not in it, one more. */
  readonly limit: number;
}

/** Pages that are rendered ahead of time, once for each combination of variations. */
export interface StaticVariants<Key extends ExperienceKey = ExperienceKey> {
  readonly experiences: readonly Key[];
  readonly paths: readonly string[];
  /**
   * One `variants` for each combination, for the pages in `app/convert/[variants]`. Rejects with `ConvertError`
   * `static_variants_exceeded` when there are more than `limit`, and with `config_unavailable` when a build has no config.
   *
   * @example
   * export const generateStaticParams = landing.generateStaticParams;
   */
  generateStaticParams(): Promise<{ readonly variants: string }[]>;
  /**
   * The decisions of one of these pages, by the `variants` of its `params`. Is `notFound()` for what names none of the
   * combinations, and rejects with `ConvertError` `config_unavailable` when a build has no config.
   *
   * @example
   * const decided = await landing.decided((await params).variants);
   */
  decided(variants: string): Promise<StaticDecisions<Key>>;
}

/** What everybody who gets a page was decided to see. */
export interface StaticDecisions<Key extends ExperienceKey = ExperienceKey> {
  /**
   * For `ConvertStaticProvider` of `@convert-fullstack/react/static`. It names no visitor.
   *
   * @example
   * <ConvertStaticProvider payload={decided.payload()}>{children}</ConvertStaticProvider>
   */
  payload(options?: Pick<ReadPayloadOptions, 'only'>): StaticPayload;
  /** The variation of an experience that the pages are rendered with, or `null`: show the original. */
  experience<Asked extends Key>(key: Asked): ExperienceAssignment<Asked> | null;
  /** A feature that the variations switch on, or `null`. */
  feature<Asked extends FeatureKey>(key: Asked): TypedFeature<Asked> | null;
}

/** Throws `ConvertError` `options_invalid` for a limit below 1. */
export function createStaticVariants<Key extends ExperienceKey>(
  shared: () => SharedCore,
  { experiences, paths, limit }: StaticVariantsOptions<Key>,
): StaticVariants<Key> {
  if (!(limit >= 1)) {
    throw new ConvertError('options_invalid', `staticVariants() needs a limit of 1 or more, got ${String(limit)}.`);
  }
  return {
    experiences,
    paths,
    async generateStaticParams() {
      const core = await configuredCore(shared());
      const choices = [...new Set(experiences)].map((experienceKey) => ({
        experienceKey,
        variations: core?.variationsOf(experienceKey) ?? [],
      }));
      return combinationsOf(choices, limit).map((decisions) => ({ variants: codeOf(decisions) }));
    },
    async decided(variants) {
      const decisions = decisionsIn(variants) ?? notFoundPage();
      const core = await configuredCore(shared());
      if (!decisions.every(([experienceId]) => isOneOf(experiences, core, experienceId))) notFoundPage();
      return staticDecisions(core, variants, decisions);
    },
  };
}

/** `null`: there is no config, and the visitors who come meanwhile see the original. */
async function configuredCore({ core, firstConfig }: SharedCore): Promise<Core | null> {
  const isBuild = process.env.NEXT_PHASE === PHASE_PRODUCTION_BUILD;
  // Nobody is waiting for a build.
  await (isBuild ? core?.initialize() : firstConfig);
  if (core?.currentConfig) return core;
  if (!isBuild) return null;
  throw new ConvertError(
    'config_unavailable',
    'Static variants are rendered by the build, which needs a config: give createConvert() a `fallbackData`, or let the build fetch it.',
  );
}

/** An experience that the config has dropped may have been one of them: the proxy may not have heard of it yet. */
function isOneOf(experiences: readonly string[], core: Core | null, experienceId: string): boolean {
  const known = core?.currentConfig?.entity('experience', experienceId);
  return known == null || experiences.includes(String(known.key ?? known.id));
}

async function staticDecisions(
  core: Core | null,
  variants: string,
  named: readonly Decision[],
): Promise<StaticDecisions> {
  // What the config does not know (it is older or newer than the proxy's) is shown as the original and not counted.
  const known = named.filter((pair) => core?.assignment(...pair));
  const whole = core?.payloadFor(null, known) ?? { version: 1, visitorId: null, experiences: [], goals: [] };
  const drafts =
    core === null
      ? []
      : await draftsOf(
          core,
          named.filter((pair) => !known.includes(pair)),
        );
  const { payload, experience, feature }: Decided = decided(core, null, {
    ...whole,
    experiences: [...whole.experiences, ...drafts],
  });
  return {
    payload: ({ only } = {}) => ({ ...payload(only), variants }),
    // The keys were found; what goes with them is what the app itself declared in Register.
    experience: <Key extends ExperienceKey>(key: Key) => experience(key) as ExperienceAssignment<Key> | null,
    feature: <Key extends FeatureKey>(key: Key) => feature(key) as TypedFeature<Key> | null,
  };
}

/** What a preview asks for may not run yet. */
async function draftsOf(core: Core, pairs: readonly Decision[]): Promise<readonly Assignment[]> {
  if (pairs.length === 0) return [];
  return outsideRender(async () => {
    const context = await core.loadContext('preview');
    await context.setPreview(...pairs.map(([experienceId, variationId]) => ({ experienceId, variationId })));
    const { experiences, previewed = [] } = context.toPayload();
    return experiences.filter(({ experienceId }) => previewed.some((draft) => draft.experienceId === experienceId));
  });
}
