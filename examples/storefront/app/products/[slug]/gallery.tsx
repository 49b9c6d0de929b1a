'use client';

import { useExperience, useFeature } from '@convert-fullstack/react';
import { type ReactNode, useRef } from 'react';

export function Gallery({ name, shots }: { name: string; shots: readonly ReactNode[] }) {
  const experience = useExperience('product-gallery');
  const gallery = useFeature('product-gallery');
  // Half of the visitors get no badge and no feature. They are in the experiment all the same, and this counts them.
  useExperience('seasonal-badges');
  const badge = useFeature('season-badge');
  const track = useRef<HTMLUListElement>(null);

  const layout = gallery.enabled ? gallery.variables.layout : 'stacked';
  const turn = (pages: number) =>
    track.current?.scrollBy({ left: pages * track.current.clientWidth, behavior: 'smooth' });

  return (
    <section
      className="gallery"
      aria-label={`Pictures of ${name}`}
      data-testid="gallery"
      data-variation={experience?.variationKey ?? 'none'}
      data-layout={layout}
    >
      {badge.enabled && (
        <p
          className="badge"
          data-testid="badge"
          style={{ background: badge.variables.tint.bg, color: badge.variables.tint.fg }}
        >
          {badge.variables.label}, {badge.variables.days_left} days left
        </p>
      )}
      <ul className="shots" ref={track}>
        {shots.map((shot, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: three fixed pictures in a fixed order
          <li key={index}>{shot}</li>
        ))}
      </ul>
      {layout === 'carousel' && (
        <p className="turn">
          <button type="button" aria-label="Previous picture" onClick={() => turn(-1)}>
            ←
          </button>
          <button type="button" aria-label="Next picture" onClick={() => turn(1)}>
            →
          </button>
        </p>
      )}
    </section>
  );
}
