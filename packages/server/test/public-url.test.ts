import { describe, expect, it } from 'vitest';
import { publicUrl } from '../src/index.ts';

const seen = (headers: Record<string, string>, url = 'http://localhost:3000/pricing?plan=a') =>
  publicUrl({ url, headers: new Headers(headers) }).href;

describe('the public URL', () => {
  it('has the host the browser asked for, not the one the server listens on', () => {
    expect(seen({ host: 'shop.example' })).toBe('http://shop.example/pricing?plan=a');
    expect(seen({ host: 'localhost:3001' })).toBe('http://localhost:3001/pricing?plan=a');
  });

  it('follows the forwarding headers of a reverse proxy, first of each list', () => {
    expect(seen({ host: 'inner', 'x-forwarded-host': 'shop.example, inner', 'x-forwarded-proto': 'https,http' })).toBe(
      'https://shop.example/pricing?plan=a',
    );
  });

  it.each(['evil.example/path', 'user@evil.example', 'evil.example?x', 'a b', 'evil.example:99999', '', '<script>'])(
    'ignores the host %j',
    (host) => {
      expect(seen({ 'x-forwarded-host': host })).toBe('http://localhost:3000/pricing?plan=a');
    },
  );

  it('takes an address that is parsed already, and leaves it as it is', () => {
    const url = new URL('http://localhost:3000/pricing');
    expect(publicUrl({ url, headers: new Headers({ host: 'shop.example' }) }).href).toBe('http://shop.example/pricing');
    expect(publicUrl({ url, headers: new Headers() })).toBe(url);
    expect(url.host).toBe('localhost:3000');
  });

  it('ignores an unusable forwarded host in favour of the host', () => {
    expect(seen({ 'x-forwarded-host': 'a b', host: 'shop.example' })).toBe('http://shop.example/pricing?plan=a');
  });

  it('knows http and https only', () => {
    expect(seen({ host: 'shop.example', 'x-forwarded-proto': 'javascript' })).toMatch(/^http:/);
  });

  it('keeps paths that look like hosts, IPv6 hosts and non-ASCII paths', () => {
    expect(seen({ host: 'shop.example' }, 'http://localhost//evil.example/x')).toBe(
      'http://shop.example//evil.example/x',
    );
    expect(seen({ host: '[::1]:3000' })).toBe('http://[::1]:3000/pricing?plan=a');
    expect(seen({ host: 'shop.example' }, 'http://localhost/größe?ü=é')).toBe(
      'http://shop.example/gr%C3%B6%C3%9Fe?%C3%BC=%C3%A9',
    );
  });
});
