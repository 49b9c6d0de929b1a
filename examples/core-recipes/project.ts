import { projectConfig } from '@convert-fullstack/core/testing';

/** The project that the recipes decide on. In an application it comes from Convert, fetched by SDK key. */
export const shopProject = projectConfig({
  experiences: {
    'checkout-experiment': {
      id: '100342',
      variations: {
        original: 20,
        treatment: {
          share: 80,
          features: { 'checkout-banner': { headline: 'Free returns', enabled: 'true', max_items: '3' } },
        },
      },
    },
    'geo-experiment': { audience: { country: 'DE' }, variations: { german: 100 } },
    'landing-page-test': { location: { url: '/pricing' }, variations: { short: 100 } },
    'homepage-test': { variations: { bold: 100 } },
    'autumn-test': { variations: { leaves: 0 } },
  },
  features: {
    'checkout-banner': { headline: 'string', enabled: 'boolean', max_items: 'integer' },
    'loyalty-club': { level: 'string' },
  },
  goals: ['purchase_completed', 'add_to_cart'],
  segments: { 'us-visitors': { country: 'US' }, 'premium-plan': { plan: 'premium' } },
});
