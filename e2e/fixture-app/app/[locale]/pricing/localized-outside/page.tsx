export { default, generateStaticParams } from '../localized/page';
