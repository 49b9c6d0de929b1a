import { projectConfig } from '@convert-fullstack/core/testing';
import { createConvert } from '@convert-fullstack/next';

/** Twenty experiences, half of them with an audience. */
const experiences = Object.fromEntries(
  Array.from({ length: 20 }, (_, number) => [
    `experience-${number}`,
    number % 2 === 0 ? {} : { audience: { country: ['DE', 'AT', 'CH'], device: 'desktop' } },
  ]),
);

export const convert = createConvert({ data: projectConfig({ experiences }), tracking: 'off', logLevel: 'silent' });

export const variants = convert.staticVariants({
  experiences: ['experience-0'],
  paths: ['/static', '/static/:slug'],
  limit: 3,
});
