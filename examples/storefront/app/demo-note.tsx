'use client';

// For demonstrations only: a shop would not tell.
export function DemoNote({ seeing }: { seeing: string | null | undefined }) {
  return (
    <aside className="demo-note" aria-label="About this demonstration">
      <span>
        You are seeing: <b>{seeing?.replaceAll('-', ' ') ?? 'no experiment'}</b>
      </span>
      <button
        type="button"
        onClick={async () => {
          await cookieStore.delete('cv_vid');
          location.reload();
        }}
      >
        See it as another visitor
      </button>
    </aside>
  );
}
