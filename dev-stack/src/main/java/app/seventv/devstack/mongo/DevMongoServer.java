package app.seventv.devstack.mongo;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An embedded document server that looks like a MongoDB 8.0 replica set to the driver: sessions,
 * transactions, change streams with resume tokens, TTL and partial unique indexes, client-level
 * bulk writes. For development and tests, never for production (backing-services.md §2).
 *
 * <p>Limits:
 *
 * <ul>
 *   <li>One writer at a time. A transaction holds the write permit from its first operation to its
 *       end; another one that waits more than 5 s gets WriteConflict (112) with the label that
 *       makes {@code withTransaction} run it again. A plain write inside somebody's transaction
 *       body but outside its session therefore waits for that transaction.
 *   <li>Readers outside a transaction see its uncommitted writes; read and write concerns have no
 *       effect.
 *   <li>{@code updatedFields} and {@code removedFields} of change events name top-level fields, not
 *       dotted paths. No pre- and post-images, no expanded events.
 *   <li>The change journal keeps the last {@value #JOURNAL_EVENTS} events, at most {@value
 *       #JOURNAL_MIB} MiB of them; an older resume token gets ChangeStreamHistoryLost (286).
 *   <li>Repeated retryable writes are not recognised. Unacknowledged writes (write concern 0) close
 *       the connection.
 *   <li>Only {@code _id} and unique indexes on plain top-level fields speed up queries; every other
 *       query scans.
 *   <li>Binary subtypes other than UUID come back as subtype 0 and cannot be compared. Strings sort
 *       in UTF-16 order.
 *   <li>No collations, geospatial or text search, validators, views, capped collections, {@code
 *       $out}, {@code $merge}, {@code $graphLookup}, computed or positional projections: these are
 *       refused with an error that names the embedded backend.
 *   <li>A server on a file commits about once a second, between transactions: a killed process
 *       loses at most the last second or so, documents and events alike.
 * </ul>
 */
public final class DevMongoServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DevMongoServer.class);

  private static final int JOURNAL_EVENTS = 10_000;
  private static final int JOURNAL_MIB = 64;
  private static final ChangeJournal.Capacity JOURNAL =
      new ChangeJournal.Capacity(JOURNAL_EVENTS, (long) JOURNAL_MIB << 20);

  /** Unwritten changes above this are written at once, at worst in the middle of a transaction. */
  private static final int WRITE_BUFFER_KIB = 64 * 1024;

  /** Space is won back from parts of the file filled less than this, in percent. */
  private static final int COMPACT_BELOW_FILL_PERCENT = 50;

  /** Bytes rewritten per commit at most to win space back. */
  private static final int COMPACT_BYTES_PER_COMMIT = 256 * 1024;

  private final MongoBackend backend;
  private final MVStore mvStore;
  private final ChangeJournal journal;
  private final Transactions transactions;
  private final Housekeeping housekeeping;
  private final WireServer wire;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DevMongoServer(
      MongoBackend backend,
      MVStore mvStore,
      int port,
      ChangeJournal.Capacity journalCapacity,
      Clock clock) {
    this.backend = backend;
    this.mvStore = mvStore;
    backend.version(ServerVersion.MONGO_5_0);
    DocumentStore store = new DocumentStore(backend);
    Pipelines pipelines = new Pipelines(backend);
    IndexCatalog indexes = new IndexCatalog(mvStore, store);
    indexes.load();
    DocumentWriter writer = new DocumentWriter(store, indexes, new UpdateExpressions(pipelines));
    this.journal = new ChangeJournal(mvStore, journalCapacity, clock);
    this.transactions = new Transactions(journal::append, System::nanoTime);
    this.housekeeping = new Housekeeping(transactions, indexes, store, writer, clock);
    CommandRouter router =
        new CommandRouter(store, transactions, writer, indexes, journal, pipelines);
    try {
      this.wire = new WireServer(router, port);
    } catch (RuntimeException e) {
      housekeeping.close();
      closeStores();
      throw e;
    }
    housekeeping.start(this::commit);
  }

  /**
   * Starts a server whose data end with it.
   *
   * @param port on 127.0.0.1; 0 for a free one
   * @throws UncheckedIOException when the port is in use
   */
  public static DevMongoServer inMemory(int port) {
    return inMemory(port, JOURNAL, Clock.systemUTC());
  }

  static DevMongoServer inMemory(int port, ChangeJournal.Capacity journalCapacity, Clock clock) {
    DevMongoServer server =
        new DevMongoServer(new MemoryBackend(), MVStore.open(null), port, journalCapacity, clock);
    log.info("embedded MongoDB (development only) in memory on port {}", server.port());
    return server;
  }

  /**
   * Starts a server whose data survive restarts.
   *
   * @param file the database file; it and its folders are created when missing
   * @param port on 127.0.0.1; 0 for a free one
   * @throws UncheckedIOException when the port or the file is in use
   */
  public static DevMongoServer onFile(Path file, int port) {
    MVStore mvStore = openFile(file.toAbsolutePath());
    DevMongoServer server =
        new DevMongoServer(new H2Backend(mvStore), mvStore, port, JOURNAL, Clock.systemUTC());
    log.info("embedded MongoDB (development only) in {} on port {}", file, server.port());
    return server;
  }

  private static MVStore openFile(Path file) {
    try {
      Files.createDirectories(file.getParent());
      // Committing is ours: the store's own thread would meet documents in the middle of a change.
      return new MVStore.Builder()
          .fileName(file.toString())
          .autoCommitDisabled()
          .autoCommitBufferSize(WRITE_BUFFER_KIB)
          .open();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create " + file.getParent(), e);
    } catch (MVStoreException e) {
      throw new UncheckedIOException(
          new IOException(
              "Cannot open the embedded MongoDB's file "
                  + file
                  + ": is another dev-stack using it? ("
                  + e.getMessage()
                  + ")",
              e));
    }
  }

  /** The port it listens on. */
  public int port() {
    return wire.port();
  }

  /** The address for the driver, with the database as the default one. */
  public String uri(String databaseName) {
    return "mongodb://127.0.0.1:" + port() + "/" + databaseName;
  }

  /** Stops listening, rolls open transactions back and writes everything to the file. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    housekeeping.close();
    journal.close();
    wire.close();
    transactions.abortAll();
    closeStores();
  }

  private void commit() {
    if (mvStore.getFileStore() != null && mvStore.hasUnsavedChanges()) {
      mvStore.commit();
      mvStore.compact(COMPACT_BELOW_FILL_PERCENT, COMPACT_BYTES_PER_COMMIT);
    }
  }

  private void closeStores() {
    backend.close();
    if (!mvStore.isClosed()) {
      mvStore.close();
    }
  }
}
