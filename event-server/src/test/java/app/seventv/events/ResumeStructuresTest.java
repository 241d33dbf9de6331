package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.Id;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The tables behind resuming, at their limits. */
class ResumeStructuresTest {
  private static final long FOREVER = 1_000_000;

  private static TopicKey key(int number) {
    return new TopicKey((byte) 8, 1, number);
  }

  private static SharedDispatch event(int topic, long timeMs, int bytes) {
    return SharedDispatch.ofObject(
        key(topic),
        null,
        new byte[bytes],
        null,
        new SharedDispatch.Route(timeMs, 0, 1, _ -> {}, timeMs));
  }

  private static @Nullable List<Long> numbers(
      DispatchLog log, List<TopicKey> topics, long after, long upTo, int tail) {
    List<SharedDispatch> found = log.between(topics, after, upTo, tail);
    return found == null ? null : found.stream().map(SharedDispatch::number).toList();
  }

  @Test
  void theLogTellsAllOrNothing() {
    DispatchLog log = new DispatchLog(100, FOREVER);
    for (int i = 1; i <= 10; i++) {
      log.append(event(i % 3, i, 1));
    }
    List<TopicKey> topics = List.of(key(1), key(2), key(77));
    assertThat(numbers(log, topics, 4, 8, 0)).containsExactly(5L, 7L, 8L);
    assertThat(numbers(log, topics, 4, 8, 2)).containsExactly(2L, 4L, 5L, 7L, 8L);
    assertThat(numbers(log, topics, 10, 10, 0)).isEmpty();
    assertThat(numbers(log, topics, 2, 10, 5)).as("more than there were").isNull();
    log.expire(103); // numbers 1 to 3 are gone
    assertThat(log.lost()).isEqualTo(3);
    assertThat(numbers(log, topics, 2, 10, 0)).isNull();
    assertThat(numbers(log, topics, 3, 4, 0)).containsExactly(4L);
    assertThat(numbers(log, topics, 4, 4, 1)).containsExactly(4L);
    assertThat(numbers(log, topics, 4, 4, 2)).isNull();
    log.expire(FOREVER);
    assertThat(log.topics()).isZero();
    assertThat(log.bytes()).isZero();
  }

  @Test
  void aGapEndsEverythingBefore() {
    DispatchLog log = new DispatchLog(FOREVER, FOREVER);
    log.append(event(1, 1, 1));
    log.suspend();
    assertThat(numbers(log, List.of(key(1)), 1, 9, 0)).as("while the bus is away").isNull();
    log.markGap(0);
    assertThat(numbers(log, List.of(key(1)), 1, 9, 0)).isNull();
    assertThat(numbers(log, List.of(key(1)), 2, 9, 0)).isEmpty();
    assertThat(log.gap()).isEqualTo(2);
  }

  private static @Nullable List<Long> there(
      DispatchLog log, List<TopicKey> topics, long after, int tail) {
    List<SharedDispatch> found = log.sincePredecessor(topics, after, FOREVER, tail);
    return found == null ? null : found.stream().map(SharedDispatch::timeMs).toList();
  }

  @Test
  void nobodyGoesOnWhenItCannotBeTold() {
    DispatchLog log = new DispatchLog(FOREVER, FOREVER);
    assertThat(there(log, List.of(), 4, 0)).as("no predecessor").isNull();
    PredecessorNumbers numbers = log.expectPredecessor();
    assertThat(there(log, List.of(), 4, 0)).isEmpty();
    for (int i = 1; i <= PredecessorNumbers.MAX_AHEAD; i++) {
      log.nameOfPredecessor(numbers, i, i);
    }
    assertThat(there(log, List.of(), 4, 0)).isEmpty();
    log.nameOfPredecessor(numbers, 0, 1 << 20);
    assertThat(there(log, List.of(), 4, 0)).as("too far behind").isNull();
    DispatchLog brief = new DispatchLog(10, FOREVER);
    brief.expectPredecessor();
    brief.append(event(1, 1, 1));
    brief.expire(12); // before anybody named it
    assertThat(there(brief, List.of(), 4, 0)).isNull();
  }

