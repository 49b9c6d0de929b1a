import { Experience, Variation } from '@convert-fullstack/react/experience';
import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import { landing } from '@/convert';

interface Props {
  readonly params: Promise<{ readonly variants: string }>;
}

/** A build that met the variation would fail, as with every page that throws: these are rendered when they are first visited. */
export const generateStaticParams = () => [];

/** One variation throws while the server renders it: its visitors get the original. */
export default async function Failing({ params }: Props) {
  const decided = await landing.decided((await params).variants);
  return (
    <ConvertStaticProvider payload={decided.payload()}>
      <Experience of={decided.experience('seasonal-badges')}>
        <Variation name="no-badge">
          <h1 data-testid="badges" data-variation="no-badge">
            Tarn Tent
          </h1>
        </Variation>
        <Variation name="badge">
          <Broken />
        </Variation>
      </Experience>
    </ConvertStaticProvider>
  );
}

function Broken(): never {
  throw new Error('This variation throws.');
}
