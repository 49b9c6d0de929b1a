import { ConvertError } from '@convert-fullstack/core';

/** The error that `run` throws, as `code: message`; other errors are thrown on. */
export function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConvertError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}
