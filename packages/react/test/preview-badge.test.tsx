import { PREVIEW_PARAM } from '@convert-fullstack/core/bridge';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { afterEach, describe, expect, it } from 'vitest';
import { ConvertProvider } from '../src/index.ts';
import { PreviewBadge } from '../src/preview-badge.tsx';
import { payloadOf } from './support/payloads.ts';

afterEach(cleanup);

const previewed = [
  { experienceKey: 'home-hero', experienceId: '100', variationKey: 'b', variationId: '102' },
  { experienceKey: 'plans', experienceId: '200', variationKey: null, variationId: '202' },
];
// Without the experience itself: a layout may hand on others.
const preview = payloadOf([], { preview: true, previewed });

const badge = (payload = preview, className?: string) => (
  <ConvertProvider payload={payload}>
    <PreviewBadge {...(className !== undefined && { className })} />
  </ConvertProvider>
);

describe('<PreviewBadge>', () => {
  it('shows nothing without a preview', () => {
    expect(renderToString(badge(payloadOf([])))).toBe('');
  });

  it('says what is previewed, experience by experience', () => {
    render(badge());
    expect(screen.getByRole('complementary', { name: 'Preview' }).textContent).toContain('home-hero = b, plans = null');
  });

  it('links to the page without its preview, which works without scripts', () => {
    render(badge());
    expect(screen.getByRole('link', { name: 'Leave preview' }).getAttribute('href')).toBe(`?${PREVIEW_PARAM}=off`);
  });

  it('keeps what else the address asks for', () => {
    history.replaceState(null, '', `/shop?sort=price&${PREVIEW_PARAM}=1.2#range`);
    render(badge());
    const link = screen.getByRole('link');
    link.addEventListener('click', (event) => event.preventDefault());
    fireEvent.click(link);
    expect(link.getAttribute('href')).toBe(`${location.origin}/shop?sort=price&${PREVIEW_PARAM}=off#range`);
  });

  it('has no style attribute when it gets a class, and no script in any case', () => {
    expect(renderToString(badge(preview, 'badge'))).toMatch(/^<aside class="badge" aria-label="Preview">/);
    expect(renderToString(badge(preview, 'badge'))).not.toMatch(/style|<script/);
    expect(renderToString(badge())).toContain('style="position:fixed');
    expect(renderToString(badge())).not.toContain('<script');
  });
});
