import { Decided } from '../../page-of';

/** Nothing of it is streamed: a browser does not reveal what is streamed while it prerenders. */
export const instant = false;

export default function BlockingPage() {
  return <Decided experience="pricing-page" />;
}
