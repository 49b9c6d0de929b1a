interface Form {
  readonly form: RegExp;
  readonly isList?: true;
}

/** What the service reports by, and what it takes under each name: a text, or a list of texts. */
const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['country', { form: /^[A-Za-z]{2}$/ }],
  ['browser', { form: /^(?:CH|FF|IE|OP|OTH|SF)$/ }],
  ['devices', { form: /^(?:ALLPH|ALLTAB|DESK|IPAD|IPH|OTHDEV|OTHPH|OTHTAB)$/, isList: true }],
  ['source', { form: /^(?:ai_tool|campaign|direct|referral|search)$/ }],
  ['campaign', { form: /./s }],
  ['visitorType', { form: /^(?:new|returning)$/ }],
  ['customSegments', { form: /./s, isList: true }],
]);

export const REPORT_SEGMENTS: readonly string[] = [...FORMS.keys()];

/**
 * Whether the service takes a value under this name. It refuses a request as a whole, so that one visitor's wrong value
 * would cost the events of others. Names that are no report segment stay with the visitor: they may hold anything.
 */
export function isReportable(name: string, value: unknown): boolean {
  const known = FORMS.get(name);
  if (known === undefined) return true;
  const hasForm = (text: unknown) => typeof text === 'string' && known.form.test(text);
  if (!known.isList) return hasForm(value);
  try {
    return Array.isArray(value) && value.length > 0 && value.every(hasForm);
  } catch {
    return false; // a revoked proxy
  }
}
