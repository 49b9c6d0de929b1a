/**
 * Why the service would answer 200 and still drop the request: it takes a sender for a bot unless it is a browser or
 * introduces itself as one of the SDKs.
 */
export function discardReason(userAgent: string): string | null {
  if (/^Mozilla\/|ConvertAgent\//.test(userAgent)) return null;
  const sender = userAgent === '' ? 'no User-Agent' : `User-Agent ${JSON.stringify(userAgent)}`;
  return `${sender} looks like a bot; a server must send "User-Agent: ConvertAgent/1.0"`;
}
