/**
 * Goes on with a value, at once where it is there already. With the hooks that Next.js sets, each promise costs a busy server
 * more than a decision does.
 */
export function whenThere<Value, Result>(
  value: Value | Promise<Value>,
  goOn: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}
