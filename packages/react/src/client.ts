export { ConvertClientProvider, type ConvertClientProviderProps } from './client/client-provider.tsx';
