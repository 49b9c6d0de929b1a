export type { StaticPayload } from '@convert-fullstack/core/bridge';
export { ConvertStaticProvider, type ConvertStaticProviderProps } from './static-provider.tsx';
