'use client';

import type { ReactNode } from 'react';
import { useScope, visitorIn } from './scope.ts';

export interface VisitorFieldProps {
  /** `cv_vid` unless given. */
  readonly name?: string;
}

/**
 * A hidden form field with the visitor id, for forms whose target cannot read the cookie. Renders nothing while there is no
 * id to tell, or no consent to tell it.
 *
 * @example
 * import { VisitorField } from '@convert-fullstack/react/visitor-field';
 * <form action="https://checkout.example/orders" method="post"><VisitorField /></form>
 */
export function VisitorField({ name = 'cv_vid' }: VisitorFieldProps): ReactNode {
  const visitor = visitorIn(useScope('<VisitorField>'));
  return visitor?.id && visitor.consent === 'granted' ? <input type="hidden" name={name} value={visitor.id} /> : null;
}
