package app.seventv.devstack.mongo;

/** A collection's full name. */
record Namespace(String database, String collection) {

  /** Parses {@code database.collection}; the collection name may itself contain dots. */
  static Namespace parse(String fullName) {
    int dot = fullName.indexOf('.');
    if (dot <= 0 || dot == fullName.length() - 1) {
      throw new CommandFailure(73, "InvalidNamespace", "Invalid namespace: '" + fullName + "'");
    }
    return new Namespace(fullName.substring(0, dot), fullName.substring(dot + 1));
  }

  @Override
  public String toString() {
    return database + "." + collection;
  }
}
