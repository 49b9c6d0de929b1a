'use client';

import { type FeatureVariables, useExperience, useFeature, useTrackConversion } from '@convert-fullstack/react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';

const ORIGINAL: FeatureVariables<'hero-banner'> = {
  headline: 'Gear for the long way round',
  cta_label: 'Shop the range',
  show_video: false,
  overlay_opacity: 0.35,
  theme: { tone: 'forest', align: 'left' },
};

export function Hero({ children: scene }: { children: ReactNode }) {
  const experience = useExperience('home-hero');
  const banner = useFeature('hero-banner');
  const trackConversion = useTrackConversion();
  const [isPaused, setPaused] = useState(false);

  // What a variation leaves out stays as it was.
  const look = { ...ORIGINAL, ...(banner.enabled && banner.variables) };
  const { headline, cta_label, show_video, overlay_opacity, theme } = look;

  return (
    <section
      className="hero"
      data-testid="hero"
      data-variation={experience?.variationKey ?? 'none'}
      data-tone={theme.tone}
      data-align={theme.align}
      data-paused={isPaused}
    >
      {scene}
      <div className="hero-overlay" style={{ opacity: overlay_opacity }} />
      <div className="hero-copy">
        <Story tone={theme.tone} headline={headline} />
        <p className="hero-actions">
          <Link className="button" href="/#range" data-testid="hero-cta" onClick={() => trackConversion('hero-cta')}>
            {cta_label}
          </Link>
          {show_video && (
            <button className="button-quiet" type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
              Pause the weather
            </button>
          )}
        </p>
      </div>
      {theme.tone === 'dawn' && (
        <ol className="waypoints">
          <li>
            <b>Day one</b> Hollow wood, 14&nbsp;km
          </li>
          <li>
            <b>Night</b> Tarn camp, 3&nbsp;°C
          </li>
          <li>
            <b>Day two</b> Ridge home, 11&nbsp;km
          </li>
        </ol>
      )}
    </section>
  );
}

const STORIES: Record<string, readonly [eyebrow: string, text: string]> = {
  dawn: ['Your next two days', 'One wet wood, one cold camp, one ridge. Name the walk and we lay out the kit.'],
  storm: ['Hollow Fell, 6:12', 'One take, no music, rain from left to right.'],
};

const FOREST = [
  'Autumn range',
  'Shells, packs and shelters made to be mended, so they come home with you again.',
] as const;

function Story({ tone, headline }: { tone: string; headline: string }) {
  const [eyebrow, text] = STORIES[tone] ?? FOREST;

  return (
    <>
      <p className="eyebrow">{eyebrow}</p>
      <h1>{headline}</h1>
      <p className="hero-text">{text}</p>
    </>
  );
}
