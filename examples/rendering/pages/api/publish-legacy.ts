import type { NextApiRequest, NextApiResponse } from 'next';
import { landing } from '@/convert';

/** As `/api/publish`, for a page of the Pages Router: Next.js takes one address after the other, those that it keeps pages under. */
export default async function publishLegacy(_request: NextApiRequest, response: NextApiResponse) {
  for (const { variants } of await landing.generateStaticParams()) {
    await response.revalidate(`/convert/${variants}/products/legacy-static`);
  }
  response.status(204).end();
}
