package app.seventv.website;

/** Names the entity of a page. */
record EmbedKey(Kind kind, String id) {
  /** Kinds of entities with pages of their own. */
  enum Kind {
    EMOTE("emote"),
    EMOTE_SET("emote-set"),
    USER("user");

    private final String routeName;

    Kind(String routeName) {
      this.routeName = routeName;
    }

    /** Name in the route table's {@code embed} field. */
    String routeName() {
      return routeName;
    }
  }
}
