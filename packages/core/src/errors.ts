export type ConvertErrorCode =
  | 'async_store'
  | 'config_invalid'
  | 'config_unavailable'
  | 'conversion_data_invalid'
  | 'options_invalid'
  | 'provider_missing'
  | 'static_variants_exceeded'
  | 'visitor_id_invalid';

/**
 * A mistake in how the library is used or configured. Misses (a visitor who does not qualify, an unknown goal) are
 * values and delivery failures are events: neither is ever thrown.
 */
export class ConvertError extends Error {
  // Declared only: a class field would cost browsers that know none a helper.
  declare readonly code: ConvertErrorCode;

  constructor(code: ConvertErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${message} (see docs/errors/${code}.md)`, options);
    this.name = 'ConvertError';
    this.code = code;
  }
}
