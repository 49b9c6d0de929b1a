import Link from 'next/link';

export default function Navigation() {
  return (
    <main>
      <h1>Membership</h1>
      <Link href="/pricing/navigate">Plans, rendered on the server</Link>
      <Link href="/pricing/client-page">Plans, rendered in the browser</Link>
    </main>
  );
}
