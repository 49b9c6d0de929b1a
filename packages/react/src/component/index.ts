export { Experience, type ExperienceProps } from './experience.tsx';
export { type Assigned, Variation, type VariationProps } from './variation.ts';
