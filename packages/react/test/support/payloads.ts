import type { Assignment, Payload } from '@convert-fullstack/core/bridge';

export const hero: Assignment = {
  experienceKey: 'home-hero',
  experienceId: '100',
  variationKey: 'b',
  variationId: '102',
  features: [],
};

export const banner: Assignment = {
  experienceKey: 'banner-test',
  experienceId: '200',
  variationKey: 'loud',
  variationId: '202',
  features: [{ featureKey: 'banner', featureId: '900', variables: { headline: 'Hello' } }],
};

export const quietBanner: Assignment = {
  experienceKey: 'quiet-banner-test',
  experienceId: '300',
  variationKey: 'quiet',
  variationId: '302',
  features: [{ featureKey: 'banner', featureId: '900', variables: { headline: 'hush' } }],
};

export function payloadOf(experiences: readonly Assignment[], parts: Partial<Payload> = {}): Payload {
  return { version: 1, visitorId: 'visitor-1', experiences, goals: ['purchase', 'signup'], ...parts };
}
