import { PageOf } from '../../page-of';

export default function ProductPage() {
  return <PageOf experience="product-gallery" />;
}
