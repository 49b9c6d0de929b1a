import { ConvertStaticProvider } from '@convert-fullstack/react/static';
import { variants } from '@/convert';
import { List } from '../list';

/** The page of a variation, for everybody. */
export default async function Plain() {
  const original = await variants.decided('original');
  return (
    <ConvertStaticProvider payload={original.payload()}>
      <List />
    </ConvertStaticProvider>
  );
}
