import { VisitorField } from '@convert-fullstack/react/visitor-field';

/** Posts to another service, so the visitor goes along in a field. */
export function NewsletterForm() {
  return (
    <form className="newsletter" action="/api/newsletter" method="post">
      <VisitorField />
      <input type="email" name="email" required aria-label="Email" placeholder="Trail notes, by email" />
      <button className="button-plain" type="submit" data-testid="newsletter">
        Send me some
      </button>
    </form>
  );
}
