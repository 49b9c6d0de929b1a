import {
  type ExperienceKey,
  type FeatureKey,
  type GoalKey,
  useExperience,
  useFeature,
  useTrackConversion,
  type VariationKey,
  type WatchedAssignment,
} from '@convert-fullstack/react';
import { expectTypeOf, it } from 'vitest';
import type { ExperienceProps, VariationProps } from '../../src/component/index.ts';

declare module '@convert-fullstack/react' {
  interface Register {
    project: {
      experiences: { 'home-hero': 'original' | 'b'; pricing: 'monthly' | 'annual' };
      features: { banner: { headline: string; opacity: number }; plans: { codes: ('day' | 'ridge')[] } };
      goals: 'signup' | 'purchase';
    };
  }
}

it('with a declared project keys are those of the project', () => {
  expectTypeOf<ExperienceKey>().toEqualTypeOf<'home-hero' | 'pricing'>();
  expectTypeOf<VariationKey<'home-hero'>>().toEqualTypeOf<'original' | 'b'>();
  expectTypeOf<FeatureKey>().toEqualTypeOf<'banner' | 'plans'>();
  expectTypeOf<GoalKey>().toEqualTypeOf<'signup' | 'purchase'>();
});

it('with a declared project components know its keys', () => {
  expectTypeOf<Extract<ExperienceProps['of'], string>>().toEqualTypeOf<'home-hero' | 'pricing'>();
  expectTypeOf<VariationProps['name']>().toEqualTypeOf<'original' | 'b' | 'monthly' | 'annual'>();
});

it('with a declared project hooks know variations and variables', () => {
  expectTypeOf(useTheProject).toBeFunction();
});

// Checked by the compiler, never run.
function useTheProject() {
  const hero = useExperience('home-hero');
  expectTypeOf(hero?.variationKey).toEqualTypeOf<'original' | 'b' | null | undefined>();
  expectTypeOf(hero?.experienceKey).toEqualTypeOf<'home-hero' | undefined>();

  const watched = useExperience('pricing', { exposure: 'visible' });
  expectTypeOf(watched?.variationKey).toEqualTypeOf<'monthly' | 'annual' | null | undefined>();
  expectTypeOf(watched).exclude<null>().toExtend<WatchedAssignment<'pricing'>>();

  const banner = useFeature('banner');
  expectTypeOf(banner.variables.headline).toEqualTypeOf<string | undefined>();
  if (banner.enabled) {
    expectTypeOf(banner.featureKey).toEqualTypeOf<'banner'>();
    expectTypeOf(banner.variables).toEqualTypeOf<Readonly<{ headline: string; opacity: number }>>();
  }
  expectTypeOf(useTrackConversion()).parameter(0).toEqualTypeOf<'signup' | 'purchase'>();
}

it('what the project does not have does not compile', () => {
  expectTypeOf(useOtherThings).toBeFunction();
});

function useOtherThings() {
  // @ts-expect-error no such experience
  useExperience('home-heroo');
  // @ts-expect-error no such experience
  useExperience('home-heroo', { exposure: 'visible' });
  // @ts-expect-error a feature is no experience
  useExperience('banner');
  // @ts-expect-error no such feature
  useFeature('banners');
  // @ts-expect-error no such goal
  useTrackConversion()('refund');
  // @ts-expect-error the variation of another experience
  useExperience('home-hero')?.variationKey === 'annual';
  const banner = useFeature('banner');
  // @ts-expect-error no such variable
  banner.variables.headlines;
  if (banner.enabled) {
    // @ts-expect-error opacity is a number
    banner.variables.opacity satisfies string;
    // @ts-expect-error variables are read-only
    banner.variables.headline = 'mine';
  }
}