  @Test
  void eventsAreToldApartByWhatTheyAre() {
    DispatchLog old = new DispatchLog(FOREVER, FOREVER);
    DispatchLog log = new DispatchLog(FOREVER, FOREVER);
    PredecessorNumbers numbers = log.expectPredecessor();
    old.append(event(1, 1, 1)); // before the successor listened
    log.append(event(1, 3, 1)); // in another order
    log.append(event(1, 2, 1));
    old.append(event(1, 2, 1));
    old.append(event(1, 3, 1));
    old.append(event(1, 4, 1)); // comes to the successor later
    old.follow(e -> log.nameOfPredecessor(numbers, e.identity(), e.number()));
    assertThat(log.hasReached(numbers, 3)).as("number 1 may still come").isFalse();
    log.forgetAhead(numbers, 3);
    assertThat(log.hasReached(numbers, 3)).isTrue();
    assertThat(log.hasReached(numbers, 4)).isFalse();
    log.append(event(1, 4, 1));
    assertThat(log.hasReached(numbers, 4)).isTrue();
    log.append(event(1, 5, 1)); // the predecessor has not got it yet
    List<TopicKey> topics = List.of(key(1));
    // Times tell the events: 3 was number 1 here and 3 there, 2 was 2 and 2.
    assertThat(there(log, topics, 2, 0)).containsExactly(3L, 4L, 5L);
    assertThat(there(log, topics, 4, 0)).containsExactly(5L);
    assertThat(there(log, topics, 4, 2)).as("the last two it was sent").containsExactly(3L, 4L, 5L);
    assertThat(there(log, topics, 4, 4)).as("more than are here").isNull();
    log.expire(FOREVER + 4); // drops what the predecessor calls 2 to 4
    assertThat(there(log, topics, 3, 0)).isNull();
    assertThat(there(log, topics, 4, 0)).containsExactly(5L);
    log.markGap(0);
    assertThat(there(log, topics, 4, 0)).isNull();
  }

  @Test
  void framesCountWithAllTheirBytes() {
    ParkedSession old = parked(1, 0, 10, 0);
    List<SharedDispatch> missed = List.of(event(1, 1, 100), event(1, 2, 50));
    long bytes = 150 + 2L * Frames.MAX_DISPATCH_OVERHEAD_BYTES;
    assertThat(Replay.of(old, missed, 2, bytes)).isNotNull();
    assertThat(Replay.of(old, missed, 2, bytes - 1)).isNull();
    assertThat(Replay.of(old, missed, 1, bytes)).isNull();
    ByteBuf frame =
        Frames.webSocketHead(
            UnpooledByteBufAllocator.DEFAULT,
            new byte[1 << 16],
            Frames.ascii(Frames.middle(Opcode.DISPATCH, 9_999_999_999_999L)),
            Frames.MAX_SEQUENCE_DIGITS);
    ByteBuf event = Frames.sseHead(UnpooledByteBufAllocator.DEFAULT, new byte[1 << 16]);
    for (ByteBuf head : List.of(frame, event)) {
      assertThat(head.readableBytes() + Frames.MAX_TAIL_BYTES - (1 << 16))
          .isLessThanOrEqualTo(Frames.MAX_DISPATCH_OVERHEAD_BYTES);
      head.release();
    }
  }

  @Test
  void theLogIsBoundedInBytesAndPerTopic() {
    long perEvent = (long) event(1, 1, 100).bytes() + DispatchLog.RING_BYTES;
    DispatchLog log = new DispatchLog(FOREVER, 10 * perEvent);
    for (int i = 1; i <= 100; i++) {
      log.append(event(i, i, 100));
    }
    assertThat(log.bytes()).isEqualTo(10 * perEvent);
    assertThat(log.lost()).isEqualTo(90);
    DispatchLog busy = new DispatchLog(FOREVER, FOREVER);
    for (int i = 0; i <= DispatchLog.MAX_PER_TOPIC; i++) {
      busy.append(event(1, i, 1));
    }
    assertThat(numbers(busy, List.of(key(1)), 0, FOREVER, 0)).isNull();
    assertThat(numbers(busy, List.of(key(1)), 1, FOREVER, 0)).hasSize(DispatchLog.MAX_PER_TOPIC);
    assertThat(numbers(busy, List.of(key(2)), 0, FOREVER, 0)).isEmpty();
  }

