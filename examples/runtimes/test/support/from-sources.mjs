// `node --import` of this file runs the packages' sources, so that these tests need no build, like all unit tests.
import { register } from 'node:module';

register('./from-sources-hook.mjs', import.meta.url);
