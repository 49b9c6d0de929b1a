import { safeLength } from './pattern.ts';
import { asText } from './text.ts';

/** Whether an attribute meets a rule; `null` when the two cannot be compared, which no negation turns into a match. */
export type Comparison = (attribute: unknown) => boolean | null;

// Through `call`, as in hash.ts: one fast path whatever the string's internal representation.
const charCodeAt = String.prototype.charCodeAt;

/** The comparison of a match type with a rule's value; `null` for a match type that does not exist. */
export function comparison(matchType: string, wanted: unknown): Comparison | null {
  switch (matchType) {
    case 'equals':
    case 'equalsNumber':
    case 'matches':
      return equals(wanted);
    case 'contains':
      return contains(wanted);
    case 'startsWith':
      return onLowerCase(wanted, (text, part) => text.startsWith(part));
    case 'endsWith':
      return onLowerCase(wanted, (text, part) => text.endsWith(part));
    case 'less':
      return ordered(wanted, (a, b) => a < b);
    case 'lessEqual':
      return ordered(wanted, (a, b) => a <= b);
    case 'isIn':
      return isIn(wanted);
    case 'regexMatches':
      return regexMatches(wanted);
    case 'exists':
      return exists;
    case 'doesNotExist':
    case 'not_exists':
      return (attribute) => !exists(attribute);
    default:
      return null;
  }
}

/** `exists` and `doesNotExist` also judge an attribute that is not there. */
export function judgesAbsence(matchType: string): boolean {
  return matchType === 'exists' || matchType === 'doesNotExist';
}

function equals(wanted: unknown): Comparison {
  const lowered = lower(wanted);
  const name = asText(wanted);
  return (attribute) => {
    if (typeof attribute === 'string') return attribute === wanted || equalsLowered(attribute, lowered);
    if (Array.isArray(attribute)) return attribute.includes(wanted);
    if (typeof attribute === 'object' && attribute !== null && Object.keys(attribute).length > 0) {
      return Object.hasOwn(attribute, name);
    }
    return lower(attribute) === lowered;
  };
}

// Most comparisons differ in the first letter: no need to build a lower-case copy to see that.
function equalsLowered(text: string, lowered: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i++) {
    let code = charCodeAt.call(text, i);
    if (code > 127) return text.toLowerCase() === lowered;
    if (code >= 65 && code <= 90) code += 32;
    if (code !== charCodeAt.call(lowered, i)) return false;
  }
  return length === lowered.length;
}

function contains(wanted: unknown): Comparison {
  const part = lower(wanted);
  if (part.trim() === '') return () => true;
  return onEitherCase((text) => text.includes(part));
}

function onLowerCase(wanted: unknown, test: (text: string, part: string) => boolean): Comparison {
  const part = lower(wanted);
  return onEitherCase((text) => test(text, part));
}

// What is found in the text as it is would be found in lower case too: most texts need no lower-case copy.
function onEitherCase(test: (text: string) => boolean): Comparison {
  return (attribute) => (typeof attribute === 'string' && test(attribute)) || test(lower(attribute));
}

type Orderable = string | number;

function ordered(wanted: unknown, test: (a: Orderable, b: Orderable) => boolean): Comparison {
  const right = orderable(wanted);
  return (attribute) => {
    const left = orderable(attribute);
    return typeof left === typeof right ? test(left as Orderable, right as Orderable) : null;
  };
}

const NUMERIC = /^-?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)$/;

function orderable(value: unknown): unknown {
  if (typeof value !== 'string' || !NUMERIC.test(value)) return value;
  // Convert's other SDKs read "0,500" as a half and "1,500" as fifteen hundred.
  const number = Number.parseFloat(value.startsWith('0,') ? value.replace(/,/g, '.') : value.replace(/,/g, ''));
  return Number.isFinite(number) ? number : value;
}

// The rule's list is lower-cased, the visitor's values are not: "US" is not in "us|ca". All SDKs but one do this.
function isIn(wanted: unknown): Comparison {
  const items = Array.isArray(wanted) ? wanted : isTextOrNumber(wanted) ? asText(wanted).split('|') : [];
  const list = new Set(items.map(lower));
  return (attribute) =>
    asText(attribute)
      .split('|')
      .some((token) => list.has(token));
}

function isTextOrNumber(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

function regexMatches(wanted: unknown): Comparison {
  let pattern: RegExp;
  try {
    pattern = new RegExp(asText(wanted), 'i');
  } catch {
    return () => null;
  }
  const maxLength = safeLength(pattern.source);
  return (attribute) => {
    const text = lower(attribute);
    return text.length > maxLength ? null : pattern.test(text);
  };
}

function exists(attribute: unknown): boolean {
  return attribute !== undefined && attribute !== null && attribute !== '';
}

function lower(value: unknown): string {
  return asText(value).toLowerCase();
}
