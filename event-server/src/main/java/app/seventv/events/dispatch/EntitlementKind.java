package app.seventv.events.dispatch;

/** What a user is entitled to, by the names that clients know (event-api.md §12.7). */
public enum EntitlementKind {
  /** A badge. */
  BADGE,
  /** A paint. */
  PAINT,
  /** A set of emotes that may be used everywhere. */
  EMOTE_SET
}