  @Test
  void theHistoryKnowsKindsSinceTheMark() {
    long history = FrameHistory.MARK;
    assertThat(FrameHistory.dispatches(history, 0)).isZero();
    assertThat(FrameHistory.dispatches(history, 1)).isEqualTo(-1);
    history = FrameHistory.dispatch(FrameHistory.other(FrameHistory.dispatch(history)));
    assertThat(FrameHistory.dispatches(history, 1)).isEqualTo(1);
    assertThat(FrameHistory.dispatches(history, 2)).isEqualTo(1);
    assertThat(FrameHistory.dispatches(history, 3)).isEqualTo(2);
    assertThat(FrameHistory.dispatches(history, 4)).isEqualTo(-1);
    for (int i = 0; i < 200; i++) {
      history = i % 2 == 0 ? FrameHistory.dispatch(history) : FrameHistory.other(history);
    }
    assertThat(FrameHistory.dispatches(history, 63)).isEqualTo(31);
    assertThat(FrameHistory.dispatches(history, 64)).isEqualTo(-1);
  }

  @Test
  void idsNameThePlaceOfASessionToTheirMakerOnly() {
    SessionIds ids = new SessionIds(new Random(1));
    SessionIds others = new SessionIds(new Random(2));
    Random random = new Random(3);
    for (int i = 0; i < 1_000; i++) {
      var place =
          new SessionIds.Place(
              random.nextInt(SessionIds.MAX_LOOPS),
              random.nextInt(SessionIds.MAX_SLOTS),
              random.nextInt());
      Id id = ids.of(1_764_590_400_000L + i, place);
      assertThat(Id.parse(id.toString())).isEqualTo(id);
      assertThat(id.timeMs()).isEqualTo(1_764_590_400_000L + i);
      assertThat(ids.placeOf(id)).isEqualTo(place);
      assertThat(ids.placeOf(new Id(id.high(), id.low() + 1))).isNotEqualTo(place);
      assertThat(others.placeOf(id)).isNotEqualTo(place);
    }
  }

  private static ParkedSession parked(int number, long request, int nextSequence, long timeMs) {
    return parked(number, request, nextSequence, timeMs, Receipt.UNKNOWN);
  }

  private static ParkedSession parked(
      int number, long request, int nextSequence, long timeMs, Receipt receipt) {
    long history = FrameHistory.MARK;
    for (int i = 0; i < 5; i++) {
      history = FrameHistory.dispatch(history);
    }
    return new ParkedSession(
        new Id(1, number),
        new byte[1],
        new long[2],
        0,
        0,
        false,
        nextSequence,
        history,
        null,
        request,
        timeMs,
        receipt);
  }

  @Test
  void endedSessionsAreKeptForAWhile() {
    ParkedSessions sessions = new ParkedSessions(100, 3);
    for (int i = 1; i <= 4; i++) {
      sessions.put(parked(i, 0, 10, i));
    }
    assertThat(sessions.size()).isEqualTo(3);
    assertThat(sessions.take(new Id(1, 1), true, 5)).isNull();
    assertThat(sessions.take(new Id(1, 2), true, 5)).isNotNull();
    assertThat(sessions.take(new Id(1, 2), true, 5)).as("once").isNull();
    assertThat(sessions.take(new Id(1, 3), true, 103)).as("too late").isNull();
    assertThat(sessions.take(new Id(1, 4), true, 103)).isNotNull();
    ParkedSessions off = new ParkedSessions(100, 0);
    off.put(parked(1, 0, 10, 1));
    assertThat(off.size()).isZero();
  }

  @Test
  void withoutANumberItMustBeKnownThatEverythingArrived() {
    ParkedSessions sessions = new ParkedSessions(FOREVER, 10);
    sessions.put(parked(1, 0, 10, 0, Receipt.UNKNOWN));
    sessions.put(parked(2, 0, 10, 0, Receipt.ALL));
    sessions.put(parked(3, 0, 10, 0, Receipt.DUE));
    assertThat(sessions.take(new Id(1, 1), false, 1)).isNull();
    assertThat(sessions.take(new Id(1, 2), false, 1)).isNotNull();
    assertThat(sessions.take(new Id(1, 3), false, 1)).as("not yet").isNull();
    assertThat(sessions.take(new Id(1, 1), true, 1)).isNotNull();
    sessions.settle(new Id(1, 3), false);
    sessions.settle(new Id(1, 3), true); // too late
    assertThat(sessions.take(new Id(1, 3), false, 1)).isNull();
    sessions.put(parked(4, 0, 10, 0, Receipt.DUE));
    sessions.settle(new Id(1, 4), true);
    assertThat(sessions.take(new Id(1, 4), false, 1)).isNotNull();
  }

