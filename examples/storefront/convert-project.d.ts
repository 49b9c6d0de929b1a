import type {} from '@convert-fullstack/react';

// What exists in the Convert project: keys complete in the editor, and a typing mistake does not compile.
declare module '@convert-fullstack/react' {
  interface Register {
    project: {
      experiences: {
        'home-hero': 'original' | 'trail-story' | 'silent-loop';
        'pricing-page': 'monthly-first' | 'annual-first';
        'product-gallery': 'stacked' | 'carousel';
        'seasonal-badges': 'no-badge' | 'badge';
        'search-rollout': 'search-on';
        'shipping-threshold': 'threshold-50' | 'threshold-75';
      };
      features: {
        'hero-banner': {
          headline: string;
          cta_label: string;
          show_video: boolean;
          overlay_opacity: number;
          theme: { tone: 'forest' | 'dawn' | 'storm'; align: 'left' | 'center' };
        };
        'pricing-table': {
          plans: { code: 'day' | 'ridge' | 'summit'; price: number }[];
          highlight_plan: string;
          annual_discount: number;
          trial_days: number;
          show_monthly: boolean;
        };
        'product-gallery': { layout: 'stacked' | 'carousel' };
        'season-badge': { label: string; days_left: number; tint: { bg: string; fg: string } };
        'search-suggest': { max_items: number };
        'shipping-bar': { threshold: number; message: string; is_sticky: boolean };
      };
      goals: 'hero-cta' | 'plan-selected' | 'add-to-cart' | 'purchase' | 'newsletter-signup';
    };
  }
}
