import type { Assignment } from './payload.ts';

/**
 * Declares the app's Convert project, so that keys, variations and variables are checked by the compiler, in components
 * and on the server alike. `@convert-fullstack/next` can be named instead of `@convert-fullstack/react`.
 *
 * @example
 * declare module '@convert-fullstack/react' {
 *   interface Register {
 *     project: {
 *       experiences: { 'home-hero': 'original' | 'b' };
 *       features: { banner: { headline: string } };
 *       goals: 'signup' | 'purchase';
 *     };
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps fill it by declaration merging, which only an interface allows
export interface Register {}

type Project = Register extends { project: infer Declared } ? Declared : unknown;
type Experiences = Project extends { experiences: infer Declared } ? Declared : Record<string, string>;
type Features = Project extends { features: infer Declared } ? Declared : Record<string, Record<string, unknown>>;

/** Keys of the project's experiences; any string until the app declares its project. */
export type ExperienceKey = Extract<keyof Experiences, string>;

/** Keys of one experience's variations. */
export type VariationKey<Key extends ExperienceKey> = Extract<Experiences[Key], string>;

/** Keys of the project's features. */
export type FeatureKey = Extract<keyof Features, string>;

/** Variables of one feature, by name. */
export type FeatureVariables<Key extends FeatureKey> = Readonly<Features[Key]>;

/** Keys of the project's goals. */
export type GoalKey = Project extends { goals: infer Declared } ? Extract<Declared, string> : string;

/** The visitor's variation of one experience. */
export interface ExperienceAssignment<Key extends ExperienceKey = ExperienceKey> extends Assignment {
  readonly experienceKey: Key;
  readonly variationKey: VariationKey<Key> | null;
}
