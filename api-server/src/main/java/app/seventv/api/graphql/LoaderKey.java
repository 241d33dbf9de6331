package app.seventv.api.graphql;

/**
 * Typed name of a batch loader.
 *
 * @param name unique name within a request
 * @param <K> key type
 * @param <V> value type
 */
@SuppressWarnings("UnusedTypeParameter") // the parameters tie keys to values at the call sites
public record LoaderKey<K, V>(String name) {}
