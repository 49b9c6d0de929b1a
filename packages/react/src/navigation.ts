export { ConvertPage, type ConvertPageProps } from './navigation/convert-page.tsx';
