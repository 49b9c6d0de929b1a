/** @typedef {string | Node | null} Child */

/**
 * An HTML element. Data only ever becomes text here, never markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 */
export function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * An SVG element.
 *
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}.`);
  return element;
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const percents = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const shortPercents = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

/** @param {number} value */
export function formatNumber(value) {
  return numbers.format(value);
}

/** @param {number} share */
export function formatPercent(share) {
  return percents.format(share);
}

/** @param {number} share */
export function formatShortPercent(share) {
  return shortPercents.format(share);
}

/**
 * @param {number} count
 * @param {string} singular
 */
export function counted(count, singular) {
  return `${formatNumber(count)} ${count === 1 ? singular : `${singular}s`}`;
}

/** @param {number} count */
export function wasOrWere(count) {
  return count === 1 ? 'was' : 'were';
}
