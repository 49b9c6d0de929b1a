import type {} from '@convert-fullstack/react';

declare module '@convert-fullstack/react' {
  interface Register {
    project: {
      experiences: { 'seasonal-badges': 'no-badge' | 'badge' };
      features: { 'season-badge': { label: string; days_left: number } };
      goals: 'add-to-cart' | 'newsletter-signup';
    };
  }
}
