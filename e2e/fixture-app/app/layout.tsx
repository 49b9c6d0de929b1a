import { ConvertProvider } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { type ReactNode, Suspense } from 'react';
import { convert } from '@/convert';
import { Convert } from './convert-button';

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        {/* A promise: the shell stays static, and only what reads it waits. */}
        <ConvertProvider payload={convert.payload()}>
          <main>{children}</main>
          <Suspense>
            <Convert />
            <PreviewBadge />
          </Suspense>
        </ConvertProvider>
      </body>
    </html>
  );
}
