'use client';

import { Component, type ReactNode } from 'react';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** Shown in place of children that have thrown. */
  readonly fallback: ReactNode;
  /** Whether the children are known to throw. */
  readonly isBroken: boolean;
  /** Told once. `false`: the fallback is no help, and the error goes on to the next boundary. */
  readonly onThrow: (error: unknown) => boolean;
}

interface ErrorBoundaryState {
  /** In an object: anything can be thrown, `null` too. */
  readonly thrown: { readonly error: unknown } | null;
  readonly isPassedOn: boolean;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { thrown: null, isPassedOn: false };
  #isTold = false;

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { thrown: { error } };
  }

  override componentDidCatch(error: unknown): void {
    // Several effects may throw in one commit, and StrictMode runs each twice.
    if (this.#isTold) return;
    this.#isTold = true;
    if (!this.props.onThrow(error)) this.setState({ isPassedOn: true });
  }

  override render(): ReactNode {
    const { thrown, isPassedOn } = this.state;
    if (thrown && isPassedOn) throw thrown.error;
    return thrown || this.props.isBroken ? this.props.fallback : this.props.children;
  }
}
