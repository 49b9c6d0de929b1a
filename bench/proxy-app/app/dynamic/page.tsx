import { headers } from 'next/headers';
import { List } from '../list';

/** Rendered for every request, and asks nothing of Convert: what differs is the proxy. */
export default async function Dynamic() {
  await headers();
  return <List />;
}
