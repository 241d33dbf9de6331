package app.seventv.api.data;

import app.seventv.model.Id;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The frame of every change of one object: its lease around a transaction that confirms it. */
public final class Mutations {
  /** Kinds of objects whose changes are serialised (data-model.md §13.2). */
  public enum Target {
    USER,
    EMOTE,
    EMOTE_SET,
    PAINT,
    BADGE,
    BAN,
    TICKET,
    ROLE
  }

  private final Leases leases;
  private final Transactions transactions;

  public Mutations(Leases leases, Transactions transactions) {
    this.leases = leases;
    this.transactions = transactions;
  }

  /** Changes one object; see {@link Leases#hold} and {@link Transactions#run}. */
  public <T extends @Nullable Object> T change(
      Target target, Id id, Function<Transaction, T> body) {
    return hold(key(target, id), body);
  }

  /** Changes two objects of a kind; their leases are taken in the order of the ids. */
  public <T extends @Nullable Object> T changeBoth(
      Target target, Id one, Id other, Function<Transaction, T> body) {
    boolean ordered = one.compareTo(other) < 0;
    return leases.hold(
        key(target, ordered ? one : other),
        outer ->
            hold(
                key(target, ordered ? other : one),
                transaction -> {
                  T result = body.apply(transaction);
                  outer.confirm(transaction.session());
                  return result;
                }));
  }

  private static String key(Target target, Id id) {
    return Leases.key(target.name().toLowerCase(Locale.ROOT), id);
  }

  /** Changes what any other lease protects. */
  public <T extends @Nullable Object> T hold(String key, Function<Transaction, T> body) {
    return leases.hold(key, lease -> transactions.run(lease, body));
  }

  /** Creates something that nobody else can know yet, so that no lease is needed. */
  public <T extends @Nullable Object> T create(Function<Transaction, T> body) {
    return transactions.run(body);
  }
}
