import { revalidatePath } from 'next/cache';

/** What a content management system calls after an edit; a real one asks for a secret. */
export async function POST() {
  // The path of the file: the address that visitors see is none that Next.js keeps a page for.
  revalidatePath('/convert/[variants]/products/static', 'page');
  return new Response(null, { status: 204 });
}
