package app.seventv.events;

import app.seventv.model.Id;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.agrona.collections.Int2IntHashMap;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * How ended sessions travel from a process to its successor (docs/decisions/0023), big-endian:
 *
 * <pre>
 *  greeting  "7TVS" version:4           the successor answers one byte when it hears the bus
 *  1 EVENT   identity:8 number:8        an event that the predecessor has, in its order
 *  2 NUMBER  number:4 id:16 version:8   what a number in the sessions below stands for
 *  3 SESSION see {@link Writer#session}  a session has ended
 *  4 SETTLED id:16 all:1                whether its client had received all
 *  5 BARRIER number:8                   all published before both heard the bus has been named
 *  6 END                                no session is left
 * </pre>
 */
final class SuccessionFormat {
  static final int MAGIC = 0x37545653;

  /** Since 2 the request of a stream says that its client is the only one with that request. */
  static final int VERSION = 2;

  static final int LISTENING = 1;

  static final int EVENT = 1;
  static final int NUMBER = 2;
  static final int SESSION = 3;
  static final int SETTLED = 4;
  static final int BARRIER = 5;
  static final int END = 6;

  /** Numbers that one side keeps for the other at most; what is beyond is as forgotten. */
  static final int MAX_NUMBERS = 1 << 19;

  private static final int NONE = 0;

  private SuccessionFormat() {}

  static void writeId(DataOutputStream out, Id id) throws IOException {
    out.writeLong(id.high());
    out.writeLong(id.low());
  }

  static Id readId(DataInputStream in) throws IOException {
    return new Id(in.readLong(), in.readLong());
  }

  /** Writes sessions, and before each what the numbers in it stand for. */
  static final class Writer {
    private final DataOutputStream out;
    private final Interner interner;
    private final IntHashSet known = new IntHashSet();

    Writer(DataOutputStream out, Interner interner) {
      this.out = out;
      this.interner = interner;
    }

    void session(ParkedSession session) throws IOException {
      PresenceMemory memory = session.memory();
      if (memory != null) {
        defineAll(memory);
      }
      out.writeByte(SESSION);
      writeId(out, session.id());
      out.writeShort(session.tags().length);
      out.write(session.tags());
      for (long half : session.scopes()) {
        out.writeLong(half);
      }
      out.writeLong(session.position());
      out.writeInt(session.nextSequence());
      out.writeLong(session.history());
      out.writeLong(session.request());
      out.writeByte(session.receipt().code());
      out.writeBoolean(memory != null);
      if (memory != null) {
        write(memory);
      }
    }

    private void defineAll(PresenceMemory memory) throws IOException {
      define(memory.badges());
      define(memory.paints());
      define(memory.sets());
      IOException[] failure = new IOException[1];
      memory.forEachUser((user, badge, paint, sets) -> {
        try {
          define(user, badge, paint);
          define(sets);
        } catch (IOException e) {
          failure[0] = e;
        }
      });
      if (failure[0] != null) {
        throw failure[0];
      }
    }

    private void define(int... numbers) throws IOException {
      for (int number : numbers) {
        Interner.Key key = number == NONE ? null : interner.key(number);
        if (key != null && known.size() < MAX_NUMBERS && known.add(number)) {
          out.writeByte(NUMBER);
          out.writeInt(number);
          writeId(out, key.id());
          out.writeLong(key.version());
        }
      }
    }

    private void write(PresenceMemory memory) throws IOException {
      write(memory.badges());
      write(memory.paints());
      write(memory.sets());
      out.writeShort(memory.userCount());
      IOException[] failure = new IOException[1];
      memory.forEachUser((user, badge, paint, sets) -> {
        try {
          out.writeInt(user);
          out.writeInt(badge);
          out.writeInt(paint);
          write(sets);
        } catch (IOException e) {
          failure[0] = e;
        }
      });
      if (failure[0] != null) {
        throw failure[0];
      }
    }

    private void write(int[] numbers) throws IOException {
      out.writeShort(numbers.length);
      for (int number : numbers) {
        out.writeInt(number);
      }
    }
  }

  /** Reads sessions and puts the numbers of this process into them. */
  static final class Reader {
    private final DataInputStream in;
    private final Interner interner;
    private final Int2IntHashMap numbers = new Int2IntHashMap(NONE);

    Reader(DataInputStream in, Interner interner) {
      this.in = in;
      this.interner = interner;
    }

    /** Behind {@link #NUMBER}. */
    void number() throws IOException {
      int theirs = in.readInt();
      int ours = interner.of(readId(in), in.readLong());
      if (numbers.size() < MAX_NUMBERS) {
        numbers.put(theirs, ours);
      }
    }

    /**
     * Behind {@link #SESSION}.
     *
     * @param nowMs when it counts as ended
     * @param here number of the latest event in this process
     */
    ParkedSession session(long nowMs, long here) throws IOException {
      Id id = readId(in);
      int topics = in.readUnsignedShort();
      if (topics > TopicHolder.MAX_TOPICS + 1) {
        throw new IOException("a session of " + topics + " topics");
      }
      byte[] tags = in.readNBytes(topics);
      long[] scopes = new long[2 * topics];
      for (int i = 0; i < scopes.length; i++) {
        scopes[i] = in.readLong();
      }
      long position = in.readLong();
      int nextSequence = in.readInt();
      long history = in.readLong();
      long request = in.readLong();
      Receipt receipt = receipt(in.readUnsignedByte());
      PresenceMemory memory = in.readBoolean() ? memory() : null;
      return new ParkedSession(
          id,
          tags,
          scopes,
          position,
          here,
          true,
          nextSequence,
          history,
          memory,
          request,
          nowMs,
          receipt);
    }

    private static Receipt receipt(int code) throws IOException {
      for (Receipt receipt : Receipt.values()) {
        if (receipt.code() == code) {
          return receipt;
        }
      }
      throw new IOException("unknown receipt " + code);
    }

    private @Nullable PresenceMemory memory() throws IOException {
      int[] badges = known(PresenceMemory.MAX_BADGES);
      int[] paints = known(PresenceMemory.MAX_PAINTS);
      int[] sets = known(PresenceMemory.MAX_SETS);
      UserStates users = new UserStates(PresenceMemory.MAX_USERS);
      int count = in.readUnsignedShort();
      if (count > PresenceMemory.MAX_USERS) {
        throw new IOException("a session that met " + count + " users");
      }
      for (int i = 0; i < count; i++) {
        int user = numbers.get(in.readInt());
        int badge = numbers.get(in.readInt());
        int paint = numbers.get(in.readInt());
        int[] held = known(PresenceMemory.MAX_SETS);
        if (user != NONE && users.find(user) < 0) {
          users.add(user, badge, paint, held);
        }
      }
      return PresenceMemory.of(badges, paints, sets, users);
    }

    /** A list of numbers without those that nobody knows any more. */
    private int[] known(int max) throws IOException {
      int count = in.readUnsignedShort();
      if (count > max) {
        throw new IOException("a list of " + count + " where " + max + " may be");
      }
      int[] list = new int[count];
      int used = 0;
      for (int i = 0; i < count; i++) {
        int ours = numbers.get(in.readInt());
        if (ours != NONE) {
          list[used++] = ours;
        }
      }
      return Arrays.copyOf(list, used);
    }
  }
}
