import { PreviewBadge } from '@convert-fullstack/react/preview';
import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import { SeasonBadge } from '@/app/season-badge';
import { landing } from '@/convert';
import { Stock } from './stock';

interface Props {
  readonly params: Promise<{ readonly variants: string }>;
}

export const generateStaticParams = landing.generateStaticParams;

/** Rendered ahead of time, once for each variation, and anew when `Stock` is too old: nothing of it is streamed. */
export default async function RidgeTent({ params }: Props) {
  const decided = await landing.decided((await params).variants);
  return (
    <ConvertStaticProvider payload={decided.payload()}>
      <SeasonBadge />
      <Stock />
      <PreviewBadge />
    </ConvertStaticProvider>
  );
}
