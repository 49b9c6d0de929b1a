import { ConvertProvider, type Payload } from '@convert-fullstack/react';
import { PreviewBadge } from '@convert-fullstack/react/preview';
import { ConvertStaticProvider, type StaticPayload } from '@convert-fullstack/react/static';
import type { AppProps } from 'next/app';
import Head from 'next/head';

interface PageProps {
  /** Of pages with `getServerSideProps`. */
  readonly payload?: Payload;
  /** Of pages with `getStaticProps`. */
  readonly staticPayload?: StaticPayload;
}

export default function App({ Component, pageProps }: AppProps<PageProps>) {
  const { payload, staticPayload } = pageProps;
  const page = (
    <>
      <Head>
        <link rel="icon" href="/icon.svg" />
      </Head>
      <Component {...pageProps} />
      {(payload || staticPayload) && <PreviewBadge />}
    </>
  );
  if (staticPayload) return <ConvertStaticProvider payload={staticPayload}>{page}</ConvertStaticProvider>;
  if (payload) return <ConvertProvider payload={payload}>{page}</ConvertProvider>;
  return page;
}
