import { PageOf } from '../page-of';

export default function CartPage() {
  return <PageOf experience="shipping-threshold" />;
}
