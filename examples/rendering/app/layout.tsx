import type { ReactNode } from 'react';

/** Knows nothing of the visitor: each page below decides for itself how it is rendered. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
