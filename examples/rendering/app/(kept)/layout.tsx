import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import type { ReactNode } from 'react';
import { convert } from '@/convert';

/** Next.js keeps it on soft navigation: its payload stays that of the page that the visitor arrived on. */
export default async function KeptLayout({ children }: { children: ReactNode }) {
  return (
    <ConvertProvider payload={await convert.payload()}>
      {children}
      <PreviewBadge />
    </ConvertProvider>
  );
}