  private static List<@Nullable Id> waitFor(
      ParkedSessions sessions, int number, boolean knowsPlace, boolean isOurs) {
    List<@Nullable Id> answers = new ArrayList<>();
    boolean waits =
        sessions.await(
            new Id(1, number),
            knowsPlace,
            isOurs,
            0,
            session -> answers.add(session == null ? null : session.id()));
    if (!waits) {
      answers.add(new Id(0, 0));
    }
    return answers;
  }

  @Test
  void whoComesBackBeforeTheAnswerWaitsAMoment() {
    final Id no = new Id(0, 0);
    ParkedSessions sessions = new ParkedSessions(FOREVER, 10);
    assertThat(waitFor(sessions, 1, true, true)).as("nobody knows it").containsExactly(no);
    sessions.put(parked(1, 0, 10, 0, Receipt.DUE));
    List<@Nullable Id> answered = waitFor(sessions, 1, false, true);
    assertThat(answered).isEmpty();
    assertThat(waitFor(sessions, 1, false, true)).as("one of them").containsExactly(no);
    sessions.settle(new Id(1, 1), true);
    assertThat(answered).containsExactly(new Id(1, 1));
    sessions.put(parked(2, 0, 10, 0, Receipt.DUE));
    List<@Nullable Id> late = waitFor(sessions, 2, false, true);
    sessions.expire(ParkedSessions.PATIENCE_MS - 1);
    assertThat(late).isEmpty();
    sessions.expire(ParkedSessions.PATIENCE_MS);
    assertThat(late).hasSize(1).containsOnlyNulls();
    sessions.put(parked(3, 0, 10, 0, Receipt.DUE));
    List<@Nullable Id> lost = waitFor(sessions, 3, false, true);
    sessions.settle(new Id(1, 3), false);
    assertThat(lost).hasSize(1).containsOnlyNulls();
  }

  @Test
  void sessionsOfAPredecessorAreWaitedFor() {
    final Id no = new Id(0, 0);
    ParkedSessions sessions = new ParkedSessions(FOREVER, 20_000);
    sessions.expecting(true);
    assertThat(waitFor(sessions, 1, true, true)).as("not from there").containsExactly(no);
    List<@Nullable Id> answers = waitFor(sessions, 1, true, false);
    assertThat(answers).isEmpty();
    sessions.put(parked(1, 0, 10, 0));
    assertThat(answers).containsExactly(new Id(1, 1));
    for (int i = 0; i < ParkedSessions.MAX_WAITING; i++) {
      assertThat(waitFor(sessions, 100 + i, true, false)).isEmpty();
    }
    assertThat(waitFor(sessions, 99, true, false)).as("too many").containsExactly(no);
  }

  @Test
  void admissionIsARateWithABurstOfASecond() {
    long[] now = {5};
    Admission admission = new Admission(10, () -> now[0]);
    for (int i = 0; i < 10; i++) {
      assertThat(admission.tryAdmit()).isTrue();
    }
    assertThat(admission.tryAdmit()).isFalse();
    now[0] += 100_000_000;
    assertThat(admission.tryAdmit()).isTrue();
    assertThat(admission.tryAdmit()).isFalse();
    Admission open = new Admission(0, () -> 0);
    assertThat(open.tryAdmit()).isTrue();
  }

  @Test
  void theLogKnowsSinceWhenNothingHasChanged() {
    DispatchLog log = new DispatchLog(100, FOREVER);
    assertThat(log.unchangedSince(key(1), 40)).as("the bus is not heard yet").isEqualTo(40);
    log.listening(50);
    log.append(event(1, 60, 1));
    log.append(event(2, 70, 1));
    assertThat(log.unchangedSince(key(1), 90)).isEqualTo(60);
    assertThat(log.unchangedSince(key(3), 90)).isEqualTo(50);
    log.expire(165); // the first is forgotten: whatever came before it may be, too
    assertThat(log.unchangedSince(key(1), 165)).isEqualTo(60);
    assertThat(log.unchangedSince(key(3), 165)).isEqualTo(60);
    log.suspend();
    assertThat(log.unchangedSince(key(2), 166)).isEqualTo(166);
    log.markGap(168);
    assertThat(log.unchangedSince(key(2), 169)).isEqualTo(168);
  }
}
