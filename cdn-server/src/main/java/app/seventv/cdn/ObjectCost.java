package app.seventv.cdn;

/**
 * What an object in the cache costs on the heap, in bytes, with the compact object headers of
 * {@code -XX:+UseCompactObjectHeaders} and references of 4 bytes. A test measures each part.
 */
final class ObjectCost {
  /** {@link CachedObject}. */
  static final int OBJECT_BYTES = 64;

  /** The buffer that stands for its block off the heap, reference count included. */
  static final int BODY_BYTES = 40;

  /** Key: a text of 42 letters. */
  static final int PATH_BYTES = 80;

  /** Entity tag: a text of 34 letters. */
  static final int TAG_BYTES = 72;

  /** Caffeine's node. */
  static final int CACHE_NODE_BYTES = 56;

  /** The entry of its hash map. */
  static final int MAP_NODE_BYTES = 24;

  /** Slots of the hash map, of which a third to two thirds are in use. */
  static final int MAP_SLOTS_BYTES = 12;

  /** Caffeine's sketch of what is popular: 8 bytes for each object, up to twice as many. */
  static final int SKETCH_BYTES = 16;

  /** In all. */
  static final int HEAP_BYTES =
      OBJECT_BYTES
          + BODY_BYTES
          + PATH_BYTES
          + TAG_BYTES
          + CACHE_NODE_BYTES
          + MAP_NODE_BYTES
          + MAP_SLOTS_BYTES
          + SKETCH_BYTES;

  private ObjectCost() {}
}
