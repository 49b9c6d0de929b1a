import { ConvertProvider } from '@convert-fullstack/react';
import { convert } from '@/convert';
import { Plans } from '@/plans';

export default async function Pricing() {
  return (
    <ConvertProvider payload={await convert.payload()}>
      <Plans />
    </ConvertProvider>
  );
}
