import Link from 'next/link';

export default function Index() {
  return (
    <main>
      <h1>One experiment, every way that Next.js renders</h1>
      <ul>
        <li>
          <Link href="/products/dynamic">Dynamic Server Components</Link>
        </li>
        <li>
          <Link href="/products/streaming">Streaming</Link>
        </li>
        <li>
          <Link href="/products/components">Components in place of hooks</Link>
        </li>
        <li>
          <Link href="/navigation">Soft navigation</Link>
        </li>
        <li>
          <Link href="/client-only">Without a server</Link>
        </li>
        <li>
          <Link href="/products/static">Static, one page for each variation</Link>
        </li>
        <li>
          <Link href="/products/actions">Server actions</Link>
        </li>
        <li>
          <Link href="/products/legacy">Pages Router</Link>
        </li>
      </ul>
    </main>
  );
}
