export function Throws(): never {
  throw new Error('This component throws.');
}
