package app.seventv.website;

/** What the API said about the entity of a page. A lookup that failed has no embed at all. */
sealed interface Embed {
  /** The entity exists and may be named. */
  record Found(PageMeta meta) implements Embed {}

  /** The entity exists, but anonymous visitors learn nothing about it. */
  record Hidden() implements Embed {}

  /** There is no such entity, or none that a visitor may see. */
  record NotFound() implements Embed {}
}
