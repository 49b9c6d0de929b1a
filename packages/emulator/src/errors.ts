export type EmulatorErrorCode = 'project_invalid' | 'data_file_invalid' | 'health_url_invalid' | 'address_unavailable';

/** A mistake in how the emulator was started; the message says what to change. */
export class EmulatorError extends Error {
  readonly code: EmulatorErrorCode;

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmulatorError';
    this.code = code;
  }
}
