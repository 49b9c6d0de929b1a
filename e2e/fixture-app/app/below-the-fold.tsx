import type { ReactNode, Ref } from 'react';

interface BelowTheFoldProps {
  readonly variation: string | null | undefined;
  readonly ref?: Ref<HTMLElement> | undefined;
  readonly children?: ReactNode;
}

/** The pricing page's variation where nobody sees it without scrolling, with room to scroll past it. */
export function BelowTheFold({ variation, ref, children }: BelowTheFoldProps) {
  return (
    <>
      <div style={{ height: '150vh' }} />
      <section ref={ref} data-testid="pricing-page" data-variation={variation ?? 'none'} style={{ height: 500 }}>
        {variation}
        {children}
      </section>
      <div style={{ height: '150vh' }} />
    </>
  );
}
