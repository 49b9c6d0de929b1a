export type { ExperienceProps } from './experience.tsx';
export { Experience } from './experience-on-server.tsx';
export { type Assigned, Variation, type VariationProps } from './variation.ts';
