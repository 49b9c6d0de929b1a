export { default } from '../page';

export const generateStaticParams = () => [{ slug: 'tents' }];
