import type { Assignment } from '@convert-fullstack/core/bridge';
import type { ExperienceKey, VariationKey } from '@convert-fullstack/core/register';
import { Children, isValidElement, type ReactNode } from 'react';

// Replaced at build time by every bundler that React runs in.
declare const process: { readonly env: { readonly NODE_ENV?: string } };

export interface VariationProps {
  /** Key of the variation. */
  readonly name: VariationKey<ExperienceKey>;
  readonly children?: ReactNode;
}

/** What visitors of one variation see; stands directly in its `<Experience>`. */
export function Variation({ children }: VariationProps): ReactNode {
  return children;
}

/** A `<Variation>` as it was written. */
export interface Branch {
  readonly name: string;
  readonly content: ReactNode;
}

/** An assignment without its features. */
export type Assigned = Omit<Assignment, 'features'>;

/** The branches of an `<Experience>`; the first one is the original. */
export function branchesOf(children: ReactNode): Branch[] {
  return Children.toArray(children).flatMap((child) => {
    if (!isValidElement<VariationProps>(child) || child.type !== Variation) return [];
    return { name: child.props.name, content: child.props.children };
  });
}

/** What the visitor is to see; `null`: the original, and nothing is counted. */
export function branchFor(branches: readonly Branch[], assigned: Assigned | null): Branch | null {
  if (assigned === null) return null;
  const branch = branches.find(({ name }) => name === assigned.variationKey);
  if (branch === undefined) explainMissing(assigned);
  return branch ?? null;
}

function explainMissing({ experienceKey, variationKey }: Assigned): void {
  if (process.env.NODE_ENV === 'production') return;
  const missing = `<Variation name="${variationKey}"> directly in its <Experience>`;
  console.warn(`Convert: "${experienceKey}" has no ${missing}: the original is shown, and nothing is counted.`);
}
