'use client';

import { useFeature } from '@convert-fullstack/react';
import { type ReactNode, useState } from 'react';

interface Item {
  readonly name: string;
  readonly kind: string;
  readonly card: ReactNode;
}

export function Range({ items }: { items: readonly Item[] }) {
  const [query, setQuery] = useState('');
  const suggestions = useFeature('search-suggest');
  const found = items.filter((item) => `${item.name} ${item.kind}`.toLowerCase().includes(query.trim().toLowerCase()));

  return (
    <section className="range" id="range">
      <div className="range-head">
        <h2>The range</h2>
        <search>
          <input
            type="search"
            aria-label="Search the range"
            placeholder="Search the range"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
          {suggestions.enabled && (
            <p className="suggestions" data-testid="suggestions">
              {found.slice(0, suggestions.variables.max_items).map((item) => (
                <button key={item.name} type="button" onClick={() => setQuery(item.kind)}>
                  {item.kind}
                </button>
              ))}
            </p>
          )}
        </search>
      </div>
      <ul className="cards">
        {found.map((item) => (
          <li key={item.name}>{item.card}</li>
        ))}
      </ul>
      <p className="quiet" role="status">
        {found.length === 0 && 'Nothing by that name. We make six things, slowly.'}
      </p>
    </section>
  );
}
