package app.seventv.devstack.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.devstack.mongo.Transactions.Written;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Transactions that are left open, started over or ended from outside. */
class TransactionsTest {

  private final AtomicLong nanos = new AtomicLong();
  private final List<Document> published = new ArrayList<>();
  private final List<String> undone = new ArrayList<>();
  private final Transactions transactions = new Transactions(published::addAll, nanos::get);

  private static Document command(String session, long number, boolean start) {
    Document command =
        new Document("insert", "c")
            .append("lsid", new Document("id", session))
            .append("txnNumber", number)
            .append("autocommit", false);
    return start ? command.append("startTransaction", true) : command;
  }

  private void write(Document command, String name) {
    transactions.write(
        command,
        new EmbeddedChannel(),
        work -> {
          work.changed(() -> undone.add(name), new Document("name", name));
          return new Written(Docs.ok(), false);
        });
  }

  @Test
  void aTransactionLeftOpenForAMinuteIsRolledBack() {
    write(command("s", 1, true), "a");
    write(command("s", 1, false), "b");
    nanos.set(Duration.ofSeconds(59).toNanos());
    transactions.abortExpired();
    assertThat(undone).isEmpty();
    nanos.set(Duration.ofSeconds(61).toNanos());
    transactions.abortExpired();
    assertThat(undone).containsExactly("b", "a");
    assertThat(published).isEmpty();
    assertThatThrownBy(() -> transactions.commit(command("s", 1, false)))
        .isInstanceOfSatisfying(CommandFailure.class, e -> assertThat(e.code()).isEqualTo(251));
  }

  @Test
  void anEndedSessionAbortsItsTransaction() {
    write(command("s", 1, true), "a");
    transactions.endSessions(List.of(new Document("id", "s")));
    assertThat(undone).containsExactly("a");
    write(command("t", 1, true), "next");
    transactions.commit(command("t", 1, false));
    assertThat(published).containsExactly(new Document("name", "next"));
  }

  @Test
  void aNewTransactionOfTheSessionAbortsTheOpenOne() {
    write(command("s", 1, true), "a");
    write(command("s", 2, true), "b");
    assertThat(undone).containsExactly("a");
    assertThatThrownBy(() -> write(command("s", 1, false), "late"))
        .isInstanceOf(CommandFailure.class);
    transactions.commit(command("s", 2, false));
    transactions.commit(command("s", 2, false));
    assertThat(published).containsExactly(new Document("name", "b"));
  }

  @Test
  void aFailedStatementAbortsTheTransaction() {
    write(command("s", 1, true), "a");
    transactions.write(
        command("s", 1, false), new EmbeddedChannel(), work -> new Written(Docs.ok(), true));
    assertThat(undone).containsExactly("a");
  }
}
