import { Exposure, type FeatureVariables } from '@convert-fullstack/react';
import type { Metadata } from 'next';
import { convert } from '@/convert';
import { euro } from '@/shop';
import { Landscape } from '../art';
import { DemoNote } from '../demo-note';
import { ChoosePlan } from './choose-plan';

export const metadata: Metadata = { title: 'Membership' };

const ORIGINAL: FeatureVariables<'pricing-table'> = {
  plans: [
    { code: 'day', price: 0 },
    { code: 'ridge', price: 9.5 },
    { code: 'summit', price: 19 },
  ],
  highlight_plan: 'ridge',
  annual_discount: 0.1,
  trial_days: 7,
  show_monthly: true,
};

const PERKS: Record<string, readonly string[]> = {
  day: ['Trail notes on Fridays', 'Try anything in the shop', 'Resoling at the list price'],
  ridge: ['Repairs at cost', 'Borrow a tent twice a year', 'First look at seconds'],
  summit: ['Repairs free, for life', 'Borrow anything, any weekend', 'A guided weekend each autumn'],
};

export default async function PricingPage() {
  const experience = await convert.experience('pricing-page');
  const table = { ...ORIGINAL, ...(await convert.feature('pricing-table'))?.variables };
  const discount = `${Math.round(table.annual_discount * 100)}%`;

  return (
    <section className="pricing" data-testid="pricing" data-variation={experience?.variationKey ?? 'none'}>
      <Exposure of={experience} />
      <header className="page-head">
        <p className="eyebrow">Membership</p>
        <h1>{table.show_monthly ? 'Belong by the month' : 'A year outside'}</h1>
        <p>
          {table.show_monthly
            ? `Leave whenever the weather does. Pay yearly and keep ${discount}.`
            : `Pay once, keep ${discount}, and stop counting weekends.`}
        </p>
      </header>
      <ul className="plans" data-period={table.show_monthly ? 'month' : 'year'}>
        {table.plans.map(({ code, price }) => (
          <li className="plan" key={code} data-highlight={code === table.highlight_plan}>
            {code === table.highlight_plan && <Landscape />}
            <h2>{code}</h2>
            <p className="plan-price">
              <b>{price === 0 ? 'Free' : euro(price)}</b>
              {price > 0 && (table.show_monthly ? ' a month' : ` a year, ${euro(price / 12)} a month`)}
            </p>
            <ul>
              {PERKS[code]?.map((perk) => (
                <li key={perk}>{perk}</li>
              ))}
            </ul>
            <ChoosePlan code={code} label={price === 0 ? 'Join' : `Try ${table.trial_days} days`} />
          </li>
        ))}
      </ul>
      <DemoNote seeing={experience?.variationKey} />
    </section>
  );
}
