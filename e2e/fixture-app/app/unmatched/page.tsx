import { PayloadText } from '../payload-text';

/** Left out by the proxy's matcher. */
export default function UnmatchedPage() {
  return <PayloadText url="/pricing/payload" />;
}
