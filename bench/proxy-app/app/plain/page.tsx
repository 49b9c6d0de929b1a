import { List } from '../list';

export default function Plain() {
  return <List />;
}
