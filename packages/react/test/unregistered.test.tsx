import type { RefCallback } from 'react';
import { expectTypeOf, it } from 'vitest';
import {
  type Assignment,
  type Consent,
  type ConversionOptions,
  type ConversionResult,
  ConvertProvider,
  type ExperienceKey,
  Exposure,
  type FeatureKey,
  type GoalKey,
  type Payload,
  type SetConsent,
  type Traits,
  useConsent,
  useExperience,
  useFeature,
  useTrackConversion,
  useVisitor,
  type VariationKey,
  type WatchedAssignment,
} from '../src/index.ts';
import { VisitorField } from '../src/visitor-field.tsx';

// Checked by the compiler, never run.
declare const payload: Payload;
declare const assignment: Assignment;
declare const watched: WatchedAssignment;

it('without a declared project keys are strings', () => {
  expectTypeOf<ExperienceKey>().toEqualTypeOf<string>();
  expectTypeOf<VariationKey<'home-hero'>>().toEqualTypeOf<string>();
  expectTypeOf<FeatureKey>().toEqualTypeOf<string>();
  expectTypeOf<GoalKey>().toEqualTypeOf<string>();
});

it('without a declared project hooks take any key, and variables are unknown', () => {
  expectTypeOf(useAnyKey).toBeFunction();
});

function useAnyKey() {
  const hero = useExperience('home-hero');
  expectTypeOf(hero).extract<null>().toEqualTypeOf<null>();
  expectTypeOf(hero).exclude<null>().toExtend<Assignment>();
  expectTypeOf(hero?.variationKey).toEqualTypeOf<string | null | undefined>();

  const banner = useFeature('banner');
  expectTypeOf(banner.variables.headline).toEqualTypeOf<unknown>();
  if (banner.enabled) expectTypeOf(banner.featureId).toEqualTypeOf<string>();
  // @ts-expect-error a disabled feature has no id
  else banner.featureId;

  const watched = useExperience('home-hero', { exposure: 'visible' });
  expectTypeOf(watched?.ref).toEqualTypeOf<RefCallback<Element> | undefined>();
  expectTypeOf(watched).exclude<null>().toExtend<Assignment>();

  expectTypeOf(useConsent()).toEqualTypeOf<readonly [Consent, SetConsent]>();
  expectTypeOf<Consent>().toEqualTypeOf<'granted' | 'pending' | 'denied'>();
  expectTypeOf<SetConsent>().parameter(0).toEqualTypeOf<'granted' | 'denied'>();

  const { visitorId, setAttributes, setSegments } = useVisitor();
  expectTypeOf(visitorId).toEqualTypeOf<string | null>();
  expectTypeOf(setAttributes).parameter(0).toEqualTypeOf<Traits>();
  expectTypeOf(setSegments).toEqualTypeOf(setAttributes);

  const track = useTrackConversion();
  expectTypeOf(track).toEqualTypeOf<(goalKey: string, options?: ConversionOptions) => ConversionResult>();
}

it('what makes no sense does not compile', () => {
  expectTypeOf(useWrongly).toBeFunction();
});

function useWrongly() {
  // @ts-expect-error there is no such way to report an exposure
  useExperience('home-hero', { exposure: 'render' });
  // @ts-expect-error a key is a string
  useExperience(100);
  const hero = useExperience('home-hero');
  // @ts-expect-error it may be null
  hero.variationKey;
  if (hero !== null) {
    // @ts-expect-error assignments are read-only
    hero.variationId = '1';
  }
  // @ts-expect-error only what is watched has a ref
  useExperience('home-hero', { exposure: 'commit' })?.ref;
  // @ts-expect-error only what is watched has a ref
  useExperience('home-hero')?.ref;
  const [, setConsent] = useConsent();
  // @ts-expect-error nobody answers "perhaps"
  setConsent('pending');
  const { setAttributes } = useVisitor();
  // @ts-expect-error rules compare strings, numbers and booleans
  setAttributes({ plan: ['pro'] });
  const track = useTrackConversion();
  // @ts-expect-error revenue is a number
  track('purchase', { revenue: '49.99' });
  // @ts-expect-error conversion data are strings and numbers
  track('purchase', { conversionData: { transactionId: null } });
  // @ts-expect-error results are discriminated, not strings
  track('purchase') === 'queued';
}

it('components take what they can use, and nothing else compiles', () => {
  const elements = () => [
    <ConvertProvider key="1" payload={payload} />,
    <ConvertProvider key="2" payload={Promise.resolve(payload)} endpoint="/x" tracking="off" />,
    <Exposure key="3" of={assignment} />,
    <Exposure key="4" of={null} />,
    <Exposure key="8" of={assignment} when="visible" />,
    <VisitorField key="9" />,
    <VisitorField key="10" name="visitor" />,
    <section key="11" ref={watched.ref} />,
    // @ts-expect-error there is no such moment
    <Exposure key="12" of={assignment} when="manual" />,
    // @ts-expect-error a payload is needed
    <ConvertProvider key="5" />,
    // @ts-expect-error 'hold' belongs to the server
    <ConvertProvider key="6" payload={payload} tracking="hold" />,
    // @ts-expect-error an exposure needs the variation too
    <Exposure key="7" of={{ experienceId: '1' }} />,
  ];
  expectTypeOf(elements).toBeFunction();
});
