import { PayloadText } from '../../../payload-text';

export const generateStaticParams = () => [{ locale: 'en' }, { locale: 'de' }];

/** The proxy of next-intl finds the locale of an address that names none. */
export default async function Localized({ params }: { params: Promise<{ locale: string }> }) {
  return (
    <>
      <p>{`in ${(await params).locale}`}</p>
      <PayloadText />
    </>
  );
}
