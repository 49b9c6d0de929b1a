export { Experience, type ExperienceProps } from './experience.tsx';
export { Variation, type VariationProps } from './variation.ts';
