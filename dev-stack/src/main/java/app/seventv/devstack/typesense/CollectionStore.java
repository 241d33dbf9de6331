package app.seventv.devstack.typesense;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NIOFSDirectory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The collections and aliases of a server. On disk each collection is a folder {@code c-<name>},
 * percent-encoded, and the aliases are one file; without a folder all is in memory.
 */
final class CollectionStore implements AutoCloseable {
  private static final String FOLDER_PREFIX = "c-";
  private static final String ALIASES_FILE = "aliases.json";

  private final @Nullable Path dataFolder;
  private final Clock clock;
  private final Map<String, Collection> collections = new ConcurrentSkipListMap<>();
  private final Map<String, String> aliases = new ConcurrentSkipListMap<>();

  /**
   * Opens what the folder holds.
   *
   * @param dataFolder created when missing; null for data in memory
   */
  CollectionStore(@Nullable Path dataFolder, Clock clock) throws IOException {
    this.dataFolder = dataFolder;
    this.clock = clock;
    if (dataFolder == null) {
      return;
    }
    Files.createDirectories(dataFolder);
    for (Path folder : collectionFolders(dataFolder)) {
      Collection collection = Collection.open(new NIOFSDirectory(folder));
      collections.put(collection.schema().name(), collection);
    }
    Path file = dataFolder.resolve(ALIASES_FILE);
    if (Files.exists(file)) {
      Json.parseObject(Files.readString(file)).properties().stream()
          .forEach(alias -> aliases.put(alias.getKey(), alias.getValue().asString()));
    }
  }

  /** Folders with a first commit; a creation that was cut short leaves one without. */
  private static List<Path> collectionFolders(Path dataFolder) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> entries = Files.list(dataFolder)) {
      for (Path entry : entries.toList()) {
        boolean isCollection = String.valueOf(entry.getFileName()).startsWith(FOLDER_PREFIX);
        if (isCollection && Collection.exists(entry)) {
          folders.add(entry);
        } else if (isCollection) {
          deleteFolder(entry);
        }
      }
    }
    return folders;
  }

  /** The collection of that name or alias; 404 when there is none. */
  Collection get(String nameOrAlias) {
    Collection collection = collections.get(aliases.getOrDefault(nameOrAlias, nameOrAlias));
    if (collection == null) {
      throw ApiException.notFound("Collection not found: `%s`.".formatted(nameOrAlias));
    }
    return collection;
  }

  List<Collection> all() {
    return List.copyOf(collections.values());
  }

  /** Creates a collection; 409 when there is one of that name. */
  synchronized Collection create(ObjectNode json) {
    ObjectNode own = json.deepCopy();
    own.remove("created_at");
    Schema schema = Schema.parse(own, clock.instant().getEpochSecond());
    if (collections.containsKey(schema.name()) || aliases.containsKey(schema.name())) {
      throw ApiException.conflict(
          "A collection with name `%s` already exists.".formatted(schema.name()));
    }
    if (collections.size() >= Limits.MAX_COLLECTIONS) {
      throw ApiException.unprocessable(
          "Only upto %d collections can be created.".formatted(Limits.MAX_COLLECTIONS));
    }
    try {
      Collection collection = Collection.create(directory(schema.name()), schema);
      collections.put(schema.name(), collection);
      return collection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Directory directory(String name) throws IOException {
    return dataFolder == null
        ? new ByteBuffersDirectory()
        : new NIOFSDirectory(folder(dataFolder, name));
  }

  private static Path folder(Path dataFolder, String name) {
    return dataFolder.resolve(FOLDER_PREFIX + URLEncoder.encode(name, StandardCharsets.UTF_8));
  }

  /** Drops a collection with its documents and returns its last description. */
  synchronized ObjectNode drop(String nameOrAlias) {
    Collection collection = get(nameOrAlias);
    ObjectNode description = collection.describe();
    String name = collection.schema().name();
    collections.remove(name);
    try {
      collection.close();
      if (dataFolder != null) {
        deleteFolder(folder(dataFolder, name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return description;
  }

  private static void deleteFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** All aliases with the names of their collections. */
  Map<String, String> aliases() {
    return new TreeMap<>(aliases);
  }

  /** Points an alias at a collection, which need not exist yet. */
  synchronized void putAlias(String alias, String collectionName) {
    Schema.checkName(alias);
    Schema.checkName(collectionName);
    aliases.put(alias, collectionName);
    saveAliases();
  }

  /** The collection name of an alias; 404 when there is none. */
  String alias(String alias) {
    String collectionName = aliases.get(alias);
    if (collectionName == null) {
      throw ApiException.notFound("Could not find an alias named `%s`.".formatted(alias));
    }
    return collectionName;
  }

  synchronized void deleteAlias(String alias) {
    aliases.remove(alias);
    saveAliases();
  }

  private void saveAliases() {
    if (dataFolder == null) {
      return;
    }
    ObjectNode json = Json.object();
    aliases.forEach(json::put);
    try {
      Path draft = dataFolder.resolve(ALIASES_FILE + ".new");
      Files.write(draft, Json.bytes(json));
      Files.move(draft, dataFolder.resolve(ALIASES_FILE), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes finished writes durable. */
  void commit() throws IOException {
    for (Collection collection : collections.values()) {
      collection.commit();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Collection collection : collections.values()) {
      collection.close();
    }
    collections.clear();
  }
}
