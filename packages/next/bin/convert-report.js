#!/usr/bin/env node
// Apart from `dist`, so that it is there to be linked before anything has been built.
import '../dist/report/cli.js';
