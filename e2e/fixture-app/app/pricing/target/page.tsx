import { PageOf } from '../../page-of';

export default function PricingPage() {
  return <PageOf experience="pricing-page" />;
}
