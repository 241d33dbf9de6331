package app.seventv.api.data;

import app.seventv.model.CollectionNames;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A process in which several instances of the API's data layer, that share nothing, change a few
 * sets each, until the end comes at a seeded point around a publication: they stand still. When all
 * do, the process says so on stdout and is killed. Several, because a process takes a second to
 * start and a hundred seeds are to be tried.
 */
@SuppressWarnings("try") // closing the bus client can be interrupted
final class DoomedProcess {
  static final String STANDS_STILL = "stands still";
  private static final int SETS = 3;
  private static final int MAX_CHANGES = 12;

  private DoomedProcess() {}

  /** Where the end comes. */
  private enum Point {
    BEFORE_PUBLISH,
    AFTER_PUBLISH,
    BEFORE_CONFIRM
  }

  /** A bus that ends everything at its {@code last} publication. */
  private record DoomedBus(EventBus bus, Point point, int last, AtomicInteger count, Runnable end)
      implements EventBus {
    @Override
    public long publish(String subject, byte[] message) {
      int sent = count.incrementAndGet();
      if (sent > last || (sent == last && point == Point.BEFORE_PUBLISH)) {
        end.run();
      }
      long connection = bus.publish(subject, message);
      if (sent == last && point == Point.AFTER_PUBLISH) {
        end.run();
      }
      return connection;
    }

    @Override
    public long confirm() throws IOException {
      if (count.get() >= last) {
        end.run();
      }
      return bus.confirm();
    }
  }

  /** Ends everything that one instance does. */
  private record End(Thread worker, AtomicBoolean came, CountDownLatch standing)
      implements Runnable {
    /** Does not return. An instance stands still when its worker does: outside a transaction. */
    @Override
    public void run() {
      came.set(true);
      if (Thread.currentThread().equals(worker)) {
        standing.countDown();
      }
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Arguments: database, NATS, first seed, number of seeds. */
  public static void main(String[] args) throws Exception {
    long first = Long.parseLong(args[2]);
    int instances = Integer.parseInt(args[3]);
    CountDownLatch standing = new CountDownLatch(instances);
    try (MongoClient client = MongoClients.create(args[0])) {
      Store store = new Store(client, "7tv");
      for (long seed = first; seed < first + instances; seed++) {
        long own = seed;
        Connection nats = Nats.connect(args[1]);
        Thread.ofPlatform()
            .start(() ->
                run(
                    store,
                    nats,
                    own,
                    new End(Thread.currentThread(), new AtomicBoolean(), standing)));
      }
      standing.await();
      System.out.println(STANDS_STILL);
      System.out.flush();
      new CountDownLatch(1).await();
    }
  }

  /** Works until it is killed. */
  private static void run(Store store, Connection nats, long seed, End end) {
    Random random = new Random(seed);
    InstantSource clock = InstantSource.system();
    EventBus bus =
        new DoomedBus(
            new NatsBus(nats),
            Point.values()[random.nextInt(Point.values().length)],
            1 + random.nextInt(MAX_CHANGES),
            new AtomicInteger(),
            end);
    ScheduledExecutorService refresher = Executors.newSingleThreadScheduledExecutor();
    Outbox outbox = new Outbox(store, bus, clock, random, Outbox.STALE_AFTER);
    Transactions transactions = new Transactions(store, outbox, clock, random);
    Mutations mutations = new Mutations(new Leases(store, clock, refresher), transactions);
    Id[] sets = new Id[SETS];
    for (int i = 0; i < SETS && !end.came().get(); i++) {
      Id id = Id.generate(clock.millis(), random);
      sets[i] = id;
      mutations.<@Nullable Void>create(transaction -> {
        EmoteSet set = set(id, transaction);
        transaction.insert(CollectionNames.EMOTE_SETS, set);
        transaction.emit(null, null, new EntityEvent.OfEmoteSet(set, new EmoteSetChange.Create()));
        return null;
      });
    }
    for (int change = 0; !end.came().get(); change++) {
      rename(mutations, sets[random.nextInt(SETS)], Integer.toString(change));
    }
    end.run();
  }

  private static EmoteSet set(Id id, Transaction transaction) {
    return new EmoteSet(
        id,
        "-1",
        null,
        List.of(),
        List.of(),
        null,
        null,
        null,
        EmoteSet.Kind.NORMAL,
        false,
        transaction.now(),
        null);
  }

  private static void rename(Mutations mutations, Id id, String name) {
    mutations.<@Nullable Void>change(
        Mutations.Target.EMOTE_SET,
        id,
        transaction -> {
          EmoteSet after =
              EmoteSet.fromBson(
                  Objects.requireNonNull(
                      transaction.update(
                          CollectionNames.EMOTE_SETS,
                          Filters.eq("_id", id.toBson()),
                          Updates.set("name", name))));
          transaction.emit(
              null,
              null,
              new EntityEvent.OfEmoteSet(after, new EmoteSetChange.ChangeName("", name)));
          return null;
        });
  }
}
