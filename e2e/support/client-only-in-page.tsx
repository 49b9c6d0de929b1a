import { Core } from '@convert-fullstack/core';
import { useConsent, useExperience, useTrackConversion } from '@convert-fullstack/react';
import { ConvertClientProvider } from '@convert-fullstack/react/client';
import { type ReactNode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { ClientOnlyApp } from './client-only-site.ts';

/** What the site writes into its HTML. */
declare const app: ClientOnlyApp;

function Hero({ name }: { name: string }): ReactNode {
  const hero = useExperience('home-hero');
  const trackConversion = useTrackConversion();
  return (
    <section data-testid={name} data-variation={hero?.variationKey ?? 'none'}>
      <p>{hero?.variationKey === 'trail-story' ? 'Tell us where the path goes' : 'Gear for the long way round'}</p>
      <button type="button" onClick={() => trackConversion('hero-cta')}>
        Shop the range
      </button>
    </section>
  );
}

function Plans(): ReactNode {
  return <p data-testid="plans" data-variation={useExperience('pricing-page')?.variationKey ?? 'none'} />;
}

function ConsentChoice(): ReactNode {
  const [consent, setConsent] = useConsent();
  return (
    <p>
      <span data-testid="consent">{consent}</span>
      <button type="button" data-testid="grant" onClick={() => setConsent('granted')} />
      <button type="button" data-testid="deny" onClick={() => setConsent('denied')} />
    </p>
  );
}

/** A router in two lines. */
function Shop(): ReactNode {
  const [url, setUrl] = useState(location.pathname);
  const { sdkKey, configUrl, trackUrl, consent, timeoutMs, providers = 1 } = app;
  const shared = { sdkKey, environment: 'production', transport: { configUrl, trackUrl }, consent, timeoutMs };
  return (
    <>
      {['hero', 'hero-2', 'hero-3'].slice(0, providers).map((name) => (
        <ConvertClientProvider key={name} {...shared} url={url} placeholder={<i>One moment</i>}>
          {url === '/pricing' ? <Plans /> : <Hero name={name} />}
          <ConsentChoice />
        </ConvertClientProvider>
      ))}
      <button type="button" data-testid="to-pricing" onClick={() => setUrl('/pricing')} />
      <a href="/left">Leave</a>
    </>
  );
}

/** What this library avoids: shows the original, then decides, and counts whenever it is mounted. */
function NaiveHero(): ReactNode {
  const [variation, setVariation] = useState('none');
  useEffect(() => {
    const { sdkKey, configUrl, trackUrl } = app;
    const core = new Core({ sdkKey, environment: 'production', transport: { configUrl, trackUrl } });
    const locationAttributes = { path: location.pathname };
    void core.initialize().then(() => {
      const visitorId = /cv_vid=([^;]+)/.exec(document.cookie)?.[1] ?? 'nobody';
      setVariation(
        core.createContext(visitorId).runExperience('home-hero', { locationAttributes })?.variationKey ?? 'none',
      );
      return core.flush();
    });
  }, []);
  return <p data-testid="hero" data-variation={variation} />;
}

const root = document.getElementById('root');
if (root) createRoot(root).render(app.isNaive ? <NaiveHero /> : <Shop />);
