export type { ExperienceProps } from './experience.tsx';
export { Experience } from './experience-on-server.tsx';
export { Variation, type VariationProps } from './variation.ts';
