import { PageOf } from '../../page-of';

/** One that a browser may keep alive, see next.config.ts. */
export default function KeptPage() {
  return <PageOf experience="pricing-page" />;
}
