import { variants } from '@/convert';

export { default } from '../page';

export async function generateStaticParams() {
  const pages = await variants.generateStaticParams();
  return pages.map((page) => ({ ...page, slug: 'tents' }));
}
