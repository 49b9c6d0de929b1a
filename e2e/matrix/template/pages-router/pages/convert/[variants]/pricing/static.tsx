import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import type { GetStaticPaths, GetStaticProps, InferGetStaticPropsType } from 'next';
import { pricing } from '@/convert';
import { Plans } from '@/plans';

/** Each with its first visitor: while the application is built, it does not know where Convert is. */
export const getStaticPaths = (() => ({ paths: [], fallback: 'blocking' })) satisfies GetStaticPaths;

export const getStaticProps = (async ({ params }) => {
  const decided = await pricing.decided(String(params?.variants));
  return { props: { payload: decided.payload() }, revalidate: 300 };
}) satisfies GetStaticProps;

export default function Static({ payload }: InferGetStaticPropsType<typeof getStaticProps>) {
  return (
    <ConvertStaticProvider payload={payload}>
      <Plans />
    </ConvertStaticProvider>
  );
}
