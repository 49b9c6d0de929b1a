import { ConvertClientProvider } from '@convert-fullstack/react/client';
import type { GetServerSideProps, InferGetServerSidePropsType } from 'next';
import { Plans } from '@/plans';

/** Nothing is decided here: the application is told where Convert is when it starts, and not when it is built. */
export const getServerSideProps = (async () => {
  const { CONVERT_SDK_KEY: sdkKey = '', CONVERT_CONFIG_URL: configUrl, CONVERT_TRACK_URL: trackUrl } = process.env;
  return { props: { sdkKey, transport: { configUrl, trackUrl } } };
}) satisfies GetServerSideProps;

export default function ClientOnly(project: InferGetServerSidePropsType<typeof getServerSideProps>) {
  return (
    <ConvertClientProvider {...project} environment="production" timeoutMs={20_000} placeholder={<p>One moment</p>}>
      <Plans />
    </ConvertClientProvider>
  );
}
