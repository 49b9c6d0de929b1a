import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import { variants } from '@/convert';
import { List } from '../../../list';

export const generateStaticParams = variants.generateStaticParams;

export default async function Static({ params }: { params: Promise<{ variants: string }> }) {
  const decided = await variants.decided((await params).variants);
  return (
    <ConvertStaticProvider payload={decided.payload()}>
      <List />
    </ConvertStaticProvider>
  );
}
