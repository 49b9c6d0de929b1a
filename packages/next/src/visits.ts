import type { Consent, FeatureResult, Payload } from '@convert-fullstack/core';
import type {
  ExperienceAssignment,
  ExperienceKey,
  FeatureKey,
  FeatureVariables,
} from '@convert-fullstack/core/register';
import type { Decided } from './decided.ts';
import type { PageVisit } from './page-visit.ts';
import type { ReadOptions } from './page-visits.ts';

export interface ReadPayloadOptions extends ReadOptions {
  /** Keys of the experiences and features to hand to the browser; everything when absent. */
  readonly only?: readonly (ExperienceKey | FeatureKey)[];
}

/** A feature that is switched on, with the variables the app declared for it. */
export interface TypedFeature<Key extends FeatureKey> extends FeatureResult {
  readonly featureKey: Key;
  readonly variables: FeatureVariables<Key>;
}

/** Reading the current request's decisions, wherever Next.js runs server code. Nothing is counted by reading. */
export interface Visits {
  /**
   * The visitor's decisions for the browser; without a config or a visitor it holds none, and the page shows originals.
   *
   * @example
   * <ConvertProvider payload={convert.payload()}>{children}</ConvertProvider>
   */
  payload(options?: ReadPayloadOptions): Promise<Payload>;
  /**
   * The visitor's variation of an experience, or `null`: show the original. Safe to hand to client components.
   *
   * @example
   * const hero = await convert.experience('home-hero');
   */
  experience<Key extends ExperienceKey>(key: Key, options?: ReadOptions): Promise<ExperienceAssignment<Key> | null>;
  /**
   * A feature that the visitor's variations switch on, or `null`; its variables come from the server's config.
   *
   * @example
   * const banner = await convert.feature('promo-banner');
   */
  feature<Key extends FeatureKey>(key: Key, options?: ReadOptions): Promise<TypedFeature<Key> | null>;
  /**
   * Who the request comes from, for example to write the id into an order; `visitorId` only when consent is granted.
   *
   * @example
   * const { visitorId } = await convert.visitor();
   */
  visitor(options?: ReadOptions): Promise<{ readonly visitorId: string | null; readonly consent: Consent }>;
}

export function createVisits(visitOf: (where: ReadOptions) => Promise<PageVisit>): Visits {
  async function decide(where: ReadOptions): Promise<Decided> {
    return (await visitOf(where)).decided();
  }

  return {
    async payload({ only, ...where } = {}) {
      return (await decide(where)).payload(only);
    },
    async experience<Key extends ExperienceKey>(key: Key, where: ReadOptions = {}) {
      // The key was found; which variation keys go with it is what the app itself declared in Register.
      return (await decide(where)).experience(key) as ExperienceAssignment<Key> | null;
    },
    async feature<Key extends FeatureKey>(key: Key, where: ReadOptions = {}) {
      return (await decide(where)).feature(key) as TypedFeature<Key> | null;
    },
    async visitor(where = {}) {
      const { visitorId, consent } = await (await visitOf(where)).visitor();
      return { visitorId: consent === 'granted' ? visitorId : null, consent };
    },
  };
}
