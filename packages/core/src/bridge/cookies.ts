/** The parameter of a preview link: `off`, or experience id and variation id as in `12.34`. */
export const PREVIEW_PARAM = 'convert_preview';

/**
 * Cookie of the browsing session that names the variations which threw, newest first, as in `12.34_56.78`. The server shows
 * the original of their experiences.
 */
export const THROWN_COOKIE = 'cv_thrown';
