/** What pages are mostly made of. */
export function List() {
  return (
    <ul>
      {Array.from({ length: 30 }, (_, number) => `Product ${number + 1}`).map((product) => (
        <li key={product}>{product}</li>
      ))}
    </ul>
  );
}
