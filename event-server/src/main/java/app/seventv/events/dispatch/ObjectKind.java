package app.seventv.events.dispatch;

/** What a change map is about (event-api.md §10). */
enum ObjectKind {
  USER(1),
  EMOTE(2),
  EMOTE_SET(3),
  ROLE(4),
  ENTITLEMENT(5),
  COSMETIC(10);

  private final int code;

  ObjectKind(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
