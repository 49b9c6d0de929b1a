// Without this the compiler would infer a type from three megabytes of vectors.
declare module '*.json' {
  const file: import('./outcome.ts').VectorFile;
  export default file;
}
