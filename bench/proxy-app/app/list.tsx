/** A listing of a shop, some forty kilobytes: what pages are mostly made of. */
export function List() {
  return (
    <ul>
      {Array.from({ length: 100 }, (_, index) => index + 1).map((number) => (
        <li key={number}>
          <a href={`/products/${number}`}>
            <h2>Product {number}</h2>
            <p>
              Made to last, from {number % 2 === 0 ? 'wool' : 'linen'}. Delivered in {(number % 5) + 1} days.
            </p>
            <strong>{(number * 7.5).toFixed(2)} €</strong>
          </a>
        </li>
      ))}
    </ul>
  );
}
