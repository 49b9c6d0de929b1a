import { ConvertProvider, type Payload } from '@convert-fullstack/react';
import type { GetServerSideProps } from 'next';
import { convert } from '@/convert';
import { Plans } from '@/plans';

interface PricingProps {
  readonly payload: Payload;
}

export const getServerSideProps: GetServerSideProps<PricingProps> = async ({ req }) => {
  return { props: { payload: await convert.payload({ headers: req.headers }) } };
};

export default function Pricing({ payload }: PricingProps) {
  return (
    <ConvertProvider payload={payload}>
      <Plans />
    </ConvertProvider>
  );
}
